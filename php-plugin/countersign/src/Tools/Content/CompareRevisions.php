<?php

declare(strict_types=1);

namespace Countersign\Plugin\Tools\Content;

use Countersign\Plugin\Calls\Call;
use Countersign\Plugin\Calls\Result;

defined( 'ABSPATH' ) || exit;

/** Tool `compare_revisions`: shows what differs between two states of a post. */
final class CompareRevisions {

	/** @param array<string, mixed> $arguments */
	public function __invoke( array $arguments, Call $call ): Result {
		$post      = Posts::permitted( $arguments['id'], 'edit_post' );
		$from      = Revisions::of( $post, $arguments['from'] );
		$to        = isset( $arguments['to'] ) ? Revisions::of( $post, $arguments['to'] ) : $post;
		$lines     = new TextDiff();
		$changes   = array_filter( array_map( static fn( string $column ): array => $lines->compare( (string) $from->$column, (string) $to->$column ), array_flip( Revisions::COLUMNS ) ) );
		$structure = [
			'id'        => $post->ID,
			'from'      => $from->ID,
			'to'        => $arguments['to'] ?? null,
			'changes'   => (object) $changes,
			'truncated' => $lines->is_cut(),
		];
		return Result::structured( $structure )->about( Posts::target( $post->ID ) );
	}
}

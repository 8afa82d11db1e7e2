<?php

declare(strict_types=1);

namespace Countersign\Plugin\Tools\Content;

use Countersign\Plugin\Calls\Call;
use Countersign\Plugin\Calls\Result;
use Countersign\Plugin\Targets\StateBefore;

defined( 'ABSPATH' ) || exit;

/** Tool `list_revisions`: lists the earlier states of a post. */
final class ListRevisions {

	/** @param array<string, mixed> $arguments */
	public function __invoke( array $arguments, Call $call ): Result {
		$post  = Posts::permitted( $arguments['id'], 'edit_post' );
		$query = [
			'post_type'   => 'revision',
			'post_status' => 'inherit',
			'post_parent' => $post->ID,
			'orderby'     => [
				'date' => 'DESC',
				'ID'   => 'DESC',
			],
		];
		return Result::structured( [ 'id' => $post->ID ] + PostQuery::listing( 'revisions', $query, '1 = 1', $arguments, self::describe( ... ) ) )->about( Posts::target( $post->ID ) );
	}

	/** @return array<string, mixed> */
	private static function describe( \WP_Post $revision ): array {
		return [
			'id'     => $revision->ID,
			'date'   => Posts::moment( $revision, 'date' ),
			'author' => Posts::author( (int) $revision->post_author ),
			'title'  => $revision->post_title,
			'kind'   => match ( true ) {
				wp_is_post_autosave( $revision ) > 0           => 'autosave',
				StateBefore::is_copy( $revision->ID ) => 'kept_before_change',
				default                               => 'revision',
			},
			'bytes'  => strlen( $revision->post_content ),
		];
	}
}

<?php

declare(strict_types=1);

namespace Countersign\Plugin\Tools\Content;

use Countersign\Plugin\Calls\Call;
use Countersign\Plugin\Calls\Result;
use Countersign\Plugin\Targets\ConcernsMeta;
use Countersign\Plugin\Tools\Publishing\ReviewableTool;

defined( 'ABSPATH' ) || exit;

/** Tool `set_post_meta`: sets or removes metadata of a post that the site opens for editing. */
final class SetPostMeta implements ReviewableTool, ConcernsMeta {

	/** {@inheritDoc} */
	public function target( array $arguments ): ?int {
		return Posts::seen( $arguments );
	}

	/** {@inheritDoc} */
	public function meta( array $arguments ): array {
		return array_map( strval( ... ), array_keys( (array) ( $arguments['meta'] ?? [] ) ) );
	}

	/** {@inheritDoc} */
	public function check( array $arguments ): \WP_Post {
		$post = Posts::permitted( (int) ( $arguments['id'] ?? 0 ), 'edit_post' );
		Posts::require_status( $post, Posts::STATUSES );
		PostMeta::writable( $post, (array) ( $arguments['meta'] ?? [] ) );
		return $post;
	}

	/** {@inheritDoc} */
	public function warnings( \WP_Post $post, array $arguments ): array {
		$warnings = [];
		if ( ! in_array( $post->post_status, [ 'draft', 'pending' ], true ) ) {
			$warnings[] = 'The change takes effect immediately on what visitors see.';
		}
		$given = (array) $arguments['meta'];
		foreach ( PostMeta::writable( $post, $given ) as $key => $value ) {
			if ( is_string( $value ) && is_string( $given[ $key ] ) && $value !== $given[ $key ] ) {
				$warnings[] = 'A value is stored differently from what was sent, for instance without markup that the account may not use.';
				break;
			}
		}
		return $warnings;
	}

	/** @param array<string, mixed> $arguments */
	public function __invoke( array $arguments, Call $call ): Result {
		$post = $this->check( $arguments );
		$meta = PostMeta::writable( $post, (array) $arguments['meta'] );
		PostChange::run( $call, $post->ID, [], static fn() => PostMeta::store( $post->ID, $meta ), false, [], $this->meta( $arguments ) );
		$now = [];
		foreach ( $this->meta( $arguments ) as $key ) {
			$now[ $key ] = PostMeta::value( $post->ID, $key );
		}
		return Result::structured(
			[
				'id'   => $post->ID,
				'meta' => (object) $now,
			]
		)->about( Posts::target( $post->ID ) );
	}
}

<?php

declare(strict_types=1);

namespace Countersign\Plugin\Tools\Publishing;

use Countersign\Plugin\Calls\Call;
use Countersign\Plugin\Calls\Result;
use Countersign\Plugin\Site\Denied;
use Countersign\Plugin\Tools\Content\PostChange;
use Countersign\Plugin\Tools\Content\Posts;

defined( 'ABSPATH' ) || exit;

/** Tool `restore_post`: restores an item from the trash, as a draft. */
final class RestorePost implements ReviewableTool {

	/** {@inheritDoc} */
	public function target( array $arguments ): ?int {
		return Posts::seen( $arguments );
	}

	/** {@inheritDoc} */
	public function check( array $arguments ): \WP_Post {
		$post = Posts::permitted( (int) ( $arguments['id'] ?? 0 ), 'delete_post', 'edit_post' );
		Posts::require_status( $post, [ 'trash' ] );
		return $post;
	}

	/** {@inheritDoc} */
	public function warnings( \WP_Post $post, array $arguments ): array {
		return [ 'The item is restored as a draft, whatever its status was before.' ];
	}

	/** @param array<string, mixed> $arguments */
	public function __invoke( array $arguments, Call $call ): Result {
		$post = $this->check( $arguments );
		// A filter of the site can restore the previous status, but an agent may publish only with publish_post.
		$as_draft = static fn(): string => 'draft';
		add_filter( 'wp_untrash_post_status', $as_draft, PHP_INT_MAX );
		$restore = static function () use ( $post ): void {
			if ( ! wp_untrash_post( $post->ID ) ) {
				throw new Denied( 'tool_failed', 'WordPress did not restore the item.', Posts::target( $post->ID ) ); // phpcs:ignore WordPress.Security.EscapeOutput.ExceptionNotEscaped -- Sent as JSON.
			}
		};
		try {
			PostChange::run( $call, $post->ID, [ 'post_status', 'post_name' ], $restore );
		} finally {
			remove_filter( 'wp_untrash_post_status', $as_draft, PHP_INT_MAX );
		}
		return Result::structured( Posts::written( Posts::changed( $post->ID ), $call ) )->about( Posts::target( $post->ID ) );
	}
}

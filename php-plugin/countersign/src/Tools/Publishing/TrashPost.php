<?php

declare(strict_types=1);

namespace Countersign\Plugin\Tools\Publishing;

use Countersign\Plugin\Calls\Call;
use Countersign\Plugin\Calls\Result;
use Countersign\Plugin\Site\Denied;
use Countersign\Plugin\Tools\Content\PostChange;
use Countersign\Plugin\Tools\Content\Posts;

defined( 'ABSPATH' ) || exit;

/** Tool `trash_post`: moves an item to the trash. */
final class TrashPost implements ReviewableTool {

	/** {@inheritDoc} */
	public function target( array $arguments ): ?int {
		return Posts::seen( $arguments );
	}

	/** {@inheritDoc} */
	public function check( array $arguments ): \WP_Post {
		$post = Posts::permitted( (int) ( $arguments['id'] ?? 0 ), 'delete_post' );
		Posts::require_status( $post, Posts::STATUSES );
		if ( ! EMPTY_TRASH_DAYS ) {
			// WordPress would delete the item permanently.
			throw new Denied( 'target_state', 'This site has no trash, so nothing can be moved there.', Posts::target( $post->ID ) ); // phpcs:ignore WordPress.Security.EscapeOutput.ExceptionNotEscaped -- Sent as JSON.
		}
		return $post;
	}

	/** {@inheritDoc} */
	public function warnings( \WP_Post $post, array $arguments ): array {
		$warnings = [];
		if ( 'publish' === $post->post_status ) {
			$warnings[] = 'The item is public, and would disappear from the site immediately.';
		}
		if ( in_array( $post->ID, [ (int) get_option( 'page_on_front' ), (int) get_option( 'page_for_posts' ) ], true ) ) {
			$warnings[] = 'It is the front page or the posts page of this site.';
		}
		$children = get_children(
			[
				'post_parent' => $post->ID,
				'post_type'   => $post->post_type,
				'fields'      => 'ids',
				'numberposts' => 1,
			]
		);
		if ( $children ) {
			$warnings[] = 'It has child items.';
		}
		$warnings[] = sprintf( 'WordPress deletes it permanently after %d days in the trash.', EMPTY_TRASH_DAYS );
		return $warnings;
	}

	/** @param array<string, mixed> $arguments */
	public function __invoke( array $arguments, Call $call ): Result {
		$post = $this->check( $arguments );
		$trash = static function () use ( $post ): void {
			if ( ! wp_trash_post( $post->ID ) ) {
				throw new Denied( 'tool_failed', 'WordPress did not move the item to the trash.', Posts::target( $post->ID ) ); // phpcs:ignore WordPress.Security.EscapeOutput.ExceptionNotEscaped -- Sent as JSON.
			}
		};
		PostChange::run( $call, $post->ID, [ 'post_status', 'post_name' ], $trash );
		return Result::structured( Posts::written( Posts::changed( $post->ID ), $call ) )->about( Posts::target( $post->ID ) );
	}
}

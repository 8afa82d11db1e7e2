<?php

declare(strict_types=1);

namespace Countersign\Plugin\Tools\Media;

use Countersign\Plugin\Calls\Call;
use Countersign\Plugin\Calls\Result;
use Countersign\Plugin\Site\Denied;
use Countersign\Plugin\Targets\StoredPost;
use Countersign\Plugin\Tools\Content\PostChange;
use Countersign\Plugin\Tools\Content\Posts;
use Countersign\Plugin\Tools\Publishing\ReviewableTool;

defined( 'ABSPATH' ) || exit;

/** Tool `set_featured_image`: sets or removes the featured image of a post. */
final class SetFeaturedImage implements ReviewableTool {

	/** {@inheritDoc} */
	public function target( array $arguments ): ?int {
		return Posts::seen( $arguments );
	}

	/** {@inheritDoc} */
	public function check( array $arguments ): \WP_Post {
		$post = Posts::permitted( (int) ( $arguments['id'] ?? 0 ), 'edit_post' );
		Posts::require_status( $post, Posts::STATUSES );
		if ( ! current_theme_supports( 'post-thumbnails', $post->post_type ) || ! post_type_supports( $post->post_type, 'thumbnail' ) ) {
			throw new Denied( 'target_state', 'Items of this type have no featured image on this site.', Posts::target( $post->ID ) ); // phpcs:ignore WordPress.Security.EscapeOutput.ExceptionNotEscaped -- Sent as JSON.
		}
		$media = (int) ( $arguments['media'] ?? 0 );
		if ( $media > 0 ) {
			MediaItems::image( $media );
		}
		return $post;
	}

	/** {@inheritDoc} */
	public function warnings( \WP_Post $post, array $arguments ): array {
		$old = (int) get_post_thumbnail_id( $post );
		$new = (int) ( $arguments['media'] ?? 0 );
		return match ( true ) {
			$old === $new => [ 'Nothing would change.' ],
			0 === $new    => [ 'The featured image would be removed.' ],
			$old > 0      => [ 'The featured image would be replaced.' ],
			default       => [],
		};
	}

	/** @param array<string, mixed> $arguments */
	public function __invoke( array $arguments, Call $call ): Result {
		$post  = $this->check( $arguments );
		$old   = (int) get_post_thumbnail_id( $post );
		$media = (int) $arguments['media'];
		if ( $old !== $media ) {
			$set = static function () use ( $post, $media ): void {
				0 === $media ? delete_post_thumbnail( $post ) : set_post_thumbnail( $post, $media );
				if ( (int) get_post_thumbnail_id( $post ) !== $media ) {
					throw new Denied( 'tool_failed', 'WordPress did not set the featured image.', Posts::target( $post->ID ) ); // phpcs:ignore WordPress.Security.EscapeOutput.ExceptionNotEscaped -- Sent as JSON.
				}
			};
			PostChange::run( $call, $post->ID, [], $set );
		}
		$stored = StoredPost::read( $post->ID ) ?? throw new Denied( 'target_not_found', null, Posts::target( $post->ID ) ); // phpcs:ignore WordPress.Security.EscapeOutput.ExceptionNotEscaped -- Sent as JSON.
		return Result::structured(
			[
				'id'             => $post->ID,
				'title'          => $post->post_title,
				'status'         => $post->post_status,
				'featured_media' => $media ?: null,
				'previous'       => $old ?: null,
				'fingerprint'    => $call->fingerprint( $stored ),
			]
		)->about( Posts::target( $post->ID ) );
	}
}

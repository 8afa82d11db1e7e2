<?php

declare(strict_types=1);

namespace Countersign\Plugin\Tools\Content;

use Countersign\Plugin\Site\Denied;

defined( 'ABSPATH' ) || exit;

/** The earlier states of a post. Who may edit the post may see them, as in WordPress. */
final class Revisions {

	/** Column => name in answers. */
	public const COLUMNS = [
		'post_title'   => 'title',
		'post_content' => 'content',
		'post_excerpt' => 'excerpt',
	];

	/**
	 * Returns a revision of a post.
	 *
	 * @throws Denied `arguments_invalid` if the post has none with this id.
	 */
	public static function of( \WP_Post $post, int $id ): \WP_Post {
		$revision = wp_get_post_revision( $id );
		if ( ! $revision instanceof \WP_Post || $revision->post_parent !== $post->ID ) {
			throw new Denied( 'arguments_invalid', 'The item has no revision with this id. Call list_revisions.', Posts::target( $post->ID ) ); // phpcs:ignore WordPress.Security.EscapeOutput.ExceptionNotEscaped -- Sent as JSON.
		}
		return $revision;
	}
}

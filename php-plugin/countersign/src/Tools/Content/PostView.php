<?php

declare(strict_types=1);

namespace Countersign\Plugin\Tools\Content;

use Countersign\Plugin\Calls\Call;
use Countersign\Plugin\Site\Denied;
use Countersign\Plugin\Targets\StoredPost;

defined( 'ABSPATH' ) || exit;

/** Describes posts for agents, with the fields that the agent asks for. Texts are as they are stored, so that they can be sent back. */
final class PostView {

	/** What lists show of a post if the agent does not choose. */
	private const LISTED = [ 'type', 'status', 'title', 'excerpt', 'slug', 'link', 'edit_link', 'author', 'date', 'modified', 'terms' ];

	/** What `get_post` shows in addition. */
	private const FULL = [ 'parent', 'template', 'featured_media', 'content' ];

	/** Largest content in one result, in bytes. */
	private const MAX_CONTENT = Posts::MAX_CONTENT;

	/**
	 * Describes a post without its content.
	 *
	 * @param \WP_Post          $post         The post.
	 * @param list<string>|null $fields       The fields to show besides the id; null for the usual ones.
	 * @param bool              $make_excerpt Whether to make an excerpt from the content if the post has none.
	 *
	 * @return array<string, mixed>
	 */
	public static function summary( \WP_Post $post, ?array $fields = null, bool $make_excerpt = false ): array {
		return self::shown( $post, $fields ?? self::LISTED, $make_excerpt, self::MAX_CONTENT );
	}

	/**
	 * Describes a post with its content and its fingerprint, which are of one state, whatever a cache holds.
	 *
	 * @param \WP_Post          $post    As {@see Posts::readable()} returned it.
	 * @param list<string>|null $fields  As above.
	 * @param int               $longest Largest content, in bytes. Longer content is cut, and marked as truncated.
	 *
	 * @return array<string, mixed>
	 *
	 * @throws Denied `target_not_found` if the post was deleted meanwhile.
	 */
	public static function full( \WP_Post $post, Call $call, ?array $fields = null, int $longest = self::MAX_CONTENT ): array {
		$stored = StoredPost::seen( $post ) ?? throw new Denied( 'target_not_found', null, Posts::target( $post->ID ) ); // phpcs:ignore WordPress.Security.EscapeOutput.ExceptionNotEscaped -- Sent as JSON.
		$shown  = self::shown( $stored->post(), $fields ?? [ ...self::LISTED, ...self::FULL ], false, min( $longest, self::MAX_CONTENT ) );
		return $shown + ( null === $fields || in_array( 'fingerprint', $fields, true ) ? [ 'fingerprint' => $call->fingerprint( $stored ) ] : [] );
	}

	/**
	 * @param list<string> $fields
	 *
	 * @return array<string, mixed>
	 */
	private static function shown( \WP_Post $post, array $fields, bool $make_excerpt, int $longest ): array {
		$shown = [ 'id' => $post->ID ];
		foreach ( $fields as $field ) {
			$shown += match ( $field ) {
				'type'           => [ 'type' => $post->post_type ],
				'status'         => [ 'status' => $post->post_status ],
				'title'          => [ 'title' => $post->post_title ],
				'excerpt'        => [ 'excerpt' => self::excerpt( $post, $make_excerpt ) ],
				'slug'           => [ 'slug' => $post->post_name ],
				'link'           => [ 'link' => (string) get_permalink( $post ) ],
				'edit_link'      => self::may_edit( $post ) ? [ 'edit_link' => (string) get_edit_post_link( $post, 'raw' ) ] : [],
				'author'         => [ 'author' => Posts::author( (int) $post->post_author ) ],
				'date'           => [ 'date' => self::has_date( $post ) ? Posts::moment( $post, 'date' ) : null ],
				'modified'       => [ 'modified' => Posts::moment( $post, 'modified' ) ],
				'parent'         => [ 'parent' => $post->post_parent ?: null ],
				'template'       => [ 'template' => (string) get_page_template_slug( $post ) ],
				'featured_media' => [ 'featured_media' => (int) get_post_thumbnail_id( $post ) ?: null ],
				'terms'          => [ 'terms' => (object) TermChoice::of( $post ) ],
				'meta'           => [ 'meta' => (object) PostMeta::of( $post ) ],
				'content'        => self::content( $post, $longest ),
				default          => [],
			};
		}
		return $shown;
	}

	/** @return array{content: string, truncated: bool} */
	private static function content( \WP_Post $post, int $longest ): array {
		$content = self::is_hidden( $post ) ? '' : $post->post_content;
		$shown   = mb_strcut( $content, 0, max( 0, $longest ), 'UTF-8' );
		return [
			'content'   => $shown,
			'truncated' => strlen( $shown ) < strlen( $content ),
		];
	}

	private static function excerpt( \WP_Post $post, bool $make_excerpt ): string {
		if ( self::is_hidden( $post ) ) {
			return '';
		}
		if ( '' !== $post->post_excerpt || ! $make_excerpt ) {
			return $post->post_excerpt;
		}
		return Posts::plain( wp_trim_words( strip_shortcodes( excerpt_remove_blocks( $post->post_content ) ), 30 ) );
	}

	/** Tells whether a password hides the texts of a post from the current user. */
	public static function is_hidden( \WP_Post $post ): bool {
		return '' !== $post->post_password && ! self::may_edit( $post );
	}

	private static function may_edit( \WP_Post $post ): bool {
		return current_user_can( 'edit_post', $post->ID );
	}

	/** Tells whether the post has a date. WordPress dates a draft without one when it is published. */
	private static function has_date( \WP_Post $post ): bool {
		return '0000-00-00 00:00:00' !== $post->post_date_gmt;
	}
}

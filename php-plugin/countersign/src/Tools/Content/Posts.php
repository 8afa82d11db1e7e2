<?php

declare(strict_types=1);

namespace Countersign\Plugin\Tools\Content;

use Countersign\McpServer;
use Countersign\Plugin\Calls\Call;
use Countersign\Plugin\Site\Denied;
use Countersign\Plugin\Targets\StoredPost;

defined( 'ABSPATH' ) || exit;

/** What the tools for content have in common: which posts agents can use, and how they are described. */
final class Posts {

	/** Statuses of posts that agents can use. Posts in the trash are added where needed. */
	public const STATUSES = [ 'publish', 'future', 'draft', 'pending', 'private' ];

	/** Column => argument of the tools that write it. */
	public const ARGUMENTS = [
		'post_title'   => 'title',
		'post_content' => 'content',
		'post_excerpt' => 'excerpt',
		'post_name'    => 'slug',
	];

	/** Largest content in one result, in bytes. */
	public const MAX_CONTENT = 102400;

	/**
	 * Returns the post types that agents can use: those that visitors can view and that the block editor can edit. Media
	 * have tools of their own.
	 *
	 * @return array<string, \WP_Post_Type>
	 */
	public static function types(): array {
		$types = array_filter(
			get_post_types( [ 'show_in_rest' => true ], 'objects' ),
			static fn( \WP_Post_Type $type ): bool => 'attachment' !== $type->name && is_post_type_viewable( $type )
		);
		/**
		 * Filters the post types that agents can use. The filter can only remove post types.
		 *
		 * Applied several times in a call, so it should be cheap.
		 *
		 * @param array<string, \WP_Post_Type> $types Name => post type.
		 */
		return array_intersect_key( $types, (array) apply_filters( 'countersign_post_types', $types ) );
	}

	/**
	 * Returns a post type that agents can use.
	 *
	 * @throws Denied `arguments_invalid` if there is none with this name.
	 */
	public static function type( string $name ): \WP_Post_Type {
		return self::types()[ $name ] ?? throw new Denied( 'arguments_invalid', "Agents cannot use a post type '$name' on this site. Call get_site_info to list the post types." ); // phpcs:ignore WordPress.Security.EscapeOutput.ExceptionNotEscaped -- Sent as JSON.
	}

	/** Returns how audit entries name a post, such as `post:12`. */
	public static function target( int $id ): string {
		return 'post:' . $id;
	}

	/**
	 * Returns a post that the current user can see.
	 *
	 * @throws Denied `target_not_found` if the post does not exist or the user cannot see it.
	 */
	public static function readable( int $id ): \WP_Post {
		$post   = StoredPost::current( $id );
		$is_one = null !== $post && isset( self::types()[ $post->post_type ] ) && in_array( $post->post_status, [ ...self::STATUSES, 'trash' ], true );
		if ( ! $is_one || ! current_user_can( 'read_post', $id ) ) {
			throw new Denied( 'target_not_found', null, self::target( $id ) ); // phpcs:ignore WordPress.Security.EscapeOutput.ExceptionNotEscaped -- Sent as JSON.
		}
		return $post;
	}

	/**
	 * Returns the id of the argument `id` if it is that of a post that the current user can see, else null.
	 *
	 * @param array<string, mixed> $arguments Arguments of a tool.
	 */
	public static function seen( array $arguments ): ?int {
		try {
			return self::readable( (int) ( $arguments['id'] ?? 0 ) )->ID;
		} catch ( Denied ) {
			return null;
		}
	}

	/**
	 * Returns a post for which the current user has capabilities.
	 *
	 * @param int    $id              Id of the post.
	 * @param string ...$capabilities Meta capabilities, such as `edit_post`.
	 *
	 * @throws Denied `target_not_found` or `capability_denied`.
	 */
	public static function permitted( int $id, string ...$capabilities ): \WP_Post {
		$post = self::readable( $id );
		foreach ( $capabilities as $capability ) {
			if ( ! current_user_can( $capability, $id ) ) { // phpcs:ignore WordPress.WP.Capabilities -- A capability that this plugin adds.
				throw new Denied( 'capability_denied', null, self::target( $id ) ); // phpcs:ignore WordPress.Security.EscapeOutput.ExceptionNotEscaped -- Sent as JSON.
			}
		}
		return $post;
	}

	/**
	 * Refuses a post whose status is not one of the given ones.
	 *
	 * @param \WP_Post     $post     The post.
	 * @param list<string> $statuses Permitted statuses.
	 *
	 * @throws Denied `target_state`.
	 */
	public static function require_status( \WP_Post $post, array $statuses ): void {
		if ( ! in_array( $post->post_status, $statuses, true ) ) {
			throw new Denied( 'target_state', "The status of the item is '$post->post_status'. This tool needs one of: " . implode( ', ', $statuses ) . '.', self::target( $post->ID ) ); // phpcs:ignore WordPress.Security.EscapeOutput.ExceptionNotEscaped -- Sent as JSON.
		}
	}

	/**
	 * Describes a post without its content, as the catalogue's schema defines.
	 *
	 * @param \WP_Post $post         The post.
	 * @param bool     $make_excerpt Whether to make an excerpt from the content if the post has none.
	 *
	 * @return array<string, mixed>
	 */
	public static function summary( \WP_Post $post, bool $make_excerpt = false ): array {
		$may_edit = current_user_can( 'edit_post', $post->ID );
		$excerpt  = $post->post_excerpt;
		if ( '' !== $post->post_password && ! $may_edit ) {
			$excerpt = '';
		} elseif ( '' === $excerpt && $make_excerpt ) {
			$excerpt = self::plain( wp_trim_words( strip_shortcodes( excerpt_remove_blocks( $post->post_content ) ), 30 ) );
		}
		return [
			'id'         => $post->ID,
			'type'       => $post->post_type,
			'status'     => $post->post_status,
			// As they are stored, so that they can be sent back.
			'title'      => $post->post_title,
			'excerpt'    => $excerpt,
			'slug'       => $post->post_name,
			'link'       => (string) get_permalink( $post ),
			'author'     => self::author( (int) $post->post_author ),
			'date'       => self::has_date( $post ) ? self::moment( $post, 'date' ) : null,
			'modified'   => self::moment( $post, 'modified' ),
			'categories' => self::terms( $post, 'category' ),
			'tags'       => self::terms( $post, 'post_tag' ),
		] + ( $may_edit ? [ 'edit_link' => (string) get_edit_post_link( $post, 'raw' ) ] : [] );
	}

	/**
	 * Describes a post with its content, cut to {@see self::MAX_CONTENT} bytes.
	 *
	 * @return array<string, mixed>
	 */
	public static function full( \WP_Post $post ): array {
		$is_hidden = '' !== $post->post_password && ! current_user_can( 'edit_post', $post->ID );
		$content   = $is_hidden ? '' : $post->post_content;
		$shown     = mb_strcut( $content, 0, self::MAX_CONTENT, 'UTF-8' );
		return self::summary( $post ) + [
			'content'        => $shown,
			'featured_media' => (int) get_post_thumbnail_id( $post ) ?: null,
			'truncated'      => strlen( $shown ) < strlen( $content ),
		];
	}

	/**
	 * Describes a post that a call has created or changed, with the fingerprint for the next change.
	 *
	 * @param array<string, string> $sent Column => what the agent sent.
	 *
	 * @return array<string, mixed> As {@see summary()}, with `fingerprint`, and `stored`: the fields that WordPress stored
	 *                              differently from what was sent.
	 */
	public static function written( \WP_Post $post, Call $call, array $sent = [] ): array {
		$now    = StoredPost::read( $post->ID ) ?? throw new Denied( 'tool_failed', 'The item was deleted while it was being changed.', self::target( $post->ID ) ); // phpcs:ignore WordPress.Security.EscapeOutput.ExceptionNotEscaped -- Sent as JSON.
		$stored = [];
		foreach ( $sent as $column => $value ) {
			if ( $now->row[ $column ] !== $value ) {
				$stored[ self::ARGUMENTS[ $column ] ] = mb_strcut( $now->row[ $column ], 0, self::MAX_CONTENT, 'UTF-8' );
			}
		}
		return self::summary( $now->post() ) + [ 'fingerprint' => $call->fingerprint( $now ) ] + ( [] === $stored ? [] : [ 'stored' => (object) $stored ] );
	}

	/**
	 * Returns an argument as it may be stored. Titles and excerpts are shown inside other text, so they lose the controls that
	 * reorder it.
	 *
	 * @param string $column Column of the post.
	 * @param string $value  What the agent sent for it.
	 */
	public static function tidy( string $column, string $value ): string {
		return in_array( $column, [ 'post_title', 'post_excerpt' ], true ) ? McpServer::plainTitle( $value ) : $value;
	}

	/**
	 * Creates or updates a post as the editor does: content is filtered, and a revision is stored.
	 *
	 * @param array<string, mixed> $fields Fields of `wp_insert_post()` without slashes; with `ID` to update a post.
	 *
	 * @throws Denied `tool_failed`.
	 */
	public static function save( array $fields ): \WP_Post {
		// WordPress would write tags and template again, which can change them.
		$untouched = [
			'tags_input'    => null,
			'page_template' => '',
		];
		$id        = isset( $fields['ID'] ) ? wp_update_post( wp_slash( $fields + $untouched ), true ) : wp_insert_post( wp_slash( $fields ), true );
		if ( is_wp_error( $id ) ) {
			throw new Denied( 'tool_failed', $id->get_error_message(), isset( $fields['ID'] ) ? self::target( (int) $fields['ID'] ) : null ); // phpcs:ignore WordPress.Security.EscapeOutput.ExceptionNotEscaped -- Sent as JSON.
		}
		return self::changed( $id );
	}

	/**
	 * Returns a post as it is stored after a change.
	 *
	 * @throws Denied `tool_failed` if the post no longer exists, because a plugin or another request has deleted it.
	 */
	public static function changed( int $id ): \WP_Post {
		$post = get_post( $id );
		return $post instanceof \WP_Post ? $post : throw new Denied( 'tool_failed', 'The item was deleted while it was being changed.', self::target( $id ) ); // phpcs:ignore WordPress.Security.EscapeOutput.ExceptionNotEscaped -- Sent as JSON.
	}

	/**
	 * Returns a time of a post as RFC 3339 in the site's time zone, or null if the post does not have it.
	 *
	 * @param \WP_Post $post  The post.
	 * @param string   $field `date` or `modified`.
	 */
	public static function moment( \WP_Post $post, string $field ): ?string {
		$moment = get_post_datetime( $post, $field, 'gmt' ) ?: get_post_datetime( $post, $field );
		return $moment ? $moment->setTimezone( wp_timezone() )->format( DATE_RFC3339 ) : null;
	}

	/**
	 * Describes an author.
	 *
	 * @return array{id: int, name: string}
	 */
	public static function author( int $id ): array {
		// The account without its metadata, which get_the_author_meta() would read too.
		$user = \WP_User::get_data_by( 'id', $id );
		return [
			'id'   => $id,
			'name' => (string) apply_filters( 'get_the_author_display_name', $user->display_name ?? '', $id, $id ), // phpcs:ignore WordPress.NamingConventions.PrefixAllGlobals -- A filter of WordPress.
		];
	}

	/** Returns stored text with HTML entities decoded. */
	public static function plain( string $text ): string {
		return html_entity_decode( $text, ENT_QUOTES | ENT_HTML5, 'UTF-8' );
	}

	/** Tells whether the post has a date. WordPress dates a draft without one when it is published. */
	private static function has_date( \WP_Post $post ): bool {
		return '0000-00-00 00:00:00' !== $post->post_date_gmt;
	}

	/** @return list<array{id: int, name: string, slug: string}> */
	private static function terms( \WP_Post $post, string $taxonomy ): array {
		// One query for all taxonomies of the post, if its terms are not in a cache.
		update_object_term_cache( $post->ID, $post->post_type );
		$terms = is_object_in_taxonomy( $post->post_type, $taxonomy ) ? get_the_terms( $post, $taxonomy ) : [];
		return array_map(
			static fn( \WP_Term $term ): array => [
				'id'   => $term->term_id,
				'name' => self::plain( $term->name ),
				'slug' => $term->slug,
			],
			is_array( $terms ) ? array_values( $terms ) : []
		);
	}
}

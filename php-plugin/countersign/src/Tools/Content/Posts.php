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
	 * Reads posts with their metadata and terms in one query each, for a tool that reads many of them.
	 *
	 * @param list<int> $ids
	 */
	public static function prime( array $ids ): void {
		// A cache that outlives the request is not used for what an agent sees.
		if ( ! wp_using_ext_object_cache() ) {
			_prime_post_caches( $ids );
		}
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
	 * Describes a post that a call has created or changed, with the fingerprint for the next change.
	 *
	 * @param array<string, string> $sent Column => what the agent sent.
	 *
	 * @return array<string, mixed> As {@see PostView::summary()}, with `fingerprint`, and `stored`: the fields that WordPress stored
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
		return PostView::summary( $now->post() ) + [ 'fingerprint' => $call->fingerprint( $now ) ] + ( [] === $stored ? [] : [ 'stored' => (object) $stored ] );
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
}

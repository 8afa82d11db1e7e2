<?php

declare(strict_types=1);

namespace Countersign\Plugin\Tools\Content;

defined( 'ABSPATH' ) || exit;

/**
 * Lists only posts that the current user can see: published posts, the user's own posts, and other people's posts if the
 * user's capabilities for the post type allow it.
 */
final class PostQuery {

	/**
	 * Returns one page of posts without their content.
	 *
	 * @param array<string, mixed> $query     Arguments of `WP_Query`.
	 * @param list<\WP_Post_Type>  $types     The post types.
	 * @param array<string, mixed> $arguments The tool's arguments `status`, `page` and `per_page`.
	 *
	 * @return array<string, mixed> The tool's result: `posts`, `page`, `per_page`, `total`, `total_pages`.
	 */
	public static function page( array $query, array $types, array $arguments ): array {
		$page     = (int) ( $arguments['page'] ?? 1 );
		$per_page = (int) ( $arguments['per_page'] ?? 20 );
		$search   = isset( $query['s'] );
		$visible  = static fn( string $where ): string => $where . ' AND ' . self::visible( $types ) . ( $search ? ' AND ' . self::searchable( $types ) : '' );
		add_filter( 'posts_where', $visible, PHP_INT_MAX );
		try {
			$found = new \WP_Query(
				$query + [
					'post_type'              => array_map( static fn( \WP_Post_Type $type ): string => $type->name, $types ),
					'post_status'            => isset( $arguments['status'] ) ? [ $arguments['status'] ] : Posts::STATUSES,
					'paged'                  => $page,
					'posts_per_page'         => $per_page,
					'ignore_sticky_posts'    => true,
					'suppress_filters'       => false,
					'update_post_meta_cache' => false,
				]
			);
		} finally {
			remove_filter( 'posts_where', $visible, PHP_INT_MAX );
		}
		/** @var list<\WP_Post> $posts Whole posts, since the query asks for no single fields. */
		$posts = $found->posts;
		$posts = array_filter( $posts, static fn( \WP_Post $post ): bool => current_user_can( 'read_post', $post->ID ) );
		return [
			'posts'       => array_map( static fn( \WP_Post $post ): array => Posts::summary( $post, true ), array_values( $posts ) ),
			'page'        => $page,
			'per_page'    => $per_page,
			'total'       => (int) $found->found_posts,
			'total_pages' => (int) $found->max_num_pages,
		];
	}

	/**
	 * Returns the SQL condition for posts that may be searched. Posts with a password are searched only for users who can
	 * edit them, since their words could otherwise be guessed one by one.
	 *
	 * @param list<\WP_Post_Type> $types
	 */
	private static function searchable( array $types ): string {
		global $wpdb;
		$any = [ "$wpdb->posts.post_password = ''", $wpdb->prepare( "$wpdb->posts.post_author = %d", get_current_user_id() ) ];
		foreach ( $types as $type ) {
			if ( current_user_can( $type->cap->edit_others_posts ) && current_user_can( $type->cap->edit_published_posts ) ) {
				$any[] = $wpdb->prepare( "$wpdb->posts.post_type = %s", $type->name );
			}
		}
		return '(' . implode( ' OR ', $any ) . ')';
	}

	/**
	 * Returns the SQL condition for posts that the user can see.
	 *
	 * @param list<\WP_Post_Type> $types
	 */
	private static function visible( array $types ): string {
		global $wpdb;
		$any = [];
		foreach ( $types as $type ) {
			$allowed = [ "post_status = 'publish'", $wpdb->prepare( 'post_author = %d', get_current_user_id() ) ];
			if ( current_user_can( $type->cap->edit_others_posts ) ) {
				$allowed[] = "post_status IN ('draft', 'pending', 'future')";
			}
			if ( current_user_can( $type->cap->read_private_posts ) ) {
				$allowed[] = "post_status = 'private'";
			}
			$allowed = array_map( static fn( string $condition ): string => "$wpdb->posts.$condition", $allowed );
			$any[]   = $wpdb->prepare( "$wpdb->posts.post_type = %s", $type->name ) . ' AND (' . implode( ' OR ', $allowed ) . ')';
		}
		return '((' . implode( ') OR (', $any ) . '))';
	}
}

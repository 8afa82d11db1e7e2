<?php

declare(strict_types=1);

namespace Countersign\Plugin\Tools\Content;

/**
 * Lists posts that the user may see, and no others: published ones, the user's own, and those of others where the user's
 * capabilities for that type say so.
 */
final class PostQuery {

	/**
	 * One page of posts, without content.
	 *
	 * @param array<string, mixed> $query     Arguments of WP_Query.
	 * @param list<string>         $types     Post types.
	 * @param array<string, mixed> $arguments Of the tool: `status`, `page`, `per_page`.
	 *
	 * @return array<string, mixed> As the catalogue's tools answer.
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
					'post_type'              => $types,
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
		$posts = array_filter( $found->posts, static fn( \WP_Post $post ): bool => current_user_can( 'read_post', $post->ID ) );
		return [
			'posts'       => array_map( static fn( \WP_Post $post ): array => Posts::summary( $post, true ), array_values( $posts ) ),
			'page'        => $page,
			'per_page'    => $per_page,
			'total'       => (int) $found->found_posts,
			'total_pages' => (int) $found->max_num_pages,
		];
	}

	/**
	 * What a search may look into: words behind a password could be guessed one by one.
	 *
	 * @param list<string> $types
	 */
	private static function searchable( array $types ): string {
		global $wpdb;
		$any = [ "$wpdb->posts.post_password = ''", $wpdb->prepare( "$wpdb->posts.post_author = %d", get_current_user_id() ) ];
		foreach ( $types as $name ) {
			$type = get_post_type_object( $name );
			if ( current_user_can( $type->cap->edit_others_posts ) && current_user_can( $type->cap->edit_published_posts ) ) {
				$any[] = $wpdb->prepare( "$wpdb->posts.post_type = %s", $name );
			}
		}
		return '(' . implode( ' OR ', $any ) . ')';
	}

	/** @param list<string> $types */
	private static function visible( array $types ): string {
		global $wpdb;
		$any = [];
		foreach ( $types as $name ) {
			$type    = get_post_type_object( $name );
			$allowed = [ "post_status = 'publish'", $wpdb->prepare( 'post_author = %d', get_current_user_id() ) ];
			if ( current_user_can( $type->cap->edit_others_posts ) ) {
				$allowed[] = "post_status IN ('draft', 'pending', 'future')";
			}
			if ( current_user_can( $type->cap->read_private_posts ) ) {
				$allowed[] = "post_status = 'private'";
			}
			$allowed = array_map( static fn( string $condition ): string => "$wpdb->posts.$condition", $allowed );
			$any[]   = $wpdb->prepare( "$wpdb->posts.post_type = %s", $name ) . ' AND (' . implode( ' OR ', $allowed ) . ')';
		}
		return '((' . implode( ') OR (', $any ) . '))';
	}
}

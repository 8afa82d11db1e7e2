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
	 * @param array<string, mixed> $arguments The tool's arguments `status`, `fields`, `page` and `per_page`.
	 *
	 * @return array<string, mixed> The tool's result: `posts`, `page`, `per_page`, `total`, `total_pages`.
	 */
	public static function page( array $query, array $types, array $arguments ): array {
		global $wpdb;
		$condition = Visibility::readable( $types );
		if ( isset( $query['s'] ) ) {
			// The words of a post with a password could otherwise be guessed one by one.
			$condition .= " AND ($wpdb->posts.post_password = '' OR " . Visibility::editable( $types ) . ')';
		}
		$query += [
			'post_type'              => array_map( static fn( \WP_Post_Type $type ): string => $type->name, $types ),
			'post_status'            => isset( $arguments['status'] ) ? [ $arguments['status'] ] : Posts::STATUSES,
			'update_post_meta_cache' => false,
		];
		$fields = $arguments['fields'] ?? null;
		return self::listing( 'posts', $query, $condition, $arguments, static fn( \WP_Post $post ): array => PostView::summary( $post, $fields, true ) );
	}

	/**
	 * Returns one page of what a query finds under a condition.
	 *
	 * @param string                                   $key       Key of the list in the result.
	 * @param array<string, mixed>                     $query     Arguments of `WP_Query`.
	 * @param string                                   $condition SQL condition for what the user can see.
	 * @param array<string, mixed>                     $arguments The tool's arguments `page` and `per_page`.
	 * @param callable(\WP_Post): array<string, mixed> $describe  Describes a post.
	 *
	 * @return array<string, mixed> The tool's result: `$key`, `page`, `per_page`, `total`, `total_pages`.
	 */
	public static function listing( string $key, array $query, string $condition, array $arguments, callable $describe ): array {
		$page     = (int) ( $arguments['page'] ?? 1 );
		$per_page = (int) ( $arguments['per_page'] ?? 20 );
		$found    = new \WP_Query();
		// The last filters that can change the query. What other plugins have added stays, but cannot widen the condition.
		$where = static function ( array $clauses, \WP_Query $of ) use ( $found, $condition ): array {
			global $wpdb;
			if ( $of === $found ) {
				$clauses['where'] = ' AND (1 = 1 ' . ( $clauses['where'] ?? '' ) . ') AND ' . $condition;
				// The id breaks ties, so that pages never overlap.
				$clauses['orderby'] = implode( ', ', array_filter( [ $clauses['orderby'] ?? '', "$wpdb->posts.ID DESC" ] ) );
			}
			return $clauses;
		};
		// A search service of another plugin would answer without the condition.
		$from_database = static fn( mixed $posts, \WP_Query $of ): mixed => $of === $found ? null : $posts;
		add_filter( 'posts_clauses_request', $where, PHP_INT_MAX, 2 );
		add_filter( 'posts_pre_query', $from_database, PHP_INT_MAX, 2 );
		// A cache that outlives the request can still show what people have hidden.
		if ( wp_using_ext_object_cache() ) {
			$query['cache_results'] = false;
			add_filter( 'split_the_query', '__return_false', PHP_INT_MAX );
		}
		try {
			$found->query(
				$query + [
					'paged'               => $page,
					'posts_per_page'      => $per_page,
					'ignore_sticky_posts' => true,
					'suppress_filters'    => false,
				]
			);
		} finally {
			remove_filter( 'posts_clauses_request', $where, PHP_INT_MAX );
			remove_filter( 'posts_pre_query', $from_database, PHP_INT_MAX );
			remove_filter( 'split_the_query', '__return_false', PHP_INT_MAX );
		}
		/** @var list<\WP_Post> $posts Whole posts, since the query asks for no single fields. */
		$posts = $found->posts;
		// The status of an attachment is that of its parent. One query reads all parents.
		_prime_post_caches( array_filter( array_map( static fn( \WP_Post $post ): int => $post->post_parent, $posts ) ), false, false );
		$posts = array_filter( $posts, static fn( \WP_Post $post ): bool => current_user_can( 'read_post', $post->ID ) );
		return [
			$key          => array_map( $describe, array_values( $posts ) ),
			'page'        => $page,
			'per_page'    => $per_page,
			'total'       => (int) $found->found_posts,
			'total_pages' => (int) $found->max_num_pages,
		];
	}
}

<?php

declare(strict_types=1);

namespace Countersign\Plugin\Tools\Content;

defined( 'ABSPATH' ) || exit;

/** The arguments by which `list_posts` and `search_content` select posts, as arguments of `WP_Query`. */
final class PostFilters {

	/**
	 * Returns the arguments of `WP_Query` for author, dates and terms.
	 *
	 * @param array<string, mixed> $arguments Arguments of the tool.
	 *
	 * @return array<string, mixed>
	 *
	 * @throws \Countersign\Plugin\Site\Denied `arguments_invalid` for a taxonomy or term that does not exist.
	 */
	public static function query( array $arguments ): array {
		$query = isset( $arguments['author'] ) ? [ 'author' => $arguments['author'] ] : [];
		$dates = array_intersect_key( $arguments, array_flip( [ 'after', 'before' ] ) );
		if ( $dates ) {
			$query['date_query'] = [ $dates ];
		}
		if ( isset( $arguments['terms'] ) ) {
			$taxonomy           = TermChoice::taxonomy( $arguments['taxonomy'] ?? 'category' );
			$query['tax_query'] = [ // phpcs:ignore WordPress.DB.SlowDBQuery -- What the agent asks for; the page is bounded.
				[
					'taxonomy' => $taxonomy->name,
					'field'    => 'term_id',
					'terms'    => TermChoice::ids( $taxonomy, $arguments['terms'] ),
				],
			];
		}
		return $query;
	}

	/**
	 * Returns the post types that are named with commas between them.
	 *
	 * @return list<\WP_Post_Type> All types that agents can use if none is named.
	 *
	 * @throws \Countersign\Plugin\Site\Denied `arguments_invalid` for a type that agents cannot use.
	 */
	public static function types( ?string $named ): array {
		return null === $named ? array_values( Posts::types() ) : array_map( Posts::type( ... ), array_values( array_unique( explode( ',', $named ) ) ) );
	}
}

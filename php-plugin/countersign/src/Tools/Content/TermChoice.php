<?php

declare(strict_types=1);

namespace Countersign\Plugin\Tools\Content;

use Countersign\Plugin\Site\Denied;

defined( 'ABSPATH' ) || exit;

/** The taxonomies that agents can use, and the terms that an agent names by slug, name or id. */
final class TermChoice {

	/**
	 * Returns the taxonomies that agents can use: public ones of the post types that agents can use.
	 *
	 * @param string|null $type Only those of this post type.
	 *
	 * @return array<string, \WP_Taxonomy>
	 */
	public static function taxonomies( ?string $type = null ): array {
		$types = null === $type ? array_keys( Posts::types() ) : [ $type ];
		return array_filter(
			get_taxonomies(
				[
					'show_in_rest' => true,
					'public'       => true,
				],
				'objects'
			),
			static fn( mixed $taxonomy ): bool => $taxonomy instanceof \WP_Taxonomy && [] !== array_intersect( $taxonomy->object_type, $types )
		);
	}

	/**
	 * Returns a taxonomy that agents can use.
	 *
	 * @param string|null $type Only if items of this post type can have its terms.
	 *
	 * @throws Denied `arguments_invalid` if there is none with this name.
	 */
	public static function taxonomy( string $name, ?string $type = null ): \WP_Taxonomy {
		return self::taxonomies( $type )[ $name ] ?? throw new Denied( 'arguments_invalid', null === $type ? 'Agents cannot use a taxonomy of that name on this site. Call get_site_info to list the taxonomies.' : "Items of the type '$type' have no taxonomy of that name. Call get_site_info to list the taxonomies of each type." ); // phpcs:ignore WordPress.Security.EscapeOutput.ExceptionNotEscaped -- Sent as JSON.
	}

	/**
	 * Returns the ids of terms. A text of digits is an id if there is such a term, else a slug; then names are looked for. At most
	 * three queries, however many terms there are.
	 *
	 * @param \WP_Taxonomy $taxonomy The taxonomy.
	 * @param list<string> $named    Ids, slugs or names.
	 *
	 * @return list<int>
	 *
	 * @throws Denied `arguments_invalid` for a term that does not exist.
	 */
	public static function ids( \WP_Taxonomy $taxonomy, array $named ): array {
		$ids  = [];
		$left = array_values( $named );
		// Argument of get_terms() => what it takes for a text, and what a term has to have.
		$ways = [
			'include' => [ static fn( string $text ): ?int => ctype_digit( $text ) ? (int) $text : null, static fn( \WP_Term $term ): int => $term->term_id ],
			'slug'    => [ sanitize_title( ... ), static fn( \WP_Term $term ): string => $term->slug ],
			'name'    => [ static fn( string $text ): string => mb_strtolower( Posts::plain( $text ) ), static fn( \WP_Term $term ): string => mb_strtolower( Posts::plain( $term->name ) ) ],
		];
		foreach ( $ways as $argument => [ $wanted, $has ] ) {
			$texts  = array_filter( $left, static fn( string $text ): bool => ! in_array( $wanted( $text ), [ null, '' ], true ) );
			$values = 'name' === $argument ? $texts : array_map( $wanted, $texts );
			$found  = [];
			foreach ( [] === $values ? [] : self::terms( $taxonomy->name, [ $argument => array_values( $values ) ] ) as $term ) {
				$found[ $has( $term ) ] ??= $term->term_id;
			}
			foreach ( $texts as $position => $text ) {
				if ( isset( $found[ $wanted( $text ) ] ) ) {
					$ids[ $position ] = $found[ $wanted( $text ) ];
					unset( $left[ $position ] );
				}
			}
		}
		foreach ( array_keys( $left ) as $position ) {
			throw new Denied( 'arguments_invalid', sprintf( "Number %d of the terms is not one of the taxonomy '%s'. Call list_terms to see which exist.", $position + 1, $taxonomy->name ) ); // phpcs:ignore WordPress.Security.EscapeOutput.ExceptionNotEscaped -- Sent as JSON.
		}
		ksort( $ids );
		return array_values( array_unique( $ids ) );
	}

	/**
	 * @param array<string, mixed> $query Arguments of `get_terms()`.
	 *
	 * @return list<\WP_Term>
	 */
	private static function terms( string $taxonomy, array $query ): array {
		$terms = get_terms(
			$query + [
				'taxonomy'               => $taxonomy,
				'hide_empty'             => false,
				'orderby'                => 'term_id',
				'update_term_meta_cache' => false,
			]
		);
		return array_values( array_filter( is_array( $terms ) ? $terms : [], static fn( mixed $term ): bool => $term instanceof \WP_Term ) );
	}

	/**
	 * Returns the ids of terms that the current user may give to items.
	 *
	 * @param string       $taxonomy Name of a taxonomy.
	 * @param string       $type     The post type of the item.
	 * @param list<string> $named    Ids, slugs or names.
	 *
	 * @return list<int>
	 *
	 * @throws Denied `arguments_invalid` or `capability_denied`.
	 */
	public static function assignable( string $taxonomy, string $type, array $named ): array {
		$found = self::taxonomy( $taxonomy, $type );
		if ( ! current_user_can( $found->cap->assign_terms ) ) { // phpcs:ignore WordPress.WP.Capabilities -- A capability of the taxonomy.
			throw new Denied( 'capability_denied', "The account may not assign terms of the taxonomy '$found->name'." ); // phpcs:ignore WordPress.Security.EscapeOutput.ExceptionNotEscaped -- Sent as JSON.
		}
		return self::ids( $found, $named );
	}

	/**
	 * Returns the terms of a post in the taxonomies that agents can use.
	 *
	 * @return array<string, list<array{id: int, name: string, slug: string}>> Taxonomy => terms; every taxonomy of the type is present.
	 */
	public static function of( \WP_Post $post ): array {
		// One query for all taxonomies of the post, if its terms are not in a cache.
		update_object_term_cache( $post->ID, $post->post_type );
		$all = [];
		foreach ( array_keys( self::taxonomies( $post->post_type ) ) as $taxonomy ) {
			$terms            = get_the_terms( $post, $taxonomy );
			$all[ $taxonomy ] = array_map(
				static fn( \WP_Term $term ): array => [
					'id'   => $term->term_id,
					'name' => Posts::plain( $term->name ),
					'slug' => $term->slug,
				],
				is_array( $terms ) ? array_values( $terms ) : []
			);
		}
		return $all;
	}
}

<?php

declare(strict_types=1);

namespace Countersign\Plugin\Tools\Taxonomy;

use Countersign\Plugin\Site\Denied;
use Countersign\Plugin\Tools\Content\Posts;

defined( 'ABSPATH' ) || exit;

/** What the tools for terms have in common: which taxonomies agents can use, and how a term is described. */
final class Taxonomies {

	/**
	 * Returns a taxonomy that agents can use: one that visitors see, that the block editor knows, and that has a post type which
	 * agents can use.
	 *
	 * @throws Denied `arguments_invalid` if there is none with this name.
	 */
	public static function get( string $name ): \WP_Taxonomy {
		$taxonomy = get_taxonomy( $name );
		if ( ! $taxonomy || ! $taxonomy->public || ! $taxonomy->show_in_rest || [] === array_intersect( $taxonomy->object_type, array_keys( Posts::types() ) ) ) {
			throw new Denied( 'arguments_invalid', 'The argument taxonomy is not one that agents can use on this site. Call get_site_info to list the taxonomies.' );
		}
		return $taxonomy;
	}

	/**
	 * Returns a term of a taxonomy.
	 *
	 * @throws Denied `arguments_invalid` if the taxonomy has no term with this id.
	 */
	public static function term( int $id, \WP_Taxonomy $taxonomy ): \WP_Term {
		$term = get_term( $id, $taxonomy->name );
		return $term instanceof \WP_Term ? $term : throw new Denied( 'arguments_invalid', "The taxonomy $taxonomy->name has no term with the id $id. Call list_terms to find terms, or create_term to create one." ); // phpcs:ignore WordPress.Security.EscapeOutput.ExceptionNotEscaped -- Sent as JSON.
	}

	/**
	 * Describes a term, as the catalogue's schema defines.
	 *
	 * @return array{id: int, taxonomy: string, name: string, slug: string, parent: int|null, description: string}
	 */
	public static function describe( \WP_Term $term ): array {
		return [
			'id'          => $term->term_id,
			'taxonomy'    => $term->taxonomy,
			'name'        => Posts::plain( $term->name ),
			'slug'        => $term->slug,
			'parent'      => $term->parent ?: null,
			'description' => $term->description,
		];
	}

	/** Returns how audit entries name a term, such as `term:12`. */
	public static function target( int $id ): string {
		return 'term:' . $id;
	}
}

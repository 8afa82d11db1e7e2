<?php

declare(strict_types=1);

namespace Countersign\Plugin\Tools\Content;

use Countersign\Plugin\Calls\Call;
use Countersign\Plugin\Site\Denied;

defined( 'ABSPATH' ) || exit;

/** Tool `list_terms`: lists or searches the terms of a taxonomy. */
final class ListTerms {

	/**
	 * @param array<string, mixed> $arguments
	 *
	 * @return array<string, mixed>
	 */
	public function __invoke( array $arguments, Call $call ): array {
		$taxonomy = TermChoice::taxonomy( $arguments['taxonomy'] ?? 'category' );
		$page     = $arguments['page'] ?? 1;
		$per_page = $arguments['per_page'] ?? 50;
		$query    = [
			'taxonomy'   => $taxonomy->name,
			'hide_empty' => false,
		] + ( isset( $arguments['query'] ) ? [ 'search' => $arguments['query'] ] : [] ) + ( isset( $arguments['parent'] ) ? [ 'parent' => $arguments['parent'] ] : [] );
		$total    = wp_count_terms( $query );
		$terms    = get_terms(
			$query + [
				'orderby' => 'name',
				'number'  => $per_page,
				'offset'  => ( $page - 1 ) * $per_page,
			]
		);
		if ( is_wp_error( $terms ) || is_wp_error( $total ) || ! is_array( $terms ) ) {
			throw new Denied( 'tool_failed', 'WordPress could not list the terms.' );
		}
		return [
			'taxonomy'    => $taxonomy->name,
			'terms'       => array_map( self::describe( ... ), array_values( array_filter( $terms, static fn( mixed $term ): bool => $term instanceof \WP_Term ) ) ),
			'page'        => $page,
			'per_page'    => $per_page,
			'total'       => (int) $total,
			'total_pages' => (int) ceil( (int) $total / $per_page ),
		];
	}

	/** @return array<string, mixed> */
	private static function describe( \WP_Term $term ): array {
		$description = mb_substr( Posts::plain( $term->description ), 0, 300 );
		return [
			'id'    => $term->term_id,
			'name'  => Posts::plain( $term->name ),
			'slug'  => $term->slug,
			'count' => $term->count,
		] + ( $term->parent ? [ 'parent' => $term->parent ] : [] ) + ( '' === $description ? [] : [ 'description' => $description ] );
	}
}

<?php

declare(strict_types=1);

namespace Countersign\Plugin\Tools\Taxonomy;

use Countersign\Plugin\Calls\Call;
use Countersign\Plugin\Calls\Items;
use Countersign\Plugin\Calls\Result;
use Countersign\Plugin\Site\Denied;
use Countersign\Plugin\Tools\Content\PostChange;
use Countersign\Plugin\Tools\Content\Posts;
use Countersign\Plugin\Tools\Publishing\ReviewableItems;

defined( 'ABSPATH' ) || exit;

/** Tool `assign_terms`: adds, sets or removes terms of one taxonomy of each of several items. */
final class AssignTerms implements ReviewableItems {

	/** {@inheritDoc} */
	public function targets( array $arguments ): array {
		return array_values( array_filter( array_map( Posts::seen( ... ), (array) ( $arguments['items'] ?? [] ) ) ) );
	}

	/** {@inheritDoc} */
	public function check_items( array $arguments ): array {
		return array_map( self::check( ... ), $arguments['items'] );
	}

	/** {@inheritDoc} */
	public function item_warnings( \WP_Post $post, array $arguments ): array {
		$item = array_column( $arguments['items'], null, 'id' )[ $post->ID ];
		$now  = self::current( $post->ID, $item['taxonomy'] );
		$lost = array_diff( $now, self::becomes( $now, $item ) );
		return [] === $lost ? [] : [ sprintf( 'The item loses %d of its %d terms of the taxonomy %s.', count( $lost ), count( $now ), $item['taxonomy'] ) ];
	}

	/** @param array<string, mixed> $arguments */
	public function __invoke( array $arguments, Call $call ): Result {
		$each = static function ( array $item ) use ( $call ): array {
			$post = self::check( $item );
			PostChange::run( $call, $post->ID, [], static fn() => self::assign( $post->ID, $item ) );
			return [
				'taxonomy' => $item['taxonomy'],
				'terms'    => self::described( $post->ID, $item['taxonomy'] ),
			];
		};
		return Result::structured( [ 'results' => Items::run( $call, $arguments['items'], $each ) ] );
	}

	/**
	 * Checks whether the terms of an item could be assigned now.
	 *
	 * @param array<string, mixed> $item
	 *
	 * @throws Denied If not.
	 */
	private static function check( array $item ): \WP_Post {
		$post = Posts::permitted( (int) $item['id'], 'edit_post' );
		Posts::require_status( $post, Posts::STATUSES );
		$taxonomy = Taxonomies::get( $item['taxonomy'] );
		if ( ! is_object_in_taxonomy( $post->post_type, $taxonomy->name ) ) {
			throw new Denied( 'arguments_invalid', "Items of the type $post->post_type have no terms of the taxonomy $taxonomy->name.", Posts::target( $post->ID ) ); // phpcs:ignore WordPress.Security.EscapeOutput.ExceptionNotEscaped -- Sent as JSON.
		}
		if ( ! current_user_can( $taxonomy->cap->assign_terms ) ) {
			throw new Denied( 'capability_denied', null, Posts::target( $post->ID ) ); // phpcs:ignore WordPress.Security.EscapeOutput.ExceptionNotEscaped -- Sent as JSON.
		}
		foreach ( $item['terms'] as $id ) {
			$term = Taxonomies::term( $id, $taxonomy );
			// As WordPress's REST API does: plugins protect single terms.
			if ( ! current_user_can( 'assign_term', $term->term_id ) ) {
				throw new Denied( 'capability_denied', null, Taxonomies::target( $term->term_id ) ); // phpcs:ignore WordPress.Security.EscapeOutput.ExceptionNotEscaped -- Sent as JSON.
			}
		}
		return $post;
	}

	/** @param array<string, mixed> $item */
	private static function assign( int $id, array $item ): void {
		$terms = self::becomes( self::current( $id, $item['taxonomy'] ), $item );
		// Gives a post without a category the default one, as the editor does.
		$done = 'category' === $item['taxonomy'] ? wp_set_post_categories( $id, $terms ) : wp_set_object_terms( $id, $terms, $item['taxonomy'] );
		if ( ! is_array( $done ) ) {
			throw new Denied( 'tool_failed', is_wp_error( $done ) ? $done->get_error_message() : null, Posts::target( $id ) ); // phpcs:ignore WordPress.Security.EscapeOutput.ExceptionNotEscaped -- Sent as JSON.
		}
	}

	/**
	 * Returns the ids of the terms that an item has, past caches.
	 *
	 * @return list<int>
	 */
	private static function current( int $id, string $taxonomy ): array {
		$terms = wp_get_object_terms( $id, $taxonomy, [ 'fields' => 'ids' ] );
		return is_array( $terms ) ? array_map( intval( ... ), array_values( $terms ) ) : [];
	}

	/**
	 * @param list<int>            $now
	 * @param array<string, mixed> $item
	 *
	 * @return list<int>
	 */
	private static function becomes( array $now, array $item ): array {
		return array_values(
			array_unique(
				match ( $item['mode'] ?? 'add' ) {
					'set'    => $item['terms'],
					'remove' => array_diff( $now, $item['terms'] ),
					default  => [ ...$now, ...$item['terms'] ],
				}
			)
		);
	}

	/** @return list<array{id: int, name: string}> The terms of a taxonomy that an item has now. */
	private static function described( int $id, string $taxonomy ): array {
		$terms = get_the_terms( $id, $taxonomy );
		return array_map(
			static fn( \WP_Term $term ): array => [
				'id'   => $term->term_id,
				'name' => Posts::plain( $term->name ),
			],
			is_array( $terms ) ? array_values( $terms ) : []
		);
	}
}

<?php

declare(strict_types=1);

namespace Countersign\Plugin\Tools\Taxonomy;

use Countersign\McpServer;
use Countersign\Plugin\Calls\Call;
use Countersign\Plugin\Calls\Result;
use Countersign\Plugin\Site\Denied;

defined( 'ABSPATH' ) || exit;

/** Tool `create_term`: creates a term, or returns the one that has the name already. */
final class CreateTerm {

	/** @param array<string, mixed> $arguments */
	public function __invoke( array $arguments, Call $call ): Result {
		$taxonomy = Taxonomies::get( $arguments['taxonomy'] );
		if ( ! current_user_can( $taxonomy->cap->edit_terms ) ) {
			throw new Denied( 'capability_denied' );
		}
		$name = trim( McpServer::plainTitle( $arguments['name'] ) );
		if ( '' === $name ) {
			throw new Denied( 'arguments_invalid', 'The argument name has no visible character.' );
		}
		$parent = self::parent( $taxonomy, $arguments['parent'] ?? null );
		$there  = self::existing( $taxonomy, $name, $parent );
		if ( null !== $there ) {
			return self::result( $there, false );
		}
		$call->ensure_live();
		$made = wp_insert_term(
			wp_slash( $name ),
			$taxonomy->name,
			wp_slash(
				[
					'slug'        => sanitize_title( $arguments['slug'] ?? '' ),
					'parent'      => $parent,
					'description' => McpServer::plainTitle( $arguments['description'] ?? '' ),
				]
			)
		);
		if ( is_wp_error( $made ) ) {
			$there = 'term_exists' === $made->get_error_code() ? get_term( (int) $made->get_error_data(), $taxonomy->name ) : null;
			return $there instanceof \WP_Term ? self::result( $there, false ) : throw new Denied( 'tool_failed', $made->get_error_message() ); // phpcs:ignore WordPress.Security.EscapeOutput.ExceptionNotEscaped -- Sent as JSON.
		}
		return self::result( Taxonomies::term( (int) $made['term_id'], $taxonomy ), true );
	}

	/** @throws Denied `arguments_invalid`. */
	private static function parent( \WP_Taxonomy $taxonomy, ?int $id ): int {
		if ( null === $id ) {
			return 0;
		}
		if ( ! $taxonomy->hierarchical ) {
			throw new Denied( 'arguments_invalid', "Terms of the taxonomy $taxonomy->name cannot have a parent." ); // phpcs:ignore WordPress.Security.EscapeOutput.ExceptionNotEscaped -- Sent as JSON.
		}
		return Taxonomies::term( $id, $taxonomy )->term_id;
	}

	/** Returns the term with this name at this place, whatever its slug. */
	private static function existing( \WP_Taxonomy $taxonomy, string $name, int $parent ): ?\WP_Term {
		$terms = get_terms(
			[
				'taxonomy'               => $taxonomy->name,
				'name'                   => $name,
				'hide_empty'             => false,
				'number'                 => 1,
				'update_term_meta_cache' => false,
			] + ( $taxonomy->hierarchical ? [ 'parent' => $parent ] : [] )
		);
		$term = is_array( $terms ) ? reset( $terms ) : false;
		return $term instanceof \WP_Term ? $term : null;
	}

	private static function result( \WP_Term $term, bool $created ): Result {
		return Result::structured( Taxonomies::describe( $term ) + [ 'created' => $created ] )->about( Taxonomies::target( $term->term_id ) );
	}
}

<?php

declare(strict_types=1);

namespace Countersign\Plugin\Abilities;

defined( 'ABSPATH' ) || exit;

/** Converts between the schemas and values of WordPress and those of JSON, in which an empty object is not an empty list. */
final class Shape {

	/** Keywords of WordPress that hold callbacks or belong to REST routes, and that say nothing about a value. */
	private const OF_WORDPRESS = [ 'sanitize_callback', 'validate_callback', 'arg_options', 'context' ];

	/** The deepest level that is converted. */
	private const DEPTH = 32;

	/**
	 * Returns a schema without the keywords that only WordPress knows.
	 *
	 * @param array<array-key, mixed> $schema
	 *
	 * @return array<array-key, mixed>
	 */
	public static function schema( array $schema, int $depth = self::DEPTH ): array {
		$schema = array_diff_key( $schema, array_flip( self::OF_WORDPRESS ) );
		foreach ( [ 'properties', 'patternProperties' ] as $field ) {
			if ( is_array( $schema[ $field ] ?? null ) && 0 < $depth ) {
				$each             = array_map( static fn( mixed $one ): mixed => is_array( $one ) ? self::schema( $one, $depth - 1 ) : $one, $schema[ $field ] );
				$schema[ $field ] = [] === $each ? (object) [] : $each;
			}
		}
		foreach ( [ 'items', 'additionalProperties' ] as $field ) {
			if ( is_array( $schema[ $field ] ?? null ) && 0 < $depth ) {
				$schema[ $field ] = self::schema( $schema[ $field ], $depth - 1 );
			}
		}
		if ( self::is_object( $schema ) && [] === ( $schema['default'] ?? null ) ) {
			$schema['default'] = (object) [];
		}
		return $schema;
	}

	/** Tells whether a schema is that of an object. */
	public static function is_object( mixed $schema ): bool {
		return is_array( $schema ) && in_array( 'object', (array) ( $schema['type'] ?? [] ), true );
	}

	/** Returns a value in which arrays are objects where the schema says so, so that JSON keeps empty ones. */
	public static function value( mixed $value, mixed $schema, int $depth = self::DEPTH ): mixed {
		$value = $value instanceof \stdClass ? (array) $value : $value;
		if ( ! is_array( $value ) || ! is_array( $schema ) || 0 === $depth ) {
			return $value;
		}
		if ( self::is_object( $schema ) && ( [] === $value || ! array_is_list( $value ) ) ) {
			$properties = (array) ( $schema['properties'] ?? [] );
			$others     = $schema['additionalProperties'] ?? null;
			$object     = [];
			foreach ( $value as $key => $one ) {
				$object[ $key ] = self::value( $one, $properties[ $key ] ?? $others, $depth - 1 );
			}
			return (object) $object;
		}
		$items = $schema['items'] ?? null;
		return is_array( $items ) ? array_map( static fn( mixed $one ): mixed => self::value( $one, $items, $depth - 1 ), $value ) : $value;
	}
}

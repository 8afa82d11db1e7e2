<?php

declare(strict_types=1);

namespace Countersign\Plugin\Tools\Content;

use Countersign\Plugin\Site\Denied;

defined( 'ABSPATH' ) || exit;

/**
 * The metadata of posts that agents can use: what the site registered for editing, and public keys of types that support custom
 * fields. WordPress's registration of a key decides on its type, its sanitizing and who may write it.
 */
final class PostMeta {

	/** Largest number of keys that are read. */
	private const MAX_KEYS = 100;

	/**
	 * Returns metadata that the current user can see.
	 *
	 * @return array<string, mixed> Key => value; a list for a key with several values.
	 */
	public static function of( \WP_Post $post ): array {
		$values = [];
		if ( PostView::is_hidden( $post ) ) {
			return $values;
		}
		$may_edit   = current_user_can( 'edit_post', $post->ID );
		$registered = self::registered( $post );
		$stored     = get_post_meta( $post->ID );
		foreach ( array_slice( array_map( strval( ... ), array_keys( is_array( $stored ) ? $stored : [] ) ), 0, self::MAX_KEYS ) as $key ) {
			if ( isset( $registered[ $key ] ) ? self::is_shown( $registered[ $key ] ) || $may_edit : $may_edit && self::is_custom( $post, $key ) ) {
				$values[ $key ] = self::value( $post->ID, $key );
			}
		}
		return $values;
	}

	/** Returns the value of a key as it is stored; a list if there are several. */
	public static function value( int $post, string $key ): mixed {
		$all    = get_post_meta( $post, $key );
		$values = array_map( static fn( mixed $value ): mixed => is_string( $value ) ? mb_strcut( $value, 0, Posts::MAX_CONTENT, 'UTF-8' ) : ( is_scalar( $value ) || is_array( $value ) ? $value : null ), is_array( $all ) ? $all : [] );
		return count( $values ) > 1 ? $values : ( $values[0] ?? null );
	}

	/**
	 * Returns the values of an agent as they may be stored. Changes nothing.
	 *
	 * @param array<string, mixed> $meta Key => value; null removes the key.
	 *
	 * @return array<string, mixed> The same keys.
	 *
	 * @throws Denied `arguments_invalid` for a key that agents cannot use or a value of a wrong type, `capability_denied`.
	 */
	public static function writable( \WP_Post $post, array $meta ): array {
		$registered = self::registered( $post );
		$values     = [];
		$position   = 0;
		foreach ( $meta as $key => $value ) {
			$position++;
			$key = (string) $key;
			if ( ! self::is_usable( $post, $key, $registered ) ) {
				throw new Denied( 'arguments_invalid', "Key number $position of meta is neither registered for editing nor a custom field of this type. get_post with fields [\"meta\"] shows keys that can be used.", Posts::target( $post->ID ) ); // phpcs:ignore WordPress.Security.EscapeOutput.ExceptionNotEscaped -- Sent as JSON.
			}
			if ( ! current_user_can( null === $value ? 'delete_post_meta' : 'edit_post_meta', $post->ID, $key ) ) {
				throw new Denied( 'capability_denied', "The account may not change key number $position of meta.", Posts::target( $post->ID ) ); // phpcs:ignore WordPress.Security.EscapeOutput.ExceptionNotEscaped -- Sent as JSON.
			}
			$values[ $key ] = null === $value ? null : self::checked( $registered[ $key ] ?? null, $key, $value, $position );
		}
		return $values;
	}

	/**
	 * Tells whether the current user may copy a key to a post.
	 *
	 * @param \WP_Post $post The copy.
	 */
	public static function may_copy( \WP_Post $post, string $key ): bool {
		return self::is_usable( $post, $key, self::registered( $post ) ) && current_user_can( 'edit_post_meta', $post->ID, $key );
	}

	/**
	 * Stores values that {@see self::writable()} returned.
	 *
	 * @param array<string, mixed> $values
	 *
	 * @throws Denied `tool_failed`.
	 */
	public static function store( int $post, array $values ): void {
		foreach ( $values as $key => $value ) {
			$key = (string) $key;
			if ( null === $value ) {
				delete_post_meta( $post, $key );
				continue;
			}
			$all = get_post_meta( $post, $key );
			if ( [ $value ] === $all || [ is_scalar( $value ) ? (string) $value : $value ] === $all ) {
				// WordPress would report that nothing was written.
				continue;
			}
			if ( false === update_post_meta( $post, $key, wp_slash( $value ) ) ) {
				throw new Denied( 'tool_failed', 'WordPress did not store a key of meta. Those before it in the list are stored.', Posts::target( $post ) ); // phpcs:ignore WordPress.Security.EscapeOutput.ExceptionNotEscaped -- Sent as JSON.
			}
		}
	}

	/**
	 * Filters the markup of a text as WordPress filters content for the current user. A plain text stays as it is. The texts within
	 * JSON are filtered too, and it notes the signs of tags in another way, so that it has no tags where it is printed as it is.
	 *
	 * @param mixed $value Any value that JSON can express.
	 */
	public static function filtered( mixed $value ): mixed {
		if ( is_array( $value ) ) {
			return array_map( self::filtered( ... ), $value );
		}
		if ( $value instanceof \stdClass ) {
			return (object) array_map( self::filtered( ... ), (array) $value );
		}
		if ( ! is_string( $value ) || ! str_contains( $value, '<' ) || current_user_can( 'unfiltered_html' ) ) {
			return $value;
		}
		$nested = json_decode( $value );
		if ( ! is_array( $nested ) && ! $nested instanceof \stdClass ) {
			return wp_kses_post( $value );
		}
		return (string) wp_json_encode( self::filtered( $nested ), JSON_UNESCAPED_UNICODE | JSON_UNESCAPED_SLASHES | JSON_HEX_TAG );
	}

	/** @param array<string, array<string, mixed>> $registered */
	private static function is_usable( \WP_Post $post, string $key, array $registered ): bool {
		return isset( $registered[ $key ] ) ? self::is_shown( $registered[ $key ] ) || ! is_protected_meta( $key, 'post' ) : self::is_custom( $post, $key );
	}

	/** Tells whether a key that nobody registered is a custom field, as the editor shows them. */
	private static function is_custom( \WP_Post $post, string $key ): bool {
		return '' !== trim( $key ) && post_type_supports( $post->post_type, 'custom-fields' ) && ! is_protected_meta( $key, 'post' );
	}

	/** @param array<string, mixed> $definition */
	private static function is_shown( array $definition ): bool {
		return ! empty( $definition['show_in_rest'] );
	}

	/** @return array<string, array<string, mixed>> Key => its registration. */
	private static function registered( \WP_Post $post ): array {
		return get_registered_meta_keys( 'post', $post->post_type ) + get_registered_meta_keys( 'post' );
	}

	/**
	 * @param array<string, mixed>|null $definition The registration of the key.
	 *
	 * @throws Denied `arguments_invalid`.
	 */
	private static function checked( ?array $definition, string $key, mixed $value, int $position ): mixed {
		$rest   = is_array( $definition['show_in_rest'] ?? null ) ? $definition['show_in_rest'] : [];
		$schema = (array) ( $rest['schema'] ?? [] ) + [ 'type' => (string) ( $definition['type'] ?? '' ) ];
		if ( '' === $schema['type'] ) {
			if ( ! is_scalar( $value ) ) {
				throw new Denied( 'arguments_invalid', "Value number $position of meta must be a text, a number or a boolean." ); // phpcs:ignore WordPress.Security.EscapeOutput.ExceptionNotEscaped -- Sent as JSON.
			}
			return self::filtered( is_bool( $value ) ? ( $value ? '1' : '' ) : (string) $value );
		}
		if ( 'object' === $schema['type'] && [] === $value ) {
			$value = [];
		}
		$valid = rest_validate_value_from_schema( $value, $schema, 'meta' );
		$value = true === $valid ? rest_sanitize_value_from_schema( $value, $schema, 'meta' ) : $valid;
		if ( is_wp_error( $value ) ) {
			throw new Denied( 'arguments_invalid', "Value number $position of meta is not of the type that the site registered: {$schema['type']}." ); // phpcs:ignore WordPress.Security.EscapeOutput.ExceptionNotEscaped -- Sent as JSON.
		}
		return self::filtered( $value );
	}
}

<?php

declare(strict_types=1);

namespace Countersign\Plugin\Admin;

defined( 'ABSPATH' ) || exit;

/** The parameters in the address of a page. They only select what is shown, so they need no nonce. */
final class Query {

	/** Returns a parameter as text, without slashes and not sanitized; '' if it is missing or not text. */
	public static function text( string $key ): string {
		$value = wp_unslash( $_GET[ $key ] ?? '' ); // phpcs:ignore WordPress.Security -- Only selects what is shown; callers sanitize.
		return is_string( $value ) ? $value : '';
	}

	/** Returns a parameter as a number that is not negative; 0 if it is missing or not a number. */
	public static function number( string $key ): int {
		return max( 0, (int) self::text( $key ) );
	}

	/** Returns a parameter as a key: lower-case letters, digits, `_` and `-`. Returns '' if it is missing or not text. */
	public static function key( string $key ): string {
		return sanitize_key( self::text( $key ) );
	}
}

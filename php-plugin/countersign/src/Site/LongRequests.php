<?php

declare(strict_types=1);

namespace Countersign\Plugin\Site;

defined( 'ABSPATH' ) || exit;

/**
 * Keeps authorization requests that are too long for the address of the login form, while a person logs in and decides. Anybody
 * can send one, so there is a fixed number of places, and a new request takes the place of an old one.
 */
final class LongRequests {

	/** Beginning of what stands for a kept request. base64url has no dot. */
	private const PREFIX = 'h.';

	/** The number of requests that are kept. With the longest ones, they take up 4 MiB. */
	private const PLACES = 256;

	/** Seconds for which a request is kept, enough for a login with a second factor and for reading the page. */
	private const LIFETIME = HOUR_IN_SECONDS;

	/**
	 * Keeps a request and returns the text that stands for it, of 45 characters.
	 *
	 * @param string $query The client's raw query string.
	 */
	public static function keep( string $query ): string {
		$hash = hash( 'sha256', $query, true );
		set_transient( self::place( $hash ), base64_encode( $query ), self::LIFETIME ); // phpcs:ignore WordPress.PHP.DiscouragedPHPFunctions.obfuscation_base64_encode -- A query can have bytes that a database changes.
		return self::PREFIX . rtrim( strtr( base64_encode( $hash ), '+/', '-_' ), '=' ); // phpcs:ignore WordPress.PHP.DiscouragedPHPFunctions.obfuscation_base64_encode -- base64url, RFC 4648, section 5.
	}

	/** Tells whether a text stands for a kept request. */
	public static function is_kept( string $text ): bool {
		return str_starts_with( $text, self::PREFIX );
	}

	/** Returns the request that a text stands for, or null if it is not kept any more. It is exactly the one that was kept. */
	public static function find( string $text ): ?string {
		$hash  = (string) base64_decode( strtr( substr( $text, strlen( self::PREFIX ) ), '-_', '+/' ), true ); // phpcs:ignore WordPress.PHP.DiscouragedPHPFunctions.obfuscation_base64_decode -- The encoding of a URL parameter, not obfuscation.
		$kept  = 32 === strlen( $hash ) ? get_transient( self::place( $hash ) ) : false;
		$query = is_string( $kept ) ? (string) base64_decode( $kept, true ) : ''; // phpcs:ignore WordPress.PHP.DiscouragedPHPFunctions.obfuscation_base64_decode -- See keep().
		return '' !== $query && hash_equals( $hash, hash( 'sha256', $query, true ) ) ? $query : null;
	}

	private static function place( string $hash ): string {
		return 'countersign_request_' . ( ord( $hash[0] ) % self::PLACES );
	}
}

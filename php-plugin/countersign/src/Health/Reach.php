<?php

declare(strict_types=1);

namespace Countersign\Plugin\Health;

defined( 'ABSPATH' ) || exit;

/** Tells whether programs elsewhere can reach this site, as far as its address and this request show it. */
final class Reach {

	/** Obstacle: the address leads to the computer that the program runs on. */
	public const LOOPBACK = 'loopback';

	/** Obstacle: the address is that of a private network. */
	public const PRIVATE = 'private';

	/** Obstacle: the web server asks for a password, which also takes the header that agents need. */
	public const PASSWORD = 'password';

	/** Endings of host names that have no address on the public internet (RFC 2606, RFC 6762, RFC 8375). */
	private const PRIVATE_ENDINGS = [ 'local', 'test', 'example', 'invalid', 'internal', 'home.arpa', 'lan', 'intranet', 'corp', 'home' ];

	/**
	 * Returns what keeps programs from reaching the site, one of the constants, or null if nothing is known.
	 *
	 * @param string               $address The site's address for agents.
	 * @param array<string, mixed> $server  `$_SERVER` of a request of a person.
	 */
	public static function obstacle( string $address, array $server ): ?string {
		$host = strtolower( trim( (string) wp_parse_url( $address, PHP_URL_HOST ), '[]' ) );
		return self::of_host( $host ) ?? ( self::has_password( $server ) ? self::PASSWORD : null );
	}

	/** Returns the host and port of an address. */
	public static function host( string $address ): string {
		$port = wp_parse_url( $address, PHP_URL_PORT );
		return (string) wp_parse_url( $address, PHP_URL_HOST ) . ( is_int( $port ) ? ':' . $port : '' );
	}

	private static function of_host( string $host ): ?string {
		if ( false !== filter_var( $host, FILTER_VALIDATE_IP ) ) {
			return match ( true ) {
				'::1' === $host || str_starts_with( $host, '127.' ) => self::LOOPBACK,
				function_exists( 'Countersign\is_public_address' ) && ! \Countersign\is_public_address( $host ) => self::PRIVATE,
				default                                             => null,
			};
		}
		if ( 'localhost' === $host || str_ends_with( $host, '.localhost' ) ) {
			return self::LOOPBACK;
		}
		$is_private = ! str_contains( $host, '.' );
		foreach ( self::PRIVATE_ENDINGS as $ending ) {
			$is_private = $is_private || str_ends_with( $host, '.' . $ending );
		}
		return $is_private ? self::PRIVATE : null;
	}

	/** @param array<string, mixed> $server */
	private static function has_password( array $server ): bool {
		$header = $server['HTTP_AUTHORIZATION'] ?? $server['REDIRECT_HTTP_AUTHORIZATION'] ?? '';
		return isset( $server['PHP_AUTH_USER'] ) || isset( $server['PHP_AUTH_DIGEST'] ) || ( is_string( $header ) && 1 === preg_match( '/^(basic|digest) /i', $header ) );
	}
}

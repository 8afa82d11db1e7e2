<?php

declare(strict_types=1);

namespace Countersign\Plugin\Site;

defined( 'ABSPATH' ) || exit;

/**
 * The addresses by which clients know this site: that of its home page, and that below which its REST routes are.
 *
 * Tokens and clients are bound to these addresses byte for byte. `home_url()` and `rest_url()` depend on the request: plugins
 * filter them by the language of a path, and their scheme follows the request. So the addresses are computed from the options
 * of the site once, and stored. They are computed again only after a person has said that the site moved, is a copy or begins
 * anew, or has chosen the address of the current permalinks.
 */
final class Identity {

	/** Option: the two addresses. */
	public const OPTION = 'countersign_identity';

	/** Returns the address of the home page, without a slash at its end. */
	public static function home(): string {
		return self::addresses()['home'];
	}

	/** Returns what precedes a REST route in its address, such as `https://example.org/wp-json/`. */
	public static function rest(): string {
		return self::addresses()['rest'];
	}

	/** Tells whether the routes have no path of their own, because the permalinks were plain when the address was chosen. */
	public static function is_plain(): bool {
		return str_contains( self::rest(), '?' );
	}

	/** Returns {@see rest()} for sites that route by path. On other sites it is the path below `index.php`, which every web server passes on. */
	public static function rest_path(): string {
		return self::is_plain() ? self::home() . '/index.php/' . self::prefix() . '/' : self::rest();
	}

	/**
	 * Returns the beginnings of the paths under which the routes are served: those of the chosen address, and those of other
	 * permalinks, so that a change of the permalinks ends no connection.
	 *
	 * @return list<string> Each with a slash at both ends.
	 */
	public static function rest_paths(): array {
		$home = self::path( self::home() );
		return array_values( array_unique( [ self::path( self::rest_path() ), $home . '/' . self::prefix() . '/', $home . '/index.php/' . self::prefix() . '/' ] ) );
	}

	/**
	 * Tells whether the permalinks have changed so that the web server may no longer pass the addresses on to WordPress. The address of
	 * plain permalinks always works.
	 */
	public static function is_of_other_permalinks(): bool {
		return ! self::is_plain() && self::addresses() !== self::computed();
	}

	/** Returns what {@see rest()} would be with the current permalinks. */
	public static function rest_of_current_permalinks(): string {
		return self::computed()['rest'];
	}

	/** Tells whether no addresses are stored that can be those of this site. */
	public static function is_missing(): bool {
		return null === self::stored();
	}

	/**
	 * Tells whether the stored addresses are of another site address than the current one. Then no document may name an address:
	 * the site moved, is a copy, or takes its address from the request.
	 */
	public static function is_of_another_address(): bool {
		return self::is_missing() && false !== get_option( self::OPTION );
	}

	/** Computes the addresses and stores them. The caller has made sure that the site is at its own address. */
	public static function store(): void {
		update_option( self::OPTION, self::computed(), true );
	}

	/** @return array{home: string, rest: string} */
	private static function addresses(): array {
		return self::stored() ?? self::computed();
	}

	/**
	 * Returns the stored addresses, or null if there are none or they cannot be those of this site: the host and the path of the
	 * home page follow from the site's address, and the routes are below it. So whoever changes the option can only choose among
	 * the addresses of this site.
	 *
	 * @return array{home: string, rest: string}|null
	 */
	private static function stored(): ?array {
		$stored = get_option( self::OPTION );
		$home   = is_array( $stored ) ? $stored['home'] ?? null : null;
		$rest   = is_array( $stored ) ? $stored['rest'] ?? null : null;
		if ( ! is_string( $home ) || ! is_string( $rest ) || Urls::address_of( $home ) !== Urls::address() || ! str_starts_with( $rest, $home . '/' ) ) {
			return null;
		}
		$below = substr( $rest, strlen( $home ) );
		if ( '/index.php?rest_route=/' !== $below && ! preg_match( '~^(?:/[A-Za-z0-9_.-]+)+/$~D', $below ) ) {
			return null;
		}
		// A site that gets HTTPS later has the same host and path.
		$scheme = self::scheme();
		return [
			'home' => set_url_scheme( $home, $scheme ),
			'rest' => set_url_scheme( $rest, $scheme ),
		];
	}

	/** @return array{home: string, rest: string} */
	private static function computed(): array {
		$home       = set_url_scheme( untrailingslashit( (string) get_option( 'home' ) ), self::scheme() );
		$permalinks = (string) get_option( 'permalink_structure' );
		$below      = match ( true ) {
			'' === $permalinks                              => '/index.php?rest_route=/',
			1 === preg_match( '~^/*index\.php~', $permalinks ) => '/index.php/' . self::prefix() . '/',
			default                                         => '/' . self::prefix() . '/',
		};
		return [
			'home' => $home,
			'rest' => $home . $below,
		];
	}

	/** Returns `https`, unless the site is local and uses HTTP: agents are served over HTTPS only. */
	private static function scheme(): string {
		return 'http' === wp_parse_url( (string) get_option( 'home' ), PHP_URL_SCHEME ) && Urls::is_local() ? 'http' : 'https';
	}

	private static function prefix(): string {
		return trim( rest_get_url_prefix(), '/' );
	}

	private static function path( string $url ): string {
		return (string) wp_parse_url( $url, PHP_URL_PATH );
	}
}

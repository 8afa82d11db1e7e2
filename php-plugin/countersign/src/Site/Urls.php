<?php

declare(strict_types=1);

namespace Countersign\Plugin\Site;

/** The addresses of this site that clients meet. Clients compare them byte for byte, so they are made here only. */
final class Urls {

	/** REST namespace of all routes. */
	public const NAMESPACE = 'countersign/v1';

	/** The MCP endpoint; also the OAuth resource that tokens are issued for. */
	public static function mcp(): string {
		return self::rest( 'mcp' );
	}

	/** The OAuth issuer: the site's address without a slash at the end. */
	public static function issuer(): string {
		return untrailingslashit( home_url() );
	}

	/**
	 * Protected resource metadata. Under wp-json, because some hosts answer or block `/.well-known/` themselves; the
	 * well-known addresses are served as well.
	 */
	public static function resource_metadata(): string {
		return self::rest( 'resource-metadata' );
	}

	/**
	 * Where a person is sent to consent. Not wp-login.php itself: there are clients that put `?` and their parameters
	 * behind whatever address is given.
	 */
	public static function authorize(): string {
		return self::rest( 'oauth/authorize' );
	}

	public static function token(): string {
		return self::rest( 'oauth/token' );
	}

	public static function register(): string {
		return self::rest( 'oauth/register' );
	}

	public static function revoke(): string {
		return self::rest( 'oauth/revoke' );
	}

	/**
	 * The consent page.
	 *
	 * @param string $query The client's raw query string. It travels as one parameter, so that it survives the way
	 *                      through the login form and meets no other plugin that watches for `code` or `state`.
	 */
	public static function consent( string $query ): string {
		$url = site_url( 'wp-login.php?action=countersign_authorize', 'login' );
		return $url . '&request=' . rtrim( strtr( base64_encode( $query ), '+/', '-_' ), '=' );
	}

	/** The raw query that {@see consent()} was given, or null for something else. */
	public static function consent_query( string $request ): ?string {
		$query = base64_decode( strtr( $request, '-_', '+/' ), true );
		return false === $query || '' === $query ? null : $query;
	}

	/**
	 * Hosts under which this site may be reached, with the port where it is not the scheme's own.
	 *
	 * @return list<string>
	 */
	public static function hosts(): array {
		return array_values( array_unique( array_map( self::host_of( ... ), [ home_url(), site_url() ] ) ) );
	}

	/**
	 * Web origins that may call the endpoint from a browser: only the site's own.
	 *
	 * @return list<string>
	 */
	public static function origins(): array {
		$origins = array_map(
			static fn( string $url ): string => strtolower( (string) wp_parse_url( $url, PHP_URL_SCHEME ) ) . '://' . self::host_of( $url ),
			[ home_url(), site_url() ]
		);
		return array_values( array_unique( $origins ) );
	}

	/** Whether this request came over HTTPS, or never leaves the machine: a fact for the extension, which decides. */
	public static function is_request_secure(): bool {
		return is_ssl() || self::is_local();
	}

	/** Whether the site's own address is https or local: what the admin is told. */
	public static function is_site_secure(): bool {
		return 'https' === wp_parse_url( home_url(), PHP_URL_SCHEME ) || self::is_local();
	}

	/** A loopback host, or a site that says it is a local one. */
	public static function is_local(): bool {
		if ( 'local' === wp_get_environment_type() ) {
			return true;
		}
		$host = strtolower( trim( (string) wp_parse_url( home_url(), PHP_URL_HOST ), '[]' ) );
		return 'localhost' === $host || str_ends_with( $host, '.localhost' ) || '::1' === $host
			|| ( str_starts_with( $host, '127.' ) && false !== filter_var( $host, FILTER_VALIDATE_IP, FILTER_FLAG_IPV4 ) );
	}

	/** The path part of the site's address, '' at the root of a host. */
	public static function home_path(): string {
		return rtrim( (string) wp_parse_url( home_url(), PHP_URL_PATH ), '/' );
	}

	private static function rest( string $route ): string {
		return rest_url( self::NAMESPACE . '/' . $route );
	}

	private static function host_of( string $url ): string {
		$parts = wp_parse_url( $url );
		$port  = $parts['port'] ?? null;
		$usual = 'https' === strtolower( $parts['scheme'] ?? '' ) ? 443 : 80;
		return strtolower( $parts['host'] ?? '' ) . ( null === $port || $usual === $port ? '' : ':' . $port );
	}
}

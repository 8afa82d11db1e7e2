<?php

declare(strict_types=1);

namespace Countersign\Plugin\Site;

defined( 'ABSPATH' ) || exit;

/**
 * The addresses of this site that clients use. Clients compare them byte for byte, so no other class builds them, and they follow
 * from the stored {@see Identity}. Addresses for people, such as that of the consent page, follow the filters of other plugins.
 */
final class Urls {

	/** The REST namespace of all routes. */
	public const NAMESPACE = 'countersign/v1';

	/** Largest query of an authorization request, in bytes, as of the extension. Web servers accept addresses of 8 KiB at most. */
	public const MAX_QUERY = 16384;

	/**
	 * Largest query that is part of an address, in bytes. The redirects to the consent page and to the login form repeat it in a
	 * header, and nginx by default answers 502 if the headers of PHP exceed 4 KiB. A longer one is kept by {@see LongRequests}.
	 */
	private const MAX_IN_ADDRESS = 2500;

	/** Returns the address of the MCP endpoint, which is also the OAuth resource that tokens are issued for (RFC 8707). */
	public static function mcp(): string {
		return self::rest( 'mcp' );
	}

	/**
	 * Returns the OAuth issuer. It has a path of its own, so that the server metadata has an address that no other plugin answers
	 * (RFC 8414, section 3.1): `/.well-known/oauth-authorization-server` followed by that path. Where that does not reach
	 * WordPress, clients use `/.well-known/openid-configuration` below the issuer, which is among the REST routes.
	 */
	public static function issuer(): string {
		return Identity::rest_path() . self::NAMESPACE;
	}

	/**
	 * Returns the address of the protected resource metadata (RFC 9728). It is a REST route, because some hosts answer or
	 * block `/.well-known/` themselves. The well-known addresses work too.
	 */
	public static function resource_metadata(): string {
		return self::rest( 'resource-metadata' );
	}

	/**
	 * Returns the OAuth authorization endpoint, which redirects to the consent page. It is not the address of the consent
	 * page itself, which has a query: some clients append `?` and their parameters to any address.
	 */
	public static function authorize(): string {
		return self::rest( 'oauth/authorize' );
	}

	/** Returns the OAuth token endpoint. */
	public static function token(): string {
		return self::rest( 'oauth/token' );
	}

	/** Returns the OAuth registration endpoint (RFC 7591). */
	public static function register(): string {
		return self::rest( 'oauth/register' );
	}

	/** Returns the OAuth revocation endpoint (RFC 7009). */
	public static function revoke(): string {
		return self::rest( 'oauth/revoke' );
	}

	/** Returns the address of the consent page without a request. It follows the filters of plugins that rename the login form. */
	public static function consent_page(): string {
		return site_url( 'wp-login.php?action=countersign_authorize', 'login' );
	}

	/**
	 * Returns the address of the consent page for an authorization request.
	 *
	 * @param string $query The client's raw query string. It is passed on as one parameter, so that it survives the login
	 *                      form, and so that no plugin that watches for `code` or `state` reacts to it.
	 */
	public static function consent( string $query ): string {
		return self::consent_page() . '&request=' . ( strlen( $query ) > self::MAX_IN_ADDRESS ? LongRequests::keep( $query ) : rtrim( strtr( base64_encode( $query ), '+/', '-_' ), '=' ) ); // phpcs:ignore WordPress.PHP.DiscouragedPHPFunctions.obfuscation_base64_encode -- base64url, RFC 4648, section 5.
	}

	/** Returns the raw query string that was passed to {@see consent()}, or null if `$request` does not hold one, or not any more. */
	public static function consent_query( string $request ): ?string {
		if ( LongRequests::is_kept( $request ) ) {
			return LongRequests::find( $request );
		}
		$query = base64_decode( strtr( $request, '-_', '+/' ), true ); // phpcs:ignore WordPress.PHP.DiscouragedPHPFunctions.obfuscation_base64_decode -- The encoding of a URL parameter, not obfuscation.
		// A longer one was kept by the authorization endpoint, which has checked it. Nobody else can have it kept.
		return false === $query || '' === $query || strlen( $query ) > self::MAX_IN_ADDRESS ? null : $query;
	}

	/**
	 * Returns the hosts under which this site is served, each with its port unless it is the default port of the scheme.
	 *
	 * @return list<string>
	 */
	public static function hosts(): array {
		return array_values( array_unique( array_map( self::host_of( ... ), [ Identity::home(), (string) get_option( 'siteurl' ) ] ) ) );
	}

	/**
	 * Returns the web origins that may call the MCP endpoint from a browser. These are the site's own.
	 *
	 * @return list<string>
	 */
	public static function origins(): array {
		$scheme = (string) wp_parse_url( Identity::home(), PHP_URL_SCHEME );
		return array_map( static fn( string $host ): string => "$scheme://$host", self::hosts() );
	}

	/** Tells whether this request came over HTTPS or the site is local. The extension decides what follows from it. */
	public static function is_request_secure(): bool {
		return is_ssl() || self::is_local();
	}

	/** Tells whether the site's address uses HTTPS or is local. The dashboard shows a notice if neither is true. */
	public static function is_site_secure(): bool {
		return 'https' === wp_parse_url( (string) get_option( 'home' ), PHP_URL_SCHEME ) || self::is_local();
	}

	/** Tells whether the site's host is a loopback host, or its environment type is `local`. */
	public static function is_local(): bool {
		if ( 'local' === wp_get_environment_type() ) {
			return true;
		}
		$host = strtolower( trim( (string) wp_parse_url( (string) get_option( 'home' ), PHP_URL_HOST ), '[]' ) );
		return 'localhost' === $host || str_ends_with( $host, '.localhost' ) || '::1' === $host
			|| ( str_starts_with( $host, '127.' ) && false !== filter_var( $host, FILTER_VALIDATE_IP, FILTER_FLAG_IPV4 ) );
	}

	/**
	 * Returns the address by which the site knows itself: its host, its port unless it is the default one, and its path, without
	 * the scheme. Plugins for several languages filter {@see home_url()}, so the option itself counts.
	 */
	public static function address(): string {
		return self::address_of( (string) get_option( 'home' ) );
	}

	/** Returns the host, the port and the path of a URL as {@see address()} has them. */
	public static function address_of( string $url ): string {
		return self::host_of( $url ) . rtrim( (string) wp_parse_url( $url, PHP_URL_PATH ), '/' );
	}

	/** Returns the path of the site's address without a trailing slash: '' if the site is at the root of its host. */
	public static function home_path(): string {
		return rtrim( (string) wp_parse_url( Identity::home(), PHP_URL_PATH ), '/' );
	}

	private static function rest( string $route ): string {
		return Identity::rest() . self::NAMESPACE . '/' . $route;
	}

	private static function host_of( string $url ): string {
		$parts = wp_parse_url( $url );
		$port  = $parts['port'] ?? null;
		$usual = 'https' === strtolower( $parts['scheme'] ?? '' ) ? 443 : 80;
		return strtolower( $parts['host'] ?? '' ) . ( null === $port || $usual === $port ? '' : ':' . $port );
	}
}

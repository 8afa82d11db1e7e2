<?php

declare(strict_types=1);

namespace Countersign\Plugin\Doors;

use Countersign\Plugin\Site\Identity;
use Countersign\Plugin\Site\Urls;

defined( 'ABSPATH' ) || exit;

/**
 * The addresses of the metadata documents below `/.well-known/`.
 *
 * Those that contain the path of the MCP endpoint or of the issuer belong to this plugin (RFC 8414, section 3.1; RFC 9728,
 * section 3.1). Those without a path belong to all plugins of the site, and those with another path to other applications.
 */
final class WellKnown {

	/** Name of a document => the route that serves the same document. */
	private const NAMES = [
		'oauth-protected-resource'   => 'resource-metadata',
		'oauth-authorization-server' => 'server-metadata',
		'openid-configuration'       => 'server-metadata',
		'jwks.json'                  => 'jwks',
	];

	/**
	 * Returns the route for an address that only this plugin can answer, or null.
	 *
	 * @param string $path Path of the request, decoded.
	 */
	public static function of_this_plugin( string $path ): ?string {
		$found = self::split( $path );
		if ( null === $found ) {
			return null;
		}
		[ $before, $name, $after ] = $found;
		foreach ( Identity::rest_paths() as $rest ) {
			$issuer = $rest . Urls::NAMESPACE;
			// The path of the issuer or of the endpoint follows the name, or the name follows the path of the issuer.
			$is_inserted = in_array( $before, [ '', Urls::home_path() ], true ) && in_array( $after, [ $issuer, "$issuer/mcp" ], true );
			$is_appended = $issuer === $before && '' === $after && 'oauth-protected-resource' !== $name;
			if ( $is_inserted || $is_appended ) {
				return self::NAMES[ $name ];
			}
		}
		return null;
	}

	/**
	 * Returns the route for an address that names no plugin, or null if this plugin does not answer it: the path of the site can
	 * precede `/.well-known/` or follow the name.
	 *
	 * @param string $path Path of the request, decoded.
	 */
	public static function of_the_site( string $path ): ?string {
		$found = self::split( $path );
		if ( null === $found ) {
			return null;
		}
		[ $before, $name, $after ] = $found;
		$is_of_site = in_array( $before, [ '', Urls::home_path() ], true ) && in_array( $after, [ '', Urls::home_path() ], true );
		return $is_of_site && self::is_only_server() ? self::NAMES[ $name ] : null;
	}

	/** Tells whether no other MCP server is known to live on this site. Clients that look for it would fail with this plugin's documents. */
	private static function is_only_server(): bool {
		$has_other = class_exists( 'WP\MCP\Core\McpAdapter', false ) || defined( 'WP_MCP_VERSION' ) || false !== has_action( 'mcp_adapter_init' ) || defined( 'WORDPRESS_MCP_VERSION' );
		/**
		 * Filters whether Countersign answers the well-known addresses that name no plugin, such as
		 * `/.well-known/oauth-protected-resource`. Its own addresses, which contain its path, do not depend on this.
		 *
		 * @param bool $is_answered False if the MCP adapter of WordPress or its predecessor is on this site; otherwise true.
		 */
		return (bool) apply_filters( 'countersign_answers_bare_well_known', ! $has_other );
	}

	/** @return array{string, string, string}|null What precedes `/.well-known/`, the name of the document, and what follows it. */
	private static function split( string $path ): ?array {
		if ( ! preg_match( '~^(?<before>.*)/\.well-known/(?<name>[a-z.-]+)(?<after>/.*)?$~D', $path, $found ) || ! isset( self::NAMES[ $found['name'] ] ) ) {
			return null;
		}
		return [ $found['before'], $found['name'], rtrim( $found['after'] ?? '', '/' ) ];
	}
}

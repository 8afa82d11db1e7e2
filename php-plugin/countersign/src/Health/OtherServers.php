<?php

declare(strict_types=1);

namespace Countersign\Plugin\Health;

use Countersign\Plugin\Abilities\Entrance;

defined( 'ABSPATH' ) || exit;

/** The other MCP servers of the site, which show in the routes of the REST API. */
final class OtherServers {

	/** The namespace of the mcp-adapter, whose servers run nothing but abilities. */
	private const ADAPTER = 'WP\\MCP\\';

	/**
	 * Returns the servers that can have tools of their own, which are not abilities. "Stop all agents" does not reach those.
	 *
	 * @return list<string> The names of their plugins, or their routes.
	 */
	public static function uncovered(): array {
		$names = [];
		foreach ( rest_get_server()->get_routes() as $route => $handlers ) {
			if ( ! Entrance::is_mcp_route( $route ) || ! self::is_endpoint( $route ) ) {
				continue;
			}
			[ $class, $file ] = self::source( $handlers[0]['callback'] ?? null );
			if ( ! str_starts_with( $class, self::ADAPTER ) ) {
				$names[] = self::plugin( $file ) ?? $route;
			}
		}
		return array_values( array_unique( $names ) );
	}

	/** The index of a namespace is a route too. */
	private static function is_endpoint( string $route ): bool {
		return ! in_array( ltrim( $route, '/' ), rest_get_server()->get_namespaces(), true );
	}

	/** @return array{string, string} The class of a callback, and the file in which it is written; '' if unknown. */
	private static function source( mixed $callback ): array {
		try {
			if ( is_array( $callback ) && isset( $callback[0] ) ) {
				$class = new \ReflectionClass( $callback[0] );
				return [ $class->getName(), (string) $class->getFileName() ];
			}
			if ( $callback instanceof \Closure || ( is_string( $callback ) && function_exists( $callback ) ) ) {
				$function = new \ReflectionFunction( $callback );
				return [ (string) $function->getClosureScopeClass()?->getName(), (string) $function->getFileName() ];
			}
		} catch ( \ReflectionException ) {
			return [ '', '' ];
		}
		return [ '', '' ];
	}

	/** Returns the name of the plugin to which a file belongs; null if it belongs to none. */
	private static function plugin( string $file ): ?string {
		if ( '' === $file ) {
			return null;
		}
		require_once ABSPATH . 'wp-admin/includes/plugin.php';
		$folder = strtok( plugin_basename( $file ), '/' );
		foreach ( get_plugins() + get_mu_plugins() as $path => $plugin ) {
			if ( strtok( $path, '/' ) === $folder ) {
				return (string) $plugin['Name'];
			}
		}
		return null;
	}
}

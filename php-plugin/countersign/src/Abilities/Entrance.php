<?php

declare(strict_types=1);

namespace Countersign\Plugin\Abilities;

use Countersign\Plugin\Site\Urls;

defined( 'ABSPATH' ) || exit;

/** Tells by which way the current request reaches abilities: a person's page, the REST route, another MCP server, or WP-CLI. */
final class Entrance {

	/** The routes of MCP servers have these letters. */
	private const MCP = 'mcp';

	/** The command of the mcp-adapter, which also serves a program on the same machine. */
	private const ADAPTER_COMMAND = 'mcp-adapter';

	private static string $route = '';

	/** Notes the REST routes of this request. */
	public static function watch(): void {
		add_filter(
			'rest_pre_dispatch',
			static function ( mixed $result, mixed $server, \WP_REST_Request $request ): mixed {
				// A request that an MCP server makes within its own remains one of that server.
				if ( ! self::is_mcp_route( self::$route ) ) {
					self::$route = $request->get_route();
				}
				return $result;
			},
			PHP_INT_MIN,
			3
		);
	}

	/** Returns the door for the audit log, as {@see \Countersign\McpServer::direct()} takes it. */
	public static function door(): string {
		return match ( true ) {
			self::is_mcp_route( self::$route ), self::is_adapter_command() => 'mcp_server',
			defined( 'WP_CLI' ) && WP_CLI => 'cli',
			'' !== self::$route           => 'rest',
			default                       => 'ability',
		};
	}

	/**
	 * Tells whether a program makes this request: through another MCP server, or with an application password. A person in the
	 * dashboard has a cookie, and code of plugins has no request of its own.
	 */
	public static function is_program(): bool {
		return 'mcp_server' === self::door() || null !== rest_get_authenticated_app_password();
	}

	/** Tells whether a route of the REST API, without the first slash or with it, is that of an MCP server other than this plugin's. */
	public static function is_mcp_route( string $route ): bool {
		return ! str_starts_with( ltrim( $route, '/' ), Urls::NAMESPACE . '/' ) && false !== stripos( $route, self::MCP );
	}

	private static function is_adapter_command(): bool {
		$arguments = defined( 'WP_CLI' ) && WP_CLI ? (array) ( $_SERVER['argv'] ?? [] ) : []; // phpcs:ignore WordPress.Security.ValidatedSanitizedInput -- Only compared.
		return in_array( self::ADAPTER_COMMAND, $arguments, true );
	}
}

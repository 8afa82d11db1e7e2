<?php

declare(strict_types=1);

namespace Countersign\Plugin\Doors;

use Countersign\Plugin\Health\Requirements;
use Countersign\Plugin\Http\Request;
use Countersign\Plugin\Http\Response;
use Countersign\Plugin\Site\ClientAddress;
use Countersign\Plugin\Site\ErrorLog;
use Countersign\Plugin\Site\Identity;
use Countersign\Plugin\Site\Settings;
use Countersign\Plugin\Site\Urls;

defined( 'ABSPATH' ) || exit;

/**
 * Routes requests of clients to the MCP endpoint, the OAuth endpoints and the well-known documents.
 *
 * The routes are registered as REST routes and appear in the site's REST index. They are served shortly before
 * WordPress's REST server would serve them. That server decodes bodies, adds CORS headers that allow every origin,
 * answers malformed JSON itself, and lets other plugins mistake the client's Bearer token for one of theirs. Here the
 * extension receives the raw bytes of the request and sends the exact bytes of its response.
 */
final class Router {

	/** Route below the namespace => methods in the REST index. Every method is served: the endpoints refuse the wrong ones. */
	private const ROUTES = [
		'mcp'               => [ 'GET', 'POST', 'DELETE' ],
		'oauth/authorize'   => [ 'GET' ],
		'oauth/register'    => [ 'POST' ],
		'oauth/token'       => [ 'POST' ],
		'oauth/revoke'      => [ 'POST' ],
		'resource-metadata' => [ 'GET' ],
		'server-metadata'   => [ 'GET' ],
		'jwks'              => [ 'GET' ],
	];

	/** Largest body of a request to any endpoint but MCP, in bytes. */
	private const MAX_OAUTH_BODY = 65536;

	/**
	 * @param \Closure(): McpEndpoint    $mcp   Returns the MCP endpoint. Called only for requests to it.
	 * @param \Closure(): OAuthEndpoints $oauth Returns the OAuth endpoints. Called only for requests to them.
	 */
	public function __construct(
		private readonly Settings $settings,
		private readonly ClientAddress $client,
		private readonly \Closure $mcp,
		private readonly \Closure $oauth,
	) {}

	/** Registers the routes, for the REST index and for requests that reach WordPress's REST server. */
	public function register_routes(): void {
		foreach ( self::ROUTES as $route => $methods ) {
			register_rest_route(
				Urls::NAMESPACE,
				'/' . $route,
				[
					'methods'             => $methods,
					'callback'            => fn() => $this->serve( $route ),
					// These endpoints do not use WordPress's authentication: the extension checks the token of each request.
					'permission_callback' => '__return_true',
				]
			);
		}
	}

	/**
	 * Callback of the action `parse_request`, before all others: no other plugin has a claim to an address that contains this
	 * plugin's path. Serves such an address and ends the request; ignores all others.
	 */
	public function parse_request( \WP $wp ): void {
		$path  = self::path();
		$route = WellKnown::of_this_plugin( $path ) ?? $this->route( $wp->query_vars['rest_route'] ?? self::rest_route( $path ) );
		if ( null !== $route ) {
			$this->begin( $route );
		}
	}

	/**
	 * Callback of the action `parse_request`, after other plugins: serves the well-known addresses that all plugins of a site share,
	 * unless another plugin may need them.
	 */
	public function parse_shared(): void {
		$route = WellKnown::of_the_site( self::path() );
		if ( null !== $route ) {
			$this->begin( $route );
		}
	}

	private function begin( string $route ): never {
		if ( ! defined( 'REST_REQUEST' ) ) {
			define( 'REST_REQUEST', true );
		}
		$this->serve( $route );
	}

	/** Returns the path of the request, decoded. */
	private static function path(): string {
		return rawurldecode( explode( '?', (string) wp_unslash( $_SERVER['REQUEST_URI'] ?? '' ), 2 )[0] ); // phpcs:ignore WordPress.Security.ValidatedSanitizedInput -- Only compared.
	}

	/** Returns the REST route that a path stands for, also if WordPress's current permalinks are of another kind. */
	private static function rest_route( string $path ): ?string {
		foreach ( Identity::rest_paths() as $beginning ) {
			if ( str_starts_with( $path, $beginning . Urls::NAMESPACE . '/' ) ) {
				return '/' . substr( $path, strlen( $beginning ) );
			}
		}
		return null;
	}

	private function route( mixed $path ): ?string {
		if ( ! is_string( $path ) ) {
			return null;
		}
		$prefix = '/' . Urls::NAMESPACE . '/';
		// Some clients append `?` to an address that already has a query, see Urls::authorize().
		$path = '/' . trim( explode( '?', $path, 2 )[0], '/' );
		$name = str_starts_with( $path, $prefix ) ? substr( $path, strlen( $prefix ) ) : '';
		return isset( self::ROUTES[ $name ] ) ? $name : null;
	}

	private function serve( string $route ): never {
		ErrorLog::guard();
		try {
			$response = $this->answer( $route );
		} catch ( \Throwable $error ) {
			// PHP would write the message and the arguments of an uncaught exception to the error log.
			ErrorLog::failure( 'a request could not be served', $error );
			$body     = (string) file_get_contents( 'php://input', false, null, 0, McpEndpoint::SEARCHED + 1 );
			$response = self::unavailable( $route, 'store_unavailable', 'The site cannot serve agents now.', $body );
		}
		$response->send();
	}

	private static function unavailable( string $route, string $reason, string $message, string $body ): Response {
		return 'mcp' === $route ? McpEndpoint::unavailable( $reason, $message, $body ) : OAuthEndpoints::unavailable( $reason, $message );
	}

	private function answer( string $route ): Response {
		$is_mcp   = 'mcp' === $route;
		$is_ready = Requirements::are_met();
		$server   = wp_unslash( $_SERVER ); // phpcs:ignore WordPress.Security.ValidatedSanitizedInput -- The extension verifies the raw request.
		$request  = Request::read( $server, $is_mcp ? $this->settings->max_body() : self::MAX_OAUTH_BODY, $is_ready ? $this->client->of( $server ) : '' );
		if ( $is_mcp ) {
			return $is_ready ? ( $this->mcp )()->handle( $request ) : self::unavailable( $route, Requirements::state(), Requirements::message(), $request->body );
		}
		$response = $is_ready ? ( $this->oauth )()->handle( $route, $request ) : self::unavailable( $route, Requirements::state(), Requirements::message(), '' );
		return 'oauth/authorize' === $route ? AuthorizeEndpoint::for_reader( $request, $response ) : $response;
	}
}

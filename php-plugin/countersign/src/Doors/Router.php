<?php

declare(strict_types=1);

namespace Countersign\Plugin\Doors;

use Countersign\Plugin\Health\Requirements;
use Countersign\Plugin\Http\Request;
use Countersign\Plugin\Http\Response;
use Countersign\Plugin\Site\ClientAddress;
use Countersign\Plugin\Site\ErrorLog;
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

	/** Name of a well-known document => the route that serves the same document. */
	private const WELL_KNOWN = [
		'oauth-protected-resource'   => 'resource-metadata',
		'oauth-authorization-server' => 'server-metadata',
		'openid-configuration'       => 'server-metadata',
		'jwks.json'                  => 'jwks',
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

	/** Callback of the action `parse_request`. Serves the plugin's own addresses and ends the request; ignores all others. */
	public function parse_request( \WP $wp ): void {
		$route = $this->well_known() ?? $this->route( $wp->query_vars['rest_route'] ?? null );
		if ( null !== $route ) {
			if ( ! defined( 'REST_REQUEST' ) ) {
				define( 'REST_REQUEST', true );
			}
			$this->serve( $route );
		}
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

	/**
	 * Returns the route for a request to `/.well-known/NAME`, or null for any other request. The path of this site or of the
	 * MCP endpoint can follow the name (RFC 8414, RFC 9728), or the path of this site can precede `/.well-known/`. Documents
	 * about other paths of the host belong to other applications.
	 */
	private function well_known(): ?string {
		$path = rawurldecode( explode( '?', (string) wp_unslash( $_SERVER['REQUEST_URI'] ?? '' ), 2 )[0] ); // phpcs:ignore WordPress.Security.ValidatedSanitizedInput -- Only compared.
		if ( ! preg_match( '~^(?<home>.*)/\.well-known/(?<name>[a-z.-]+)(?<of>/.*)?$~D', $path, $found ) || ! isset( self::WELL_KNOWN[ $found['name'] ] ) ) {
			return null;
		}
		$home     = Urls::home_path();
		$of       = rtrim( $found['of'] ?? '', '/' );
		$endpoint = rtrim( (string) wp_parse_url( Urls::mcp(), PHP_URL_PATH ), '/' );
		$is_ours  = in_array( $found['home'], [ '', $home ], true ) && in_array( $of, [ '', $home, $endpoint ], true );
		return $is_ours ? self::WELL_KNOWN[ $found['name'] ] : null;
	}

	private function serve( string $route ): never {
		ErrorLog::guard();
		try {
			$response = $this->answer( $route );
		} catch ( \Throwable $error ) {
			// PHP would write the message and the arguments of an uncaught exception to the error log.
			ErrorLog::failure( 'a request could not be served', $error );
			$response = self::unavailable( $route, 'store_unavailable', 'The site cannot serve agents now.', '' );
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
		if ( ! $is_ready ) {
			return self::unavailable( $route, Requirements::state(), Requirements::message(), $request->body );
		}
		return $is_mcp ? ( $this->mcp )()->handle( $request ) : ( $this->oauth )()->handle( $route, $request );
	}
}

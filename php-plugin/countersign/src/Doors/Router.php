<?php

declare(strict_types=1);

namespace Countersign\Plugin\Doors;

use Countersign\Plugin\Health\Requirements;
use Countersign\Plugin\Http\Request;
use Countersign\Plugin\Http\Response;
use Countersign\Plugin\Services;
use Countersign\Plugin\Site\Urls;

/**
 * The door for machines: the MCP endpoint, the OAuth endpoints and the well-known documents.
 *
 * The routes are REST routes, listed in the site's index like any other. They are served a moment before WordPress's
 * REST server would: that one decodes bodies, adds CORS headers that allow every origin, turns malformed JSON into
 * answers of its own, and lets other plugins mistake the client's Bearer token for one of theirs. Here raw bytes go
 * in and exact bytes come out.
 */
final class Router {

	/** Route below the namespace => methods for the index. All methods are served: the extension answers the wrong ones. */
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

	/** Well-known document => route that serves the same. */
	private const WELL_KNOWN = [
		'oauth-protected-resource'   => 'resource-metadata',
		'oauth-authorization-server' => 'server-metadata',
		'openid-configuration'       => 'server-metadata',
		'jwks.json'                  => 'jwks',
	];

	/** Bytes of a body at any endpoint but MCP. */
	private const MAX_OAUTH_BODY = 65536;

	private function __construct( private readonly Services $services ) {}

	/** Registers the hooks: early at `parse_request`, and `rest_api_init` for the index. */
	public static function register( Services $services ): void {
		$front = new self( $services );
		add_action( 'parse_request', $front->parse( ... ), 1 );
		add_action( 'rest_api_init', $front->routes( ... ) );
	}

	/** Registers the routes. Whatever reaches WordPress's REST server all the same is served alike. */
	private function routes(): void {
		foreach ( self::ROUTES as $route => $methods ) {
			register_rest_route(
				Urls::NAMESPACE,
				'/' . $route,
				[
					'methods'             => $methods,
					'callback'            => fn() => $this->serve( $route ),
					// Open, because these endpoints do not know WordPress users: each request is judged by the extension, by its token.
					'permission_callback' => '__return_true',
				]
			);
		}
	}

	/** Action `parse_request`: serves our addresses, leaves all others alone. */
	private function parse( \WP $wp ): void {
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
		// A client that adds `?` to an address that has one already: see Urls::authorize().
		$path = '/' . trim( explode( '?', $path, 2 )[0], '/' );
		$name = str_starts_with( $path, $prefix ) ? substr( $path, strlen( $prefix ) ) : '';
		return isset( self::ROUTES[ $name ] ) ? $name : null;
	}

	/**
	 * `/.well-known/NAME`, alone, with the path of what it describes behind it, or below the path of this site. What
	 * is described by a path elsewhere on this host is not ours to answer for.
	 */
	private function well_known(): ?string {
		$path = rawurldecode( explode( '?', (string) wp_unslash( $_SERVER['REQUEST_URI'] ?? '' ), 2 )[0] ); // phpcs:ignore WordPress.Security.ValidatedSanitizedInput
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
		$this->answer( $route )->send();
	}

	private function answer( string $route ): Response {
		$is_mcp  = 'mcp' === $route;
		$request = Request::current( $is_mcp ? $this->services->settings()->max_body() : self::MAX_OAUTH_BODY );
		if ( ! Requirements::are_met() ) {
			return $is_mcp
				? McpEndpoint::refusal( Requirements::state(), Requirements::message(), $request->body )
				: Response::unavailable( Requirements::state(), Requirements::message() )->with( OAuthEndpoints::CORS );
		}
		return $is_mcp
			? ( new McpEndpoint( $this->services ) )->handle( $request )
			: ( new OAuthEndpoints( $this->services ) )->handle( $route, $request );
	}
}

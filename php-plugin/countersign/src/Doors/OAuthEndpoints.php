<?php

declare(strict_types=1);

namespace Countersign\Plugin\Doors;

use Countersign\Limits;
use Countersign\OAuth;
use Countersign\OAuthReply;
use Countersign\OAuthTokenRequest;
use Countersign\Plugin\Audit\Draft;
use Countersign\Plugin\Audit\Unavailable;
use Countersign\Plugin\Connections\Connection;
use Countersign\Plugin\Http\Request;
use Countersign\Plugin\Http\Response;
use Countersign\Plugin\Services;
use Countersign\Plugin\Site\Json;
use Countersign\Plugin\Site\Urls;

/** The OAuth endpoints that machines call. The extension judges; here rows are looked up, changed and recorded. */
final class OAuthEndpoints {

	/** Any web page may read the metadata, register and redeem: none of it depends on who is logged in here. */
	public const CORS = [
		'Access-Control-Allow-Origin'   => '*',
		'Access-Control-Allow-Methods'  => 'GET, POST, OPTIONS',
		'Access-Control-Allow-Headers'  => 'Authorization, Content-Type, MCP-Protocol-Version',
		'Access-Control-Expose-Headers' => 'WWW-Authenticate',
		'Access-Control-Max-Age'        => '3600',
	];

	/** How often a token request is tried again when another worker was faster. */
	private const ATTEMPTS = 10;

	public function __construct( private readonly Services $services ) {}

	/**
	 * Answers a request.
	 *
	 * @param string $route The route below the namespace.
	 */
	public function handle( string $route, Request $request ): Response {
		if ( 'oauth/authorize' === $route ) {
			// To the consent page, query and all. No CORS here: this is for a person's browser to follow, not for a script to read.
			return new Response( 302, [ 'Location' => Urls::consent( self::authorize_query( $request->query ) ) ] + Response::NO_STORE );
		}
		if ( 'OPTIONS' === $request->method ) {
			return new Response( 204, self::CORS );
		}
		$is_metadata = in_array( $route, [ 'resource-metadata', 'server-metadata', 'jwks' ], true );
		if ( ! in_array( $request->method, $is_metadata ? [ 'GET', 'HEAD' ] : [ 'POST' ], true ) ) {
			return new Response( 405, [ 'Allow' => $is_metadata ? 'GET, HEAD' : 'POST' ] + self::CORS );
		}
		try {
			$insecure = $this->services->oauth()->checkTransport();
			if ( null !== $insecure ) {
				return Response::of( $insecure )->with( self::CORS );
			}
			$response = match ( $route ) {
				'resource-metadata' => self::document( $this->services->oauth()->resourceMetadata() ),
				'server-metadata'   => self::document( $this->services->oauth()->serverMetadata() ),
				// Tokens are opaque to clients: there is no key to check them with, and parsers of discovery documents want to hear so.
				'jwks'              => self::document( '{"keys":[]}' ),
				'oauth/register'    => $this->register( $request ),
				'oauth/token'       => $this->token( $request ),
				'oauth/revoke'      => $this->revoke( $request ),
			};
		} catch ( Unavailable $error ) {
			$response = $this->unavailable( $error->reason, $error );
		} catch ( \Countersign\Exception $error ) {
			$response = $this->unavailable( $error->reason(), $error );
		} catch ( \RuntimeException $error ) {
			$response = $this->unavailable( 'store_unavailable', $error );
		}
		return $response->with( self::CORS );
	}

	private function register( Request $request ): Response {
		$limit    = $this->services->settings()->registration_limit();
		$decision = $this->services->limits()->check( 'oauth/register:' . Limits::addressKey( Request::ip() ), $limit['max'], $limit['window'] );
		if ( ! $decision->isAllowed() ) {
			return $this->too_many( (string) $decision->reason(), $decision->retryAfter() );
		}
		$reply = $this->services->oauth()->register( $request->body );
		if ( null !== $reply->client() ) {
			$this->services->clients()->collect_unused();
			$this->services->clients()->store( $reply->client() );
		}
		return Response::of( $reply );
	}

	private function token( Request $request ): Response {
		$client = $this->services->clients()->find( self::client_id( $request ) );
		$step   = $this->services->oauth()->token( $request->body, $request->header( 'Authorization' ), $client );
		return Response::of( $step instanceof OAuthTokenRequest ? $this->redeem( $step ) : $step );
	}

	/** Redeems a code or refresh token. The change it needs is one conditional update; who comes second looks again. */
	private function redeem( OAuthTokenRequest $token ): OAuthReply {
		$grants = $this->services->grants();
		for ( $attempt = 1; ; $attempt++ ) {
			$reply  = $token->redeem( $grants->json( $token->grantId() ) );
			$change = Json::decode( $reply->change() );
			if ( [] === $change ) {
				return $reply;
			}
			if ( ! empty( $change['revoke'] ) ) {
				$this->end_reused( $token->grantId(), $reply );
				return $reply;
			}
			if ( -1 === $change['from']['generation'] ) {
				// The first tokens of a grant are an event; refreshes every hour are not.
				$this->record_redeemed( $token->grantId() );
			}
			if ( $grants->advance( $token->grantId(), $change['from'], $change['to'] ) ) {
				return $reply;
			}
			if ( $attempt >= self::ATTEMPTS ) {
				throw new \RuntimeException( 'the grant kept changing' );
			}
		}
	}

	private function record_redeemed( int $grant ): void {
		$connection = $this->services->connections()->find( $this->services->grants()->connection( $grant ) );
		if ( $connection ) {
			$this->services->log()->append( Draft::agent( 'oauth', $connection->id, $connection->client, 'oauth.code_redeemed', 'ok' ) );
		}
	}

	/** A code or refresh token was used again: whoever holds the other copy loses everything, and so does this one. */
	private function end_reused( int $grant, OAuthReply $reply ): void {
		$connection = $this->services->connections()->find( $this->services->grants()->connection( $grant ) );
		if ( $connection ) {
			$reason = (string) $reply->decision()->reason();
			$this->services->manager()->end(
				$connection,
				$reason,
				Draft::agent( 'refusal', $connection->id, $connection->client, 'oauth.token', 'denied', $reason )
			);
		}
	}

	private function revoke( Request $request ): Response {
		$client = $this->services->clients()->find( self::client_id( $request ) );
		$reply  = $this->services->oauth()->revoke( $request->body, $request->header( 'Authorization' ), $client );
		$change = Json::decode( $reply->change() );
		if ( [] !== $change ) {
			$id         = (int) ( $change['connection'] ?? $this->services->grants()->connection( (int) ( $change['grant'] ?? 0 ) ) );
			$connection = $this->services->connections()->find( $id );
			if ( $connection && $this->services->grants()->is_of_client( $id, (string) ( $change['client_id'] ?? '' ) ) ) {
				$this->give_up( $connection, isset( $change['revoke_tokens'] ) );
			}
		}
		return Response::of( $reply );
	}

	/** A client hands back what it has: its refresh token and with it the connection, or only its access tokens. */
	private function give_up( Connection $connection, bool $only_access ): void {
		if ( $only_access ) {
			$this->services->log()->append( Draft::agent( 'oauth', $connection->id, $connection->client, 'oauth.access_revoked', 'ok' ) );
			$this->services->connections()->end_access_tokens( $connection->id );
			return;
		}
		$this->services->manager()->end(
			$connection,
			'client',
			Draft::agent( 'revoke', $connection->id, $connection->client, 'connection.revoked', 'ok' )
		);
	}

	/** The client a request names. */
	private static function client_id( Request $request ): ?string {
		return OAuth::clientId( $request->body, $request->header( 'Authorization' ) );
	}

	/** The client's parameters: without WordPress's own, which stands first where the site has plain permalinks. */
	private static function authorize_query( string $query ): string {
		return (string) preg_replace( '~^rest_route=[^&?]*[&?]?~', '', $query );
	}

	private static function document( string $json ): Response {
		return new Response(
			200,
			[
				'Content-Type'  => 'application/json',
				'Cache-Control' => 'public, max-age=300',
			],
			$json
		);
	}

	/** The answer when registrations come too fast, with the message that the extension has for the reason. */
	private function too_many( string $reason, ?int $retry_after ): Response {
		$headers = [ 'Content-Type' => 'application/json' ] + Response::NO_STORE;
		if ( null !== $retry_after ) {
			$headers['Retry-After'] = (string) $retry_after;
		}
		return new Response(
			429,
			$headers,
			Json::encode(
				[
					'error'             => 'slow_down',
					'error_description' => \Countersign\reasons()[ $reason ] ?? $reason,
					'reason'            => $reason,
				]
			)
		);
	}

	private function unavailable( string $reason, \Throwable $error ): Response {
		error_log( 'Countersign: the OAuth server cannot answer: ' . $error->getMessage() ); // phpcs:ignore WordPress.PHP.DevelopmentFunctions
		return Response::unavailable( $reason, \Countersign\reasons()[ $reason ] ?? 'The site cannot serve agents at present.' );
	}
}

<?php

declare(strict_types=1);

namespace Countersign\Plugin\Doors;

use Countersign\Limits;
use Countersign\OAuth;
use Countersign\OAuthReply;
use Countersign\OAuthTokenRequest;
use Countersign\Plugin\Audit\EntryDraft;
use Countersign\Plugin\Audit\Log;
use Countersign\Plugin\Audit\Unavailable;
use Countersign\Plugin\Connections\Connection;
use Countersign\Plugin\Connections\Grants;
use Countersign\Plugin\Connections\Manager;
use Countersign\Plugin\Connections\Repository;
use Countersign\Plugin\Http\Request;
use Countersign\Plugin\Http\Response;
use Countersign\Plugin\OAuth\Clients;
use Countersign\Plugin\Site\ErrorLog;
use Countersign\Plugin\Site\Extension;
use Countersign\Plugin\Site\Failure;
use Countersign\Plugin\Site\Json;
use Countersign\Plugin\Site\Settings;
use Countersign\Plugin\Site\Urls;

defined( 'ABSPATH' ) || exit;

/**
 * The OAuth endpoints that clients call: metadata, registration, token and revocation. The extension decides; this class
 * reads and changes rows of the database and records what happens.
 */
final class OAuthEndpoints {

	/** Headers that let any web page read metadata, register and redeem codes. No response depends on who is logged in. */
	private const CORS = [
		'Access-Control-Allow-Origin'   => '*',
		'Access-Control-Allow-Methods'  => 'GET, POST, OPTIONS',
		'Access-Control-Allow-Headers'  => 'Authorization, Content-Type, MCP-Protocol-Version',
		'Access-Control-Expose-Headers' => 'WWW-Authenticate',
		'Access-Control-Max-Age'        => '3600',
	];

	/** How often a token request is tried if other requests change the grant meanwhile. */
	private const ATTEMPTS = 10;

	public function __construct(
		private readonly Extension $extension,
		private readonly Settings $settings,
		private readonly Clients $clients,
		private readonly Grants $grants,
		private readonly Repository $connections,
		private readonly Manager $manager,
		private readonly Log $log,
	) {}

	/**
	 * Handles a request. Returns 503 with the reason code if the extension, the database or the audit log cannot be used.
	 *
	 * @param string $route The route below the REST namespace, such as `oauth/token`.
	 */
	public function handle( string $route, Request $request ): Response {
		if ( 'oauth/authorize' === $route ) {
			// Redirects to the consent page with the same query. No CORS headers, since a person's browser follows it and no script.
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
			$refusal = $this->extension->oauth()->checkTransport();
			if ( null !== $refusal ) {
				return Response::of( $refusal )->with( self::CORS );
			}
			// @mago-ignore analysis:match-not-exhaustive The router passes no other route.
			$response = match ( $route ) {
				'resource-metadata' => self::document( $this->extension->oauth()->resourceMetadata() ),
				'server-metadata'   => self::document( $this->extension->oauth()->serverMetadata() ),
				// Clients cannot verify tokens, so there are no keys. Parsers of the server metadata still expect the document.
				'jwks'              => self::document( '{"keys":[]}' ),
				'oauth/register'    => $this->register( $request ),
				'oauth/token'       => $this->token( $request ),
				'oauth/revoke'      => $this->revoke( $request ),
			};
		} catch ( Unavailable $error ) {
			$response = self::cannot_serve( $error->reason, $error );
		} catch ( \Countersign\Exception $error ) {
			$response = self::cannot_serve( $error->reason(), $error );
		} catch ( \RuntimeException $error ) {
			$response = self::cannot_serve( 'store_unavailable', $error );
		}
		return $response->with( self::CORS );
	}

	/**
	 * Returns the OAuth error for a site that cannot serve agents: 503 `temporarily_unavailable`.
	 *
	 * @param string $reason  Stable reason code.
	 * @param string $message One English sentence.
	 */
	public static function unavailable( string $reason, string $message ): Response {
		$json = Json::encode(
			[
				'error'             => 'temporarily_unavailable',
				'error_description' => $message,
				'reason'            => $reason,
			]
		);
		return Response::unavailable( $json )->with( self::CORS );
	}

	private function register( Request $request ): Response {
		$limit    = $this->settings->registration_limit();
		$decision = $this->extension->limits()->check( 'oauth/register:' . Limits::addressKey( Request::ip() ), $limit['max'], $limit['window'] );
		if ( ! $decision->isAllowed() ) {
			return self::too_many( (string) $decision->reason(), $decision->retryAfter() );
		}
		$reply  = $this->extension->oauth()->register( $request->body );
		$client = $reply->client();
		if ( null !== $client ) {
			$this->clients->collect_unused();
			$this->clients->store( $client );
		}
		return Response::of( $reply );
	}

	private function token( Request $request ): Response {
		$client = $this->clients->find( self::client_id( $request ) );
		$step   = $this->extension->oauth()->token( $request->body, $request->header( 'Authorization' ), $client );
		return Response::of( $step instanceof OAuthTokenRequest ? $this->redeem( $step ) : $step );
	}

	/**
	 * Redeems an authorization code or a refresh token. The change of the grant is one conditional update. If another
	 * request changed the grant first, the extension decides again on the new state.
	 */
	// @mago-ignore analysis:missing-return-statement The loop ends only by a return or an exception.
	private function redeem( OAuthTokenRequest $token ): OAuthReply {
		for ( $attempt = 1; ; $attempt++ ) {
			$reply  = $token->redeem( $this->grants->json( $token->grantId() ) );
			$change = Json::decode( $reply->change() );
			if ( [] === $change ) {
				return $reply;
			}
			if ( ! empty( $change['revoke'] ) ) {
				$this->end_reused( $token->grantId(), $reply );
				return $reply;
			}
			if ( -1 === $change['from']['generation'] ) {
				// Only the first tokens of a grant are recorded, not the refresh of every hour.
				$this->record_redeemed( $token->grantId() );
			}
			if ( $this->grants->advance( $token->grantId(), $change['from'], $change['to'] ) ) {
				return $reply;
			}
			if ( $attempt >= self::ATTEMPTS ) {
				throw new Failure( 'other requests kept changing the grant' );
			}
		}
	}

	private function record_redeemed( int $grant ): void {
		$connection = $this->connections->find( $this->grants->connection( $grant ) );
		if ( $connection ) {
			$this->log->append( EntryDraft::agent( 'oauth', $connection->id, $connection->client, 'oauth.code_redeemed', 'ok' ) );
		}
	}

	/** Ends the connection of a code or refresh token that was used twice, since one of the two users may have stolen it. */
	private function end_reused( int $grant, OAuthReply $reply ): void {
		$connection = $this->connections->find( $this->grants->connection( $grant ) );
		if ( $connection ) {
			$reason = (string) $reply->decision()->reason();
			$this->manager->end(
				$connection,
				$reason,
				EntryDraft::agent( 'refusal', $connection->id, $connection->client, 'oauth.token', 'denied', $reason )
			);
		}
	}

	private function revoke( Request $request ): Response {
		$client = $this->clients->find( self::client_id( $request ) );
		$reply  = $this->extension->oauth()->revoke( $request->body, $request->header( 'Authorization' ), $client );
		$change = Json::decode( $reply->change() );
		if ( [] !== $change ) {
			$id         = (int) ( $change['connection'] ?? $this->grants->connection( (int) ( $change['grant'] ?? 0 ) ) );
			$connection = $this->connections->find( $id );
			if ( $connection && $this->grants->is_of_client( $id, (string) ( $change['client_id'] ?? '' ) ) ) {
				$this->end_by_client( $connection, isset( $change['revoke_tokens'] ) );
			}
		}
		return Response::of( $reply );
	}

	/** Ends what a client revoked: only its access tokens, or the connection if the client revoked its refresh token. */
	private function end_by_client( Connection $connection, bool $only_access_tokens ): void {
		if ( $only_access_tokens ) {
			$this->log->append( EntryDraft::agent( 'oauth', $connection->id, $connection->client, 'oauth.access_revoked', 'ok' ) );
			$this->connections->end_access_tokens( $connection->id );
			return;
		}
		$this->manager->end(
			$connection,
			'client',
			EntryDraft::agent( 'revoke', $connection->id, $connection->client, 'connection.revoked', 'ok' )
		);
	}

	private static function client_id( Request $request ): ?string {
		return OAuth::clientId( $request->body, $request->header( 'Authorization' ) );
	}

	/** Returns the client's query without WordPress's own parameter, which comes first on sites with plain permalinks. */
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

	/** Returns the refusal of a client that registers too often, with the extension's message for the reason code. */
	private static function too_many( string $reason, ?int $retry_after ): Response {
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

	private static function cannot_serve( string $reason, \Throwable $error ): Response {
		ErrorLog::failure( 'the OAuth server cannot answer', $error );
		return self::unavailable( $reason, \Countersign\reasons()[ $reason ] ?? 'The site cannot serve agents at present.' );
	}
}

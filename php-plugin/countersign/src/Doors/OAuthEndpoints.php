<?php

declare(strict_types=1);

namespace Countersign\Plugin\Doors;

use Countersign\Decision;
use Countersign\OAuth;
use Countersign\OAuthReply;
use Countersign\OAuthTokenRequest;
use Countersign\Plugin\Audit\Log;
use Countersign\Plugin\Audit\Unavailable;
use Countersign\Plugin\Audit\Unprotected;
use Countersign\Plugin\Connections\Grants;
use Countersign\Plugin\Connections\ReplyChanges;
use Countersign\Plugin\Http\Request;
use Countersign\Plugin\Http\Response;
use Countersign\Plugin\OAuth\Clients;
use Countersign\Plugin\OAuth\MetadataDocuments;
use Countersign\Plugin\Site\ErrorLog;
use Countersign\Plugin\Site\Extension;
use Countersign\Plugin\Site\Failure;
use Countersign\Plugin\Site\Identity;
use Countersign\Plugin\Site\Json;
use Countersign\Record;
use Countersign\Store;

defined( 'ABSPATH' ) || exit;

/**
 * The OAuth endpoints: metadata, registration, token and revocation, and the one to which clients send people. The extension
 * decides; this class reads and changes rows of the database and records what happens.
 */
final class OAuthEndpoints {

	/** Headers that let any web page read metadata, register and redeem codes. No response depends on who is logged in. */
	private const CORS = [
		'Access-Control-Allow-Origin'   => '*',
		'Access-Control-Allow-Methods'  => 'GET, POST, OPTIONS',
		'Access-Control-Allow-Headers'  => 'Authorization, Content-Type, MCP-Protocol-Version',
		'Access-Control-Expose-Headers' => 'Retry-After, WWW-Authenticate',
		'Access-Control-Max-Age'        => '3600',
	];

	/** How often a token request is tried if other requests change the grant meanwhile. */
	private const ATTEMPTS = 10;

	public function __construct(
		private readonly Extension $extension,
		private readonly Clients $clients,
		private readonly Grants $grants,
		private readonly ReplyChanges $changes,
		private readonly Log $log,
		private readonly MetadataDocuments $documents,
	) {}

	/**
	 * Handles a request. Returns 503 with the reason code if the extension, the database or the audit log cannot be used.
	 *
	 * @param string $route The route below the REST namespace, such as `oauth/token`.
	 */
	public function handle( string $route, Request $request ): Response {
		$is_authorize = 'oauth/authorize' === $route;
		if ( 'OPTIONS' === $request->method ) {
			return new Response( 204, $is_authorize ? [] : self::CORS );
		}
		$is_read = $is_authorize || in_array( $route, [ 'resource-metadata', 'server-metadata', 'jwks' ], true );
		if ( ! in_array( $request->method, $is_read ? [ 'GET', 'HEAD' ] : [ 'POST' ], true ) ) {
			return new Response( 405, [ 'Allow' => $is_read ? 'GET, HEAD' : 'POST' ] + ( $is_authorize ? [] : self::CORS ) );
		}
		try {
			$refusal = $this->extension->oauth()->checkTransport();
			if ( null !== $refusal ) {
				return Response::of( $refusal )->with( $is_authorize ? [] : self::CORS );
			}
			if ( $is_read && Identity::is_of_another_address() ) {
				return self::unavailable( 'site_moved', \Countersign\reasons()['site_moved'] );
			}
			// @mago-ignore analysis:match-not-exhaustive The router passes no other route.
			$response = match ( $route ) {
				'oauth/authorize'   => ( new AuthorizeEndpoint( $this->extension, $this->clients, $this->grants ) )->handle( $request ),
				'resource-metadata' => self::document( $this->extension->oauth()->resourceMetadata() ),
				'server-metadata'   => self::document( $this->extension->oauth()->serverMetadata() ),
				// Clients cannot verify tokens, so there are no keys. Parsers of the server metadata still expect the document.
				'jwks'              => self::document( '{"keys":[]}' ),
				'oauth/register'    => $this->register( $request ),
				'oauth/token'       => $this->token( $request ),
				'oauth/revoke'      => $this->revoke( $request ),
			};
		} catch ( Unavailable | Unprotected $error ) {
			$response = self::cannot_serve( $error->reason, $error );
		} catch ( \Countersign\Exception $error ) {
			$response = self::cannot_serve( $error->reason(), $error );
		} catch ( \RuntimeException $error ) {
			$response = self::cannot_serve( 'store_unavailable', $error );
		}
		return $is_authorize ? $response : $response->with( self::CORS );
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
		$reply = $this->extension->oauth()->register( $request->body, $this->extension->store(), $request->ip );
		return Response::of( $this->recorded( $reply ) );
	}

	private function token( Request $request ): Response {
		$step = $this->extension->oauth()->token( ...$this->arguments( $request ) );
		return Response::of( $step instanceof OAuthTokenRequest ? $this->redeem( $step ) : $this->recorded( $step ) );
	}

	/**
	 * Redeems an authorization code or a refresh token. The change of the grant is one conditional update. If another
	 * request changed the grant first, the extension decides again on the new state.
	 *
	 * @throws Failure If other requests keep changing the grant.
	 */
	private function redeem( OAuthTokenRequest $token ): OAuthReply {
		for ( $attempt = 1; $attempt <= self::ATTEMPTS; $attempt++ ) {
			$reply = $token->redeem( ...$this->grants->redeemable( $token->grantId() ) );
			if ( $this->changes->apply( $reply->change(), $reply->entry() ) ) {
				return $reply;
			}
		}
		throw new Failure( 'Other requests kept changing the grant.' );
	}

	private function revoke( Request $request ): Response {
		$step = $this->extension->oauth()->revoke( ...$this->arguments( $request ) );
		if ( $step instanceof OAuthReply ) {
			return Response::of( $this->recorded( $step ) );
		}
		$grant = $step->grantId();
		$reply = $step->decide( ...( null === $grant ? $this->grants->redeemable_of( (int) $step->connectionId() ) : $this->grants->redeemable( $grant ) ) );
		// If another request was faster, the token was revoked by it.
		$this->changes->apply( $reply->change(), $reply->entry() );
		return Response::of( $reply );
	}

	/** Appends the entry of a reply that changes nothing, and returns the reply. */
	private function recorded( OAuthReply $reply ): OAuthReply {
		$this->log->append( $reply->entry() );
		return $reply;
	}

	/**
	 * Returns the arguments of {@see OAuth::token()} and {@see OAuth::revoke()}, with the key set of a client that signs and has it
	 * elsewhere.
	 *
	 * @return array{string, string, Record|Decision|null, Store, string, string|null}
	 */
	private function arguments( Request $request ): array {
		$authorization = $request->header( 'Authorization' );
		$client        = $this->clients->find( OAuth::clientId( $request->body, $authorization ) );
		$address       = $this->extension->oauth()->keysAddress( $request->body, $client );
		return [ $request->body, $authorization, $client, $this->extension->store(), $request->ip, null === $address ? null : $this->documents->key_set( $address ) ];
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

	private static function cannot_serve( string $reason, \Throwable $error ): Response {
		ErrorLog::failure( 'the OAuth server cannot answer', $error );
		return self::unavailable( $reason, \Countersign\reasons()[ $reason ] ?? 'The site cannot serve agents now.' );
	}
}

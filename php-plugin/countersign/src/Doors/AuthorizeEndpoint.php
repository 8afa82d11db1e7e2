<?php

declare(strict_types=1);

namespace Countersign\Plugin\Doors;

use Countersign\OAuth;
use Countersign\OAuthReply;
use Countersign\Plugin\Connections\Grants;
use Countersign\Plugin\Http\Request;
use Countersign\Plugin\Http\Response;
use Countersign\Plugin\OAuth\Clients;
use Countersign\Plugin\Site\Extension;
use Countersign\Plugin\Site\Failure;
use Countersign\Plugin\Site\Json;
use Countersign\Plugin\Site\Urls;

defined( 'ABSPATH' ) || exit;

/**
 * The OAuth authorization endpoint: sends a person to the consent page, but only with a request that the extension accepts from
 * a client that it knows. All other requests are refused here, before anybody sees a login form. Nothing is changed or recorded.
 */
final class AuthorizeEndpoint {

	public function __construct(
		private readonly Extension $extension,
		private readonly Clients $clients,
		private readonly Grants $grants,
	) {}

	/**
	 * Answers the request. The response has no CORS headers, since a person's browser follows it and no script.
	 *
	 * @throws \Countersign\Exception If the extension's keys or store cannot be used.
	 * @throws Failure                If the database cannot be read.
	 */
	public function handle( Request $request ): Response {
		$query = self::query( $request->query );
		if ( strlen( $query ) > Urls::MAX_QUERY ) {
			return self::too_long();
		}
		$reply = $this->refusal( $query );
		if ( null !== $reply ) {
			return Response::of( $reply );
		}
		if ( ! LoginRoad::is_known_to_person() ) {
			return Page::login_first();
		}
		return new Response( 302, [ 'Location' => Urls::consent( $query ) ] + Response::NO_STORE );
	}

	/**
	 * Returns the refusal of a request, or null if a person may see it. A client that describes itself in a metadata document is
	 * known by the form of its id and of its redirect address: the document is fetched only for people who may decide. The error of
	 * an approved client goes back to the client, and that too only after a login.
	 */
	private function refusal( string $query ): ?OAuthReply {
		$id = OAuth::clientId( $query ) ?? '';
		if ( OAuth::isMetadataDocument( $id ) ) {
			return $this->extension->oauth()->precheck( $query );
		}
		$reply = $this->extension->oauth()->authorize( $query, $this->clients->find( $id ), $this->grants->approved( $id ), null );
		return $reply instanceof OAuthReply && null === $reply->redirect() ? $reply : null;
	}

	/**
	 * Returns the client's query without WordPress's own parameter, which comes first on sites with plain permalinks. Some clients
	 * append `?` to any address.
	 */
	private static function query( string $query ): string {
		return (string) preg_replace( '~^rest_route=[^&?]*[&?]?~', '', $query );
	}

	/**
	 * Returns a response of this endpoint as its reader understands it: an error is a page for a browser, and stays JSON for a
	 * program, which may then register anew.
	 */
	public static function for_reader( Request $request, Response $response ): Response {
		$error = $response->status >= 400 && str_contains( strtolower( $request->header( 'Accept' ) ), 'text/html' ) ? Json::decode( $response->body ) : [];
		return isset( $error['reason'] ) ? Page::refused( $response->status, (string) $error['reason'], (string) ( $error['error_description'] ?? '' ) ) : $response;
	}

	private static function too_long(): Response {
		$json = Json::encode(
			[
				'error'             => 'invalid_request',
				'error_description' => sprintf( 'The authorization request is longer than %d bytes.', Urls::MAX_QUERY ),
				'reason'            => 'oauth_request_invalid',
			]
		);
		return new Response( 400, [ 'Content-Type' => 'application/json' ] + Response::NO_STORE, $json );
	}
}

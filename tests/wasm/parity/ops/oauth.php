<?php
/** The authorization server. */

declare(strict_types=1);

use Countersign\Decision;
use Countersign\OAuth;
use Countersign\OAuthReply;
use Countersign\OAuthRequest;

return static function ( ParitySite $site ): array {
	$oauth   = new OAuth( $site->keyring, json_encode( $site->constants['oauth']['settings'] ?? array() ) );
	$reply   = static fn( OAuthReply $reply ) => array(
		$reply->status(), array_map( ParitySite::steady( ... ), $reply->headers() ), ParitySite::steady( $reply->body() ), array( $reply->decision()->reason(), $reply->decision()->message() ), $reply->detail(),
		ParitySite::steady( $reply->redirect() ), ParitySite::steady( $reply->client() ), ParitySite::steady( $reply->change() ), ParitySite::steady( $reply->entry() ),
	);
	$request = static fn( OAuthRequest|OAuthReply $answer ) => $answer instanceof OAuthReply ? $reply( $answer ) : array(
		$answer->clientId(), $answer->clientName(), $answer->documentHost(), $answer->leavesDocumentHost(), $answer->redirectHost(), $answer->redirectScheme(), $answer->origins(),
		$answer->isLoopback(), $answer->client(), $answer->toJson(), ParitySite::steady( $answer->approve( 7 ) ), $answer->refuse(), $answer->refuseAsked(), $answer->facts(),
	);
	// Each request has an address of its own, so that none counts under the limit of another.
	$number  = 0;
	$address = static function () use ( &$number ): string {
		++$number;
		return sprintf( '198.%d.%d.%d', 51 + ( $number >> 16 ), ( $number >> 8 ) & 255, $number & 255 );
	};
	$connection = '{"epoch":0,"groups":["read"],"state":"active","state_reason":"","user":1}';
	$judged     = static function ( string $kind, callable $ask ) use ( $reply ): mixed {
		$answer = $ask();
		return $answer instanceof OAuthReply ? $reply( $answer ) : array( $kind, $answer );
	};
	return array(
		'oauth_authorize' => static fn( string $query ) => array( OAuth::clientId( $query ), $request( $oauth->authorize( $query ) ), ( $early = $oauth->precheck( $query ) ) ? $reply( $early ) : null ),
		'redirect_uri'    => static function ( string $id, string $presented, string $state ) use ( $oauth, $request ): array {
			$query = http_build_query( array( 'response_type' => 'code', 'client_id' => $id, 'redirect_uri' => $presented, 'state' => $state, 'code_challenge' => 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM', 'code_challenge_method' => 'S256' ) );
			return array( $oauth->registeredClient( $id ), $request( $oauth->authorize( $query ) ) );
		},
		'oauth_register'  => static fn( string $body ) => $reply( $oauth->register( $body, $site->store, $address() ) ),
		'client_document' => static fn( string $query, string $document ) => $request( $oauth->authorize( $query, null, null, $document ) ),
		'client_id'       => static fn( string $id ) => array( OAuth::isMetadataDocument( $id ), $oauth->registeredClient( $id ) ),
		'oauth_token'     => static function ( string $body, string $authorization, int $id, string $grant, string $counters ) use ( $oauth, $site, $reply, $address, $connection, $judged ): mixed {
			$request = $oauth->token( $body, $authorization, null, $site->store, $address() );
			if ( $request instanceof OAuthReply ) {
				return $reply( $request );
			}
			return $judged( "{$request->grantType()} {$request->grantId()}", static fn() => $request->redeem( $site->record( 'grant', $id, $grant ), $site->record( 'connection', $id, $connection ), $counters ) );
		},
		'assertion'       => static function ( string $body, string $client, ?string $keys ) use ( $oauth, $site, $reply, $address ): array {
			$record = $site->records()->open( 'client', 5, $client );
			$answer = $oauth->token( $body, '', $record, $site->store, $address(), $keys );
			return array( $record instanceof Decision ? $record : null, $oauth->keysAddress( $body, $record ), $answer instanceof OAuthReply ? $reply( $answer ) : 'accepted' );
		},
		'oauth_revoke'    => static function ( string $body, string $authorization, int $id, string $grant, string $counters ) use ( $oauth, $site, $reply, $address, $connection, $judged ): mixed {
			$request = $oauth->revoke( $body, $authorization, null, $site->store, $address() );
			if ( $request instanceof OAuthReply ) {
				return $reply( $request );
			}
			return $judged( "{$request->grantId()} {$request->connectionId()}", static fn() => $request->decide( $site->record( 'grant', $id, $grant ), $site->record( 'connection', $id, $connection ), $counters ) );
		},
		'oauth_form'      => static fn( string $body, ?string $authorization ) => array( OAuth::clientId( $body, $authorization ), OAuth::clientId( '', $authorization ) ),
		'oauth_names'     => static fn( string $name, string $piece ) => array( OAuth::cleanName( $name ), OAuth::cleanName( $name . $piece . $name ), OAuth::isAppScheme( $name ), OAuth::isMetadataDocument( $name ) ),
		'oauth_settings'  => static function ( string $settings ) use ( $site ): array {
			$oauth = new OAuth( $site->keyring, $settings );
			return array( $oauth->resourceMetadata(), $oauth->serverMetadata(), null === $oauth->checkTransport() );
		},
	);
};

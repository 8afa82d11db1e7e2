<?php
/**
 * Who: anybody who wants a client that this site did not register, such as one with another redirect address.
 * Has: genuine client ids and secrets of their own, also of another site and of keys that were replaced.
 * Does: changes, cuts and mixes them, and asks for authorization and for tokens.
 * Gets: an error page without a redirect, and `invalid_client` with the reason `client_unknown`. Nothing is stored.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Keyring;
use Countersign\OAuth;
use Countersign\Plugin\Plugin;
use Countersign\Tests\AuditTrail;
use Countersign\Tests\Http;
use Countersign\Tests\OAuthClient;
use Countersign\Tests\Person;
use Countersign\Tests\Site;
use Countersign\Tests\TestCase;

/** Only the client ids that this site issued with its current keys are clients. */
final class ForgedClientIdTest extends TestCase {

	/** @return array<string, string> */
	private static function forgeries( string $id ): array {
		$bytes   = (string) base64_decode( strtr( substr( $id, 4 ), '-_', '+/' ), true );
		$encode  = static fn( string $bytes ): string => 'csc_' . rtrim( strtr( base64_encode( $bytes ), '+/', '-_' ), '=' );
		$changed = [];
		foreach ( [ 0, 1, 5, 12, 20, 40, strlen( $bytes ) - 17, strlen( $bytes ) - 1 ] as $at ) {
			$changed[ "a bit of byte $at" ] = $encode( substr_replace( $bytes, chr( ord( $bytes[ $at ] ) ^ 1 ), $at, 1 ) );
		}
		$evil = substr( $bytes, 0, -16 );
		return $changed + [
			'another address'     => $encode( str_replace( ':7799', ':7798', $bytes ) ),
			'without the MAC'     => $encode( $evil ),
			'a MAC of zeros'      => $encode( $evil . str_repeat( "\0", 16 ) ),
			'a hash for the MAC'  => $encode( $evil . substr( hash( 'sha256', $evil, true ), 0, 16 ) ),
			'a shorter text'      => substr( $id, 0, -1 ),
			'a longer text'       => $id . 'A',
			'padding'             => $id . '=',
			'the form of old ids' => 'csc_' . str_repeat( 'A', 22 ),
			'only the beginning'  => 'csc_',
		];
	}

	private static function issued_with( Keyring $keyring ): string {
		$settings = json_encode( array_fill_keys( [ 'issuer', 'resource', 'resource_metadata', 'authorization_endpoint', 'token_endpoint', 'registration_endpoint', 'revocation_endpoint' ], 'https://other.example/x' ) + [ 'secure' => true, 'allow_http' => false ] );
		$body     = json_encode( [ 'redirect_uris' => [ OAuthClient::REDIRECT ], 'token_endpoint_auth_method' => 'none' ] );
		$reply    = ( new OAuth( $keyring, $settings ) )->register( $body, Plugin::composition()->extension()->store(), Http::stranger() );
		return json_decode( $reply->body(), true )['client_id'];
	}

	public function test_a_forged_client_id_is_an_unknown_client(): void {
		$mine     = OAuthClient::registered( [ 'token_endpoint_auth_method' => 'client_secret_post' ] );
		$material = AUTH_KEY . AUTH_SALT;
		$site     = Plugin::composition()->settings()->site_id();
		self::assertNotNull( Plugin::composition()->extension()->oauth()->registeredClient( self::issued_with( Keyring::open( $site, $material ) ) ), 'the keys of this site' );
		$forged = self::forgeries( $mine->id ) + [
			'another site'  => self::issued_with( Keyring::open( 'ffffffffffffffff', $material ) ),
			'replaced keys' => self::issued_with( Keyring::open( $site, random_bytes( 64 ) ) ),
		];
		Site::settings( [ 'ip_limit' => [ 'max' => 256, 'window' => 1 ] ] + Site::ROOMY );
		[ $before, $size, $from ] = [ Site::digest(), AuditTrail::size(), Http::stranger() ];
		foreach ( $forged as $what => $id ) {
			$client = OAuthClient::with_id( $id, $mine->secret );
			$answer = OAuthClient::token( $client->refreshing( 'csrt_x' ), $from );
			self::assertSame( [ 401, 'invalid_client' ], [ $answer->status, $answer->json()['error'] ], $what );
			$page = $client->consent_page( Person::of( 'admin' ) );
			self::assertNull( $page->header( 'Location' ), $what );
			self::assertSame( [], Person::forms( $page->body ), $what );
		}
		self::assertSame( $before, Site::digest() );
		self::assertRecorded( [ 'refusal oauth.token denied client_unknown' ], $size );
	}

	public function test_the_secret_of_one_client_is_not_that_of_another(): void {
		[ $mine, $other ] = [ OAuthClient::registered( [ 'token_endpoint_auth_method' => 'client_secret_post' ] ), OAuthClient::registered( [ 'token_endpoint_auth_method' => 'client_secret_post' ] ) ];
		self::assertNotSame( $mine->secret, $other->secret );
		$tokens = $mine->tokens( [ 'preset' => 'read_only' ] );
		foreach ( [ $other->secret, substr( (string) $mine->secret, 0, -1 ), $mine->secret . 'A', '' ] as $secret ) {
			$answer = OAuthClient::token( array_filter( OAuthClient::with_id( $mine->id, $secret )->refreshing( $tokens['refresh_token'] ) ) );
			self::assertSame( [ 401, 'invalid_client' ], [ $answer->status, $answer->json()['error'] ] );
		}
		self::assertSame( 200, OAuthClient::token( $mine->refreshing( $tokens['refresh_token'] ) )->status );
	}
}

<?php
/**
 * Attacker: somebody who has a code or a refresh token of a client that signs its requests, for example from a log of its server.
 * Has: the client id, the token, and an assertion that the client has used.
 * Does: uses the token without an assertion, with a used one, with one of another key or another algorithm, with a key of their
 *   own in the header, and while the client's keys cannot be fetched. A stranger without a token makes the site fetch keys.
 * Gets: `invalid_client`, or 503 while the keys cannot be fetched. The client goes on. Nothing is fetched for the stranger.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Plugin\Site\Urls;
use Countersign\Tests\Agent;
use Countersign\Tests\OAuthClient;
use Countersign\Tests\Site;
use Countersign\Tests\TestCase;

/** The tokens of a client with a key of its own. */
final class ClientAssertionTest extends TestCase {

	private const DOCUMENT = 'https://client.example/client.json';
	private const KEYS     = 'https://client.example/keys.json';

	/** @return array{string, array<string, string>} The secret key, and the public one as JWK. */
	private static function key(): array {
		$pair = sodium_crypto_sign_keypair();
		return [ sodium_crypto_sign_secretkey( $pair ), [ 'kty' => 'OKP', 'crv' => 'Ed25519', 'x' => self::encoded( sodium_crypto_sign_publickey( $pair ) ) ] ];
	}

	private static function encoded( string $bytes ): string {
		return rtrim( strtr( base64_encode( $bytes ), '+/', '-_' ), '=' );
	}

	/** @param array<string, mixed> $header @param array<string, mixed> $claims */
	private static function assertion( string $secret, array $header = [], array $claims = [] ): string {
		// The clock of the client is 40 seconds ahead. A store that was opened just now accepts only what was issued since.
		$claims += [ 'iss' => self::DOCUMENT, 'sub' => self::DOCUMENT, 'aud' => Urls::issuer(), 'exp' => time() + 300, 'iat' => time() + 40, 'jti' => bin2hex( random_bytes( 8 ) ) ];
		$message = self::encoded( json_encode( $header + [ 'alg' => 'EdDSA' ] ) ) . '.' . self::encoded( json_encode( $claims ) );
		return $message . '.' . self::encoded( sodium_crypto_sign_detached( $message, $secret ) );
	}

	/** @return array<string, string> */
	private static function with( ?string $assertion ): array {
		return null === $assertion ? [] : [ 'client_assertion' => $assertion, 'client_assertion_type' => 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer' ];
	}

	/** @param array<string, mixed> $jwk */
	private static function publish( array $jwk ): void {
		$document = [ 'client_id' => self::DOCUMENT, 'client_name' => 'Signs', 'redirect_uris' => [ OAuthClient::REDIRECT ], 'token_endpoint_auth_method' => 'private_key_jwt', 'jwks_uri' => self::KEYS ];
		update_option( 'fixture_documents', [ self::DOCUMENT => [ 'body' => wp_json_encode( $document ) ], self::KEYS => [ 'body' => wp_json_encode( [ 'keys' => [ $jwk ] ] ), 'headers' => [ 'content-type' => 'application/jwk-set+json' ] ] ] );
	}

	private static function fetches(): int {
		$file = Site::folder() . '/tmp/fetched';
		return is_file( $file ) ? substr_count( (string) file_get_contents( $file ), self::KEYS ) : 0;
	}

	public function test_a_token_is_worth_nothing_without_the_key(): void {
		[ $secret, $jwk ] = self::key();
		[ $theirs, $evil ] = self::key();
		self::publish( $jwk );
		$client = OAuthClient::described_at( self::DOCUMENT );
		$form   = $client->redeeming( $client->code() );
		$used   = self::assertion( $secret );
		$tokens = OAuthClient::token( self::with( $used ) + $form )->json();
		( new Agent( OAuthClient::newest(), $tokens['access_token'] ) )->do( 'whoami' );
		$refresh = $client->refreshing( $tokens['refresh_token'] );
		$fetches = self::fetches();
		foreach ( [
			'no assertion'         => null,
			'a used assertion'     => $used,
			'another key'          => self::assertion( $theirs ),
			'a key of their own'   => self::assertion( $theirs, [ 'jwk' => $evil ] ),
			'no signature'         => self::assertion( $theirs, [ 'alg' => 'none' ] ),
			'a shared secret'      => self::assertion( $theirs, [ 'alg' => 'HS256' ] ),
			'another site'         => self::assertion( $secret, [], [ 'aud' => 'https://elsewhere.example' ] ),
			'an old assertion'     => self::assertion( $secret, [], [ 'exp' => time() - 1 ] ),
			'one for ever'         => self::assertion( $secret, [], [ 'exp' => time() + 86400 ] ),
			'for another client'   => self::assertion( $secret, [], [ 'sub' => 'https://evil.example/client.json' ] ),
		] as $what => $assertion ) {
			$answer = OAuthClient::token( self::with( $assertion ) + $refresh );
			self::assertSame( [ 401, 'invalid_client' ], [ $answer->status, $answer->json()['error'] ], "$what: $answer->body" );
		}
		self::assertGreaterThan( $fetches, self::fetches() );
		// While the keys cannot be fetched, the client keeps its tokens.
		update_option( 'fixture_documents', [] );
		$later = OAuthClient::token( self::with( self::assertion( $secret ) ) + $refresh );
		self::assertSame( [ 503, 'fetch_failed' ], [ $later->status, $later->reason() ] );
		self::publish( $jwk );
		self::assertSame( 200, OAuthClient::token( self::with( self::assertion( $secret ) ) + $refresh )->status );
	}

	public function test_a_stranger_makes_the_site_fetch_nothing(): void {
		[ $secret, $jwk ] = self::key();
		self::publish( $jwk );
		$client = OAuthClient::described_at( self::DOCUMENT );
		$client->tokens();
		$fetches = self::fetches();
		foreach ( [ 'csac_x', '' ] as $code ) {
			OAuthClient::token( self::with( self::assertion( $secret ) ) + array_filter( $client->redeeming( $code ) ) );
		}
		OAuthClient::token( self::with( self::assertion( $secret ) ) + $client->refreshing( 'csrt_x' ) );
		self::assertSame( $fetches, self::fetches() );
	}
}

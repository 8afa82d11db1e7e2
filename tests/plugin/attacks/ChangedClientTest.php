<?php
/**
 * Who: A, who writes rows of the database.
 * Has: a stored client, and a site of its own for stolen codes.
 * Does: writes its redirect URI into the column with the client, then into the record, and then removes the record.
 * Gets: The column has no effect. With a changed or removed record, the client is refused until a person connects it again.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Plugin\Site\Json;
use Countersign\Tests\Http;
use Countersign\Tests\OAuthClient;
use Countersign\Tests\Person;
use Countersign\Tests\RecordAttack;
use Countersign\Tests\Site;

/** A stored client is what its record says. */
final class ChangedClientTest extends RecordAttack {

	private static function asks_for_consent( OAuthClient $client, string $redirect ): bool {
		$page = $client->consent_page( Person::of( 'admin' ), [ 'redirect_uri' => $redirect ] );
		self::assertNull( $page->header( 'Location' ) );
		return [] !== array_filter( Person::forms( $page->body ), static fn( array $form ): bool => isset( $form['preset'] ) );
	}

	public function test_a_written_redirect_uri_is_not_used(): void {
		$client = OAuthClient::registered();
		$tokens = $client->tokens( [ 'preset' => 'read_only' ] );
		$key    = hash( 'sha256', $client->id );
		$row    = self::row( 'oauth_clients', $key );
		$evil   = 'https://evil.example/';
		self::write( 'oauth_clients', $key, [ 'client' => Json::encode( [ 'redirect_uris' => [ $evil ] ] + Json::decode( $row['client'] ) ) ] );
		self::assertFalse( self::asks_for_consent( $client, $evil ) );
		self::assertTrue( self::asks_for_consent( $client, OAuthClient::REDIRECT ) );
		$flipped = substr_replace( (string) $row['record'], 'A' === $row['record'][90] ? 'B' : 'A', 90, 1 );
		self::write( 'oauth_clients', $key, [ 'record' => $flipped ] );
		self::assertFalse( self::asks_for_consent( $client, $evil ) );
		$answer = OAuthClient::token( $client->refreshing( $tokens['refresh_token'] ) );
		self::assertGreaterThanOrEqual( 400, $answer->status, $answer->body );
		self::write( 'oauth_clients', $key, [ 'record' => $row['record'] ] );
		self::assertSame( 200, OAuthClient::token( $client->refreshing( $tokens['refresh_token'] ) )->status );
	}
}

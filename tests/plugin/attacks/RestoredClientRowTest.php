<?php
/**
 * Who: somebody who restores rows of the table of clients from a backup, or swaps them.
 * Has: the row of a client that registered before client ids contained their registration.
 * Does: restores it, and puts it or another client in the place of a newer row.
 * Gets: the old client is none until an administrator has sealed its row; then it works as before, with the secret whose hash
 * is stored. A row in the place of another client has no effect.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Plugin\Plugin;
use Countersign\Plugin\Records\Migration;
use Countersign\Tests\Http;
use Countersign\Tests\OAuthClient;
use Countersign\Tests\Person;
use Countersign\Tests\Site;
use Countersign\Tests\TestCase;

/** A stored client is the client with its own id and secret, and no other. */
final class RestoredClientRowTest extends TestCase {

	private static function stored( string $id, ?string $secret, string $redirect = OAuthClient::REDIRECT ): string {
		return json_encode(
			[
				'client_id'                  => $id,
				'client_name'                => 'An old client',
				'redirect_uris'              => [ $redirect ],
				'grant_types'                => [ 'authorization_code', 'refresh_token' ],
				'token_endpoint_auth_method' => null === $secret ? 'none' : 'client_secret_post',
			] + ( null === $secret ? [] : [ 'secret_hash' => hash( 'sha256', $secret ) ] ) + [ 'source' => 'registration' ],
			JSON_UNESCAPED_SLASHES
		);
	}

	private static function old_id(): string {
		return 'csc_' . rtrim( strtr( base64_encode( random_bytes( 16 ) ), '+/', '-_' ), '=' );
	}

	/** Stores an old connection of a client, with its grant, which an administrator can take over together with the client. */
	private static function plant_connection( string $client ): void {
		global $wpdb;
		$table = Site::table( 'connections' );
		$row   = $wpdb->get_row( $wpdb->prepare( "SELECT * FROM $table WHERE id = %d", Site::connect( preset: 'read_only' )->id ), ARRAY_A ); // phpcs:ignore
		$old   = random_int( 1, PHP_INT_MAX );
		$grant = [ 'id' => $old, 'connection_id' => $old, 'client' => hash( 'sha256', $client ), 'request' => wp_json_encode( [ 'client_id' => $client ] ), 'generation' => -1, 'branch' => 0, 'rotated_at' => 0, 'created_at' => 1, 'version' => 0 ];
		if ( ! $wpdb->insert( $table, [ 'id' => $old, 'record' => null, 'version' => 0 ] + $row ) || ! $wpdb->insert( Site::table( 'grants' ), $grant ) ) {
			throw new \RuntimeException( $wpdb->last_error );
		}
	}

	public function test_an_old_row_works_with_its_stored_secret_only(): void {
		[ $id, $secret ] = [ self::old_id(), 'cscs_' . bin2hex( random_bytes( 16 ) ) ];
		$GLOBALS['wpdb']->insert( Site::table( 'oauth_clients' ), [ 'id' => hash( 'sha256', $id ), 'client_id' => $id, 'client' => self::stored( $id, $secret ), 'source' => 'registration', 'created_at' => time() ] );
		self::plant_connection( $id );
		$client = OAuthClient::with_id( $id, $secret );
		$page   = $client->consent_page( Person::of( 'admin' ) );
		self::assertSame( [], array_filter( Person::forms( $page->body ), static fn( array $form ): bool => isset( $form['preset'] ) ), 'a row that was never sealed is no client' );
		$migration = Plugin::composition()->records_migration();
		self::assertNull( $migration->seal( Migration::digest( [] ) ), 'not what an administrator has seen' );
		$pending = $migration->pending();
		self::assertContains( hash( 'sha256', $id ), array_column( $pending, 'key' ) );
		self::assertSame( count( $pending ), $migration->seal( Migration::digest( $pending ) ) );
		$tokens = $client->tokens( [ 'preset' => 'read_only' ] );
		self::assertSame( 200, OAuthClient::token( $client->refreshing( $tokens['refresh_token'] ) )->status );
		// A secret that is derived for another id proves nothing here.
		$newer = OAuthClient::registered( [ 'token_endpoint_auth_method' => 'client_secret_post' ] );
		foreach ( [ null, $newer->secret, hash( 'sha256', $secret ) ] as $wrong ) {
			self::assertSame( 401, OAuthClient::token( OAuthClient::with_id( $id, $wrong )->refreshing( $tokens['refresh_token'] ) )->status );
		}
	}

	public function test_a_row_in_the_place_of_another_client_is_no_client(): void {
		global $wpdb;
		$client = OAuthClient::registered();
		$tokens = $client->tokens( [ 'preset' => 'read_only' ] );
		$row    = [ 'client' => self::stored( self::old_id(), null, 'https://evil.example/' ) ];
		$wpdb->update( Site::table( 'oauth_clients' ), $row, [ 'id' => hash( 'sha256', $client->id ) ] );
		$answer = OAuthClient::token( $client->refreshing( $tokens['refresh_token'] ) );
		$before = Site::digest();
		self::assertSame( 200, $answer->status, 'the column decides nothing' );
		$page = $client->consent_page( Person::of( 'admin' ), [ 'redirect_uri' => 'https://evil.example/' ] );
		self::assertNull( $page->header( 'Location' ) );
		self::assertSame( [], Person::forms( $page->body ) );
		self::assertSame( $before, Site::digest() );
	}

	public function test_a_client_whose_row_was_lost_is_still_registered(): void {
		global $wpdb;
		$client = OAuthClient::registered();
		$client->tokens( [ 'preset' => 'read_only' ] );
		$wpdb->delete( Site::table( 'oauth_clients' ), [ 'id' => hash( 'sha256', $client->id ) ] );
		self::assertArrayHasKey( 'access_token', $client->tokens( [ 'preset' => 'read_only' ] ) );
	}
}

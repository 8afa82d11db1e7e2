<?php
/**
 * Who: A, who writes rows of the database.
 * Has: the refresh token of a weak connection, and the id of a strong one.
 * Does: writes the id of the strong connection into the row of the grant, then the request and the client too.
 * Gets: Tokens of the weak connection, as before: the grant's record names its connection.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Tests\Agent;
use Countersign\Tests\OAuthClient;
use Countersign\Tests\RecordAttack;
use Countersign\Tests\Site;

/** The connection of a grant is that of its record. */
final class RepointedGrantTest extends RecordAttack {

	public function test_a_grant_belongs_to_its_own_connection(): void {
		global $wpdb;
		$client = OAuthClient::registered();
		$tokens = $client->tokens( [ 'preset' => 'read_only' ] );
		$weak   = OAuthClient::newest();
		$strong = Site::connect( 'admin', 'full_access' );
		$grant  = (int) $wpdb->get_var( $wpdb->prepare( 'SELECT id FROM ' . Site::table( 'grants' ) . ' WHERE connection_id = %d', $weak ) ); // phpcs:ignore
		self::write( 'grants', $grant, [ 'connection_id' => $strong->id ] );
		$fresh = OAuthClient::token( $client->refreshing( $tokens['refresh_token'] ) )->json();
		self::assertSame( $weak, ( new Agent( $weak, $fresh['access_token'] ) )->do( 'whoami' )['connection']['id'] );
		self::write( 'grants', $grant, [ 'request' => '{}', 'client' => str_repeat( '0', 64 ), 'created_at' => 0 ] );
		$fresh = OAuthClient::token( $client->refreshing( $fresh['refresh_token'] ) )->json();
		self::assertSame( $weak, ( new Agent( $weak, $fresh['access_token'] ) )->do( 'whoami' )['connection']['id'] );
		// The column cannot hide the grant from the revocation of its own token either.
		self::assertSame( 200, $client->revoke( $fresh['refresh_token'] )->status );
		self::assertTrue( ( new Agent( $weak ) )->connection()->is_revoked() );
		self::assertFalse( $strong->connection()->is_revoked() );
	}
}

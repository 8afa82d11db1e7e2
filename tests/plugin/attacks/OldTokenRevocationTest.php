<?php
/**
 * Who: whoever found old tokens of a connection that is in use.
 * Has: an access token of an earlier epoch, the refresh tokens that were replaced, and the client id.
 * Does: revokes them again and again.
 * Gets: 200 each time. The fresh access token and the latest refresh token go on working, and nothing is recorded.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Plugin\Connections\Connection;
use Countersign\Tests\Agent;
use Countersign\Tests\AuditTrail;
use Countersign\Tests\OAuthClient;
use Countersign\Tests\Site;
use Countersign\Tests\TestCase;

/** Nobody ends a connection, or its fresh access tokens, with an old token. */
final class OldTokenRevocationTest extends TestCase {

	public function test_an_old_access_token_does_not_end_fresh_ones(): void {
		$client = OAuthClient::registered();
		$old    = $client->tokens( [ 'preset' => 'read_only' ] );
		$from   = AuditTrail::size();
		self::assertSame( 200, $client->revoke( $old['access_token'] )->status );
		self::assertRecorded( [ 'oauth oauth.access_revoked ok' ], $from );
		$fresh = OAuthClient::token( $client->refreshing( $old['refresh_token'] ) )->json();
		$agent = new Agent( OAuthClient::newest(), $fresh['access_token'] );
		[ $size, $before ] = [ AuditTrail::size(), Site::digest() ];
		for ( $i = 0; $i < 10; $i++ ) {
			self::assertSame( 200, $client->revoke( $old['access_token'] )->status );
		}
		self::assertSame( [ $size, $before ], [ AuditTrail::size(), Site::digest() ] );
		$agent->do( 'whoami' );
		self::assertSame( 1, $agent->connection()->epoch );
	}

	public function test_a_replaced_refresh_token_does_not_end_the_connection(): void {
		$client = OAuthClient::registered();
		$first  = $client->tokens( [ 'preset' => 'read_only' ] );
		$second = OAuthClient::token( $client->refreshing( $first['refresh_token'] ) )->json();
		$third  = OAuthClient::token( $client->refreshing( $second['refresh_token'] ) )->json();
		$agent  = new Agent( OAuthClient::newest(), $third['access_token'] );
		[ $size, $before ] = [ AuditTrail::size(), Site::digest() ];
		self::assertSame( 200, $client->revoke( $first['refresh_token'] )->status );
		self::assertSame( [ $size, $before ], [ AuditTrail::size(), Site::digest() ] );
		self::assertSame( Connection::ACTIVE, $agent->connection()->state );
		$agent->do( 'whoami' );
		self::assertSame( 200, OAuthClient::token( $client->refreshing( $third['refresh_token'] ) )->status );
	}

	public function test_another_client_revokes_nothing(): void {
		$client = OAuthClient::registered();
		$tokens = $client->tokens( [ 'preset' => 'read_only' ] );
		$other  = OAuthClient::registered();
		[ $size, $before ] = [ AuditTrail::size(), Site::digest() ];
		foreach ( $tokens as $name => $token ) {
			if ( str_ends_with( $name, '_token' ) ) {
				self::assertSame( 200, $other->revoke( $token )->status );
			}
		}
		self::assertSame( [ $size, $before ], [ AuditTrail::size(), Site::digest() ] );
	}
}

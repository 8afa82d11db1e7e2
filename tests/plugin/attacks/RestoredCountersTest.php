<?php
/**
 * Who: A, who restores rows from a copy of the database.
 * Has: the row of a grant from before the client refreshed its tokens twice.
 * Does: puts it back; then the honest client refreshes.
 * Gets: 503 for the client, which keeps its token. The connection is paused with `record_rolled_back`, and not ended as if the token had been stolen. After a person has resumed it, the client goes on with the token that it has.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Plugin\Connections\Connection;
use Countersign\Tests\Agent;
use Countersign\Tests\AuditTrail;
use Countersign\Tests\OAuthClient;
use Countersign\Tests\RecordAttack;
use Countersign\Tests\Site;

/** A token that is ahead of its grant pauses the connection. */
final class RestoredCountersTest extends RecordAttack {

	public function test_an_honest_client_is_not_punished(): void {
		global $wpdb;
		$client = OAuthClient::registered();
		$tokens = $client->tokens();
		$id     = OAuthClient::newest();
		$grant  = (int) $wpdb->get_var( $wpdb->prepare( 'SELECT id FROM ' . Site::table( 'grants' ) . ' WHERE connection_id = %d', $id ) ); // phpcs:ignore
		$old    = self::row( 'grants', $grant );
		foreach ( range( 1, 2 ) as $ignored ) {
			$tokens = OAuthClient::token( $client->refreshing( $tokens['refresh_token'] ) )->json();
		}
		self::restore( 'grants', $old );
		$size   = AuditTrail::size();
		$answer = OAuthClient::token( $client->refreshing( $tokens['refresh_token'] ) );
		self::assertSame( [ 503, 'record_rolled_back' ], [ $answer->status, $answer->reason() ], $answer->body );
		$connection = ( new Agent( $id ) )->connection();
		self::assertSame( [ Connection::PAUSED, 'record_rolled_back' ], [ $connection->state, $connection->state_reason ] );
		self::assertContains( 'record_rolled_back', array_column( AuditTrail::since( $size ), 'reason' ) );
		self::manager()->resume( $connection );
		$fresh = OAuthClient::token( $client->refreshing( $tokens['refresh_token'] ) );
		self::assertSame( 200, $fresh->status, $fresh->body );
		( new Agent( $id, $fresh->json()['access_token'] ) )->do( 'whoami' );
	}
}

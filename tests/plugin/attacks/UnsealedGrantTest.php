<?php
/**
 * Who: A, who writes rows of the database.
 * Has: rows of grants and clients without records, for example old ones that ended before there were records.
 * Does: has them name a connection that is sealed, so that the administrator takes them over without seeing them; or hides a row of its
 *       own behind many that look right.
 * Gets: nothing: grants and clients are taken over only with a connection that the page shows, and it shows all.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Plugin\OAuth\Clients;
use Countersign\Plugin\Plugin;
use Countersign\Tests\OAuthClient;
use Countersign\Tests\Person;
use Countersign\Tests\Site;
use Countersign\Tests\StateTest;

/** What the administrator does not see is not taken over. */
final class UnsealedGrantTest extends StateTest {

	public function test_a_grant_is_not_added_to_a_sealed_connection(): void {
		global $wpdb;
		$strong = Site::connect( 'admin', 'full_access' );
		$client = OAuthClient::registered();
		$client->tokens( [ 'preset' => 'read_only' ] );
		$weak   = OAuthClient::newest();
		$grants = Site::table( 'grants' );
		$row    = $wpdb->get_row( "SELECT * FROM $grants WHERE connection_id = $weak", ARRAY_A );
		$own    = [ 'id' => 4244, 'connection_id' => $strong->id, 'record' => null, 'version' => 0 ] + $row;
		$known  = 'https://client.example/other';
		$wpdb->insert( $grants, $own );
		$wpdb->insert( Site::table( 'oauth_clients' ), [ 'id' => Clients::key( $known ), 'client_id' => $known, 'client' => wp_json_encode( [ 'client_id' => $known ] ), 'source' => 'document', 'created_at' => 1, 'version' => 0 ] );
		try {
			self::assertSame( [], Plugin::composition()->records_migration()->pending() );
			self::assertStringNotContainsString( 'Take over your connections', Person::of( 'admin' )->page( 'countersign' )->body );
		} finally {
			$wpdb->delete( $grants, [ 'id' => 4244 ] );
			$wpdb->delete( Site::table( 'oauth_clients' ), [ 'id' => Clients::key( $known ) ] );
		}
	}

	public function test_no_connection_hides_behind_others(): void {
		global $wpdb;
		$agent = Site::connect();
		$table = Site::table( 'connections' );
		$row   = $wpdb->get_row( "SELECT * FROM $table WHERE id = $agent->id", ARRAY_A );
		for ( $number = 1; $number <= 60; $number++ ) {
			$wpdb->insert( $table, [ 'id' => 5000 + $number, 'name' => "Planted $number.", 'record' => null, 'version' => 0 ] + $row );
		}
		try {
			$body = Person::of( 'admin' )->page( 'countersign' )->body;
			for ( $number = 1; $number <= 60; $number++ ) {
				self::assertStringContainsString( "Planted $number.", substr( $body, 0, (int) strpos( $body, 'countersign_take_over' ) ) );
			}
		} finally {
			$wpdb->query( "DELETE FROM $table WHERE id BETWEEN 5001 AND 5060" );
		}
	}
}

<?php
/**
 * Who: A, who restores the database of a site from before it moved to another machine.
 * Has: a connection that was active then, and a kill switch that was off. The new machine never had the witness of the old address.
 * Does: puts both back, keeps the new address, and waits until an administrator says that a backup was restored.
 * Gets: nothing: at another address, the restored database is a new beginning. All agents stay stopped, and the connection ends.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Plugin\Connections\Connection;
use Countersign\Plugin\Connections\KillSwitch;
use Countersign\Plugin\Plugin;
use Countersign\Plugin\Site\SealedOptions;
use Countersign\Tests\AuditTrail;
use Countersign\Tests\Person;
use Countersign\Tests\Site;
use Countersign\Tests\StateTest;

/** The database of another address decides nothing. */
final class RestoredElsewhereTest extends StateTest {

	public function test_a_database_from_before_a_move_lets_no_agent_continue(): void {
		global $wpdb;
		$agent  = Site::connect();
		$table  = Site::table( 'connections' );
		$before = array_map( Site::stored( ... ), [ SealedOptions::SITE => SealedOptions::SITE, SealedOptions::KILL_SWITCH => SealedOptions::KILL_SWITCH, SealedOptions::SETTINGS => SealedOptions::SETTINGS ] );
		$active = $wpdb->get_row( "SELECT * FROM $table WHERE id = $agent->id", ARRAY_A );
		$old    = self::witnesses();
		Site::plant( 'home', str_replace( '127.0.0.1', 'localhost', (string) Site::stored( 'home' ) ) );
		self::answer( 'Did this site move, or is it a copy?', 'countersign_moved' );
		array_map( unlink( ... ), $old );
		self::assertNull( self::state() );
		countersign_kill_switch( true );
		foreach ( $before as $option => $text ) {
			Site::plant( $option, $text );
		}
		$wpdb->update( $table, $active, [ 'id' => $agent->id ] );
		self::assertSame( 'record_rolled_back', self::state() );
		$page = Person::of( 'admin' )->page( 'countersign' )->body;
		self::assertStringContainsString( 'The database is that of another address', $page );
		$size = AuditTrail::size();
		self::answer( 'The database is older than it was before', 'countersign_restored' );
		self::assertNull( self::state() );
		self::assertTrue( countersign_kill_switch() );
		self::assertSame( KillSwitch::ON, Plugin::composition()->kill_switch()->state() );
		self::assertSame( 'record_foreign', Plugin::composition()->settings()->fault() );
		self::assertSame( [ Connection::REVOKED, 'record_foreign' ], [ $agent->connection()->state, $agent->connection()->state_reason ] );
		self::assertSame( [ 'system site.restored ok', 'system kill_switch.on ok' ], array_slice( AuditTrail::lines( $size ), 0, 2 ) );
	}
}

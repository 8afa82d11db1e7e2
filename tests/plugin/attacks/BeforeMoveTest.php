<?php
/**
 * Who: A, who restores the whole database from before the site moved, with the address that the site had then.
 * Has: a connection that was revoked after the move, and the kill switch that was off before it.
 * Does: puts the record of the site, the address, the kill switch and the connection back.
 * Gets: nothing: the witness of the old address has learned of the move, and of what was decided since.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Plugin\Plugin;
use Countersign\Plugin\Site\SealedOptions;
use Countersign\Tests\Agent;
use Countersign\Tests\Site;
use Countersign\Tests\StateTest;

/** A move cannot be undone by an old database. */
final class BeforeMoveTest extends StateTest {

	public function test_a_database_from_before_a_move_brings_nothing_back(): void {
		global $wpdb;
		$agent  = Site::connect();
		$table  = Site::table( 'connections' );
		$before = array_map( Site::stored( ... ), [ 'home' => 'home', SealedOptions::SITE => SealedOptions::SITE, SealedOptions::KILL_SWITCH => SealedOptions::KILL_SWITCH ] );
		$active = $wpdb->get_row( "SELECT * FROM $table WHERE id = $agent->id", ARRAY_A );
		Site::plant( 'home', str_replace( '127.0.0.1', 'localhost', (string) $before['home'] ) );
		self::answer( 'Did this site move, or is it a copy?', 'countersign_moved' );
		self::assertNull( self::state() );
		Plugin::composition()->manager()->revoke( $agent->connection() );
		countersign_kill_switch( true );
		foreach ( $before as $option => $text ) {
			Site::plant( $option, $text );
		}
		$wpdb->update( $table, $active, [ 'id' => $agent->id ] );
		self::assertSame( 'record_rolled_back', self::state() );
		self::assertRefused( 'record_rolled_back', $agent, 'whoami' );
		self::assertTrue( countersign_kill_switch() );
		// A person believes that a backup was restored.
		self::answer( 'The database is older than it was before', 'countersign_restored' );
		self::assertNull( self::state() );
		self::assertTrue( countersign_kill_switch(), 'the person who stopped all agents is obeyed' );
		self::assertFalse( countersign_kill_switch( false ) );
		$epoch = Plugin::composition()->extension()->records()->siteEpoch();
		self::assertRefused( 'record_rolled_back', new Agent( $agent->id, Agent::issue( $agent->id, $epoch ) ), 'whoami' );
	}
}

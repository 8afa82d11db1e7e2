<?php
/**
 * Who: A, who can decide on a copy of the site with the same keys, for example as an administrator of a test site, and writes rows of
 *      the database of the original.
 * Has: records that the copy sealed: a connection with all permissions, settings, and the kill switch, which is off.
 * Does: puts them into the database of the original.
 * Gets: nothing: a copy has a lineage of its own, and the original believes no record of another lineage.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Plugin\Plugin;
use Countersign\Plugin\Site\SealedOptions;
use Countersign\Tests\Agent;
use Countersign\Tests\AuditTrail;
use Countersign\Tests\Site;
use Countersign\Tests\StateTest;

/** What a copy decides holds on the copy only. */
final class CopyToOriginalTest extends StateTest {

	/** @return array<string, array{bool}> Whether the original has acknowledged a restore, so that it has an epoch too. */
	public function epochs(): array {
		return [
			'the first epoch' => [ false ],
			'a later epoch'   => [ true ],
		];
	}

	/** @dataProvider epochs */
	public function test_records_of_a_copy_are_not_believed( bool $is_later ): void {
		global $wpdb;
		if ( $is_later ) {
			Plugin::composition()->site_state()->restored();
			self::fresh();
		}
		$agent    = Site::connect( preset: 'read_only' );
		$epoch    = Plugin::composition()->extension()->records()->siteEpoch();
		$agent    = new Agent( $agent->id, Agent::issue( $agent->id, $epoch ) );
		$table    = Site::table( 'connections' );
		$original = array_map( Site::stored( ... ), [ 'home' => 'home', SealedOptions::SITE => SealedOptions::SITE, SealedOptions::KILL_SWITCH => SealedOptions::KILL_SWITCH, SealedOptions::SETTINGS => SealedOptions::SETTINGS ] );
		$row      = $wpdb->get_row( "SELECT * FROM $table WHERE id = $agent->id", ARRAY_A );
		// On the copy.
		Site::plant( 'home', str_replace( '127.0.0.1', 'localhost', (string) $original['home'] ) );
		self::fresh();
		Plugin::composition()->site_state()->copied();
		self::fresh();
		self::assertNull( self::state() );
		Site::settings( [ 'allow_widening' => true ] );
		self::fresh();
		$new = Site::connect( 'admin', 'full_access' );
		countersign_kill_switch( true );
		countersign_kill_switch( false );
		$off      = Site::stored( SealedOptions::KILL_SWITCH );
		$settings = Site::stored( SealedOptions::SETTINGS );
		// On the original again.
		foreach ( $original as $option => $text ) {
			Site::plant( $option, $text );
		}
		$wpdb->update( $table, $row, [ 'id' => $agent->id ] );
		self::fresh();
		self::assertNull( self::state() );
		$agent->do( 'whoami' );
		countersign_kill_switch( true );
		$on = Site::stored( SealedOptions::KILL_SWITCH );
		Site::plant( SealedOptions::KILL_SWITCH, $off );
		self::assertTrue( countersign_kill_switch() );
		Site::plant( SealedOptions::KILL_SWITCH, $on );
		countersign_kill_switch( false );
		Site::plant( SealedOptions::SETTINGS, $settings );
		self::assertSame( 'record_foreign', Plugin::composition()->settings()->fault() );
		self::assertFalse( Plugin::composition()->settings()->allow_widening() );
		$size = AuditTrail::size();
		self::assertRefused( 'invalid_token', new Agent( $new->id, Agent::issue( $new->id, $epoch ) ), 'whoami', [], 401 );
		self::assertSame( 'record_foreign', $new->connection()->fault );
		self::assertContains( 'record_foreign', array_column( AuditTrail::since( $size ), 'reason' ) );
	}
}

<?php
/**
 * Who: A, who can write options of the database.
 * Has: genuine records of other kinds and of another site with the same keys.
 * Does: stores them as the kill switch, and the kill switch as the settings and as the record of the site.
 * Gets: nothing: a record is good only for what it was sealed for.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Plugin\Audit\Log;
use Countersign\Plugin\Plugin;
use Countersign\Plugin\Site\SealedOptions;
use Countersign\Plugin\Site\Settings;
use Countersign\Tests\AuditTrail;
use Countersign\Tests\Site;
use Countersign\Tests\StateTest;

/** A record is good only for its kind and its site. */
final class KillSwitchSwappedTest extends StateTest {

	public function test_records_of_other_kinds_stop_agents(): void {
		$agent = Site::connect();
		foreach ( [ SealedOptions::SITE, SealedOptions::SETTINGS ] as $other ) {
			Site::plant( SealedOptions::KILL_SWITCH, Site::stored( $other ) );
			self::assertTrue( countersign_kill_switch(), $other );
		}
		global $wpdb;
		Site::plant( SealedOptions::KILL_SWITCH, $wpdb->get_var( $wpdb->prepare( 'SELECT record FROM ' . Site::table( 'connections' ) . ' WHERE id = %d', $agent->id ) ) );
		self::assertRefused( 'kill_switch', $agent, 'whoami' );
	}

	public function test_a_kill_switch_is_no_other_record(): void {
		$switch = Site::stored( SealedOptions::KILL_SWITCH );
		Site::plant( SealedOptions::SETTINGS, $switch );
		self::assertSame( 'record_forged', Plugin::composition()->settings()->fault() );
		self::assertSame( 60, Plugin::composition()->settings()->ip_limit()['max'] );
		Site::plant( SealedOptions::SITE, $switch );
		self::assertSame( 'record_forged', self::state() );
	}

	/** The other site has the same AUTH_KEY, as a copy does whose identity somebody changed. */
	public function test_a_record_of_another_site_stops_agents(): void {
		$agent = Site::connect();
		$id    = (string) Site::stored( Settings::SITE_ID );
		$texts = array_map( Site::stored( ... ), [ SealedOptions::SITE => SealedOptions::SITE, SealedOptions::KILL_SWITCH => SealedOptions::KILL_SWITCH ] );
		$head  = Log::head();
		Site::plant( Settings::SITE_ID, '00112233445566ff' );
		self::fresh();
		try {
			self::assertSame( 'keys_changed', self::state(), 'keys depend on the identity of the site' );
			Plugin::composition()->site_state()->start_again();
			self::fresh();
			self::assertFalse( countersign_kill_switch( false ) );
			$foreign = Site::stored( SealedOptions::KILL_SWITCH );
			self::assertNotSame( $texts[ SealedOptions::KILL_SWITCH ], $foreign );
		} finally {
			Site::plant( Settings::SITE_ID, $id );
			AuditTrail::cut( $head );
		}
		Site::plant( SealedOptions::SITE, $texts[ SealedOptions::SITE ] );
		Site::plant( SealedOptions::KILL_SWITCH, $foreign );
		self::fresh();
		self::assertRefused( 'kill_switch', $agent, 'whoami' );
	}
}

<?php
/**
 * Who: A, who can write options of the database.
 * Has: a site with connections.
 * Does: changes the address of the site, so that its witness, which belongs to the address, would not be found, and puts an older database under it.
 * Gets: nothing: all agents are stopped until an administrator says whether the site moved.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Plugin\Connections\Connection;
use Countersign\Plugin\Plugin;
use Countersign\Plugin\Site\SealedOptions;
use Countersign\Tests\Site;
use Countersign\Tests\StateTest;

/** Another address is no way around the witness. */
final class SiteAddressTest extends StateTest {

	public function test_another_address_stops_all_agents(): void {
		$agent = Site::connect();
		$off   = Site::stored( SealedOptions::KILL_SWITCH );
		countersign_kill_switch( true );
		Site::plant( SealedOptions::KILL_SWITCH, $off );
		Plugin::composition()->beacon()->make();
		Site::plant( 'home', str_replace( '127.0.0.1', 'localhost', (string) Site::stored( 'home' ) ) );
		self::assertSame( 'site_moved', self::state() );
		self::assertTrue( countersign_kill_switch() );
		// Also after the answer, what is behind the witness of the old address stays behind.
		self::answer( 'Did this site move, or is it a copy?', 'countersign_moved' );
		self::assertNull( self::state() );
		self::assertTrue( countersign_kill_switch() );
		self::assertSame( Connection::ACTIVE, $agent->connection()->state );
	}
}

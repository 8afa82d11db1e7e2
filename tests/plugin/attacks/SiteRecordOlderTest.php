<?php
/**
 * Who: A, who can write and restore the database.
 * Has: the record of the site from before a restore was acknowledged, with access tokens of that time.
 * Does: puts the record back, so that the old tokens would fit again.
 * Gets: nothing: the record is behind its witness. All agents are stopped until an administrator has decided.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Plugin\Plugin;
use Countersign\Plugin\Site\SealedOptions;
use Countersign\Tests\Site;
use Countersign\Tests\StateTest;

/** An epoch never comes back. */
final class SiteRecordOlderTest extends StateTest {

	public function test_an_older_epoch_stops_all_agents(): void {
		$agent = Site::connect();
		$old   = Site::stored( SealedOptions::SITE );
		Plugin::composition()->site_state()->restored();
		self::assertSame( 401, $agent->call( 'whoami' )->status );
		Site::plant( SealedOptions::SITE, $old );
		self::assertSame( 'record_rolled_back', self::state() );
		self::assertStopped( 'record_rolled_back', $agent );
		self::answer( 'The database is older than it was before', 'countersign_restored' );
		self::assertNull( self::state() );
		self::assertSame( 401, $agent->call( 'whoami' )->status, 'the epoch is newer than each one before' );
	}
}

<?php
/**
 * Who: A, who can write options of the database.
 * Has: the row of the kill switch from before all agents were stopped.
 * Does: puts the old row back, once and again after each change.
 * Gets: nothing: the record is behind its witness, so agents stay stopped.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Plugin\Site\SealedOptions;
use Countersign\Tests\Site;
use Countersign\Tests\StateTest;

/** An older record of the kill switch never lets agents act. */
final class KillSwitchOlderTest extends StateTest {

	public function test_an_older_record_stops_agents(): void {
		$agent = Site::connect();
		$off   = Site::stored( SealedOptions::KILL_SWITCH );
		countersign_kill_switch( true );
		$on = Site::stored( SealedOptions::KILL_SWITCH );
		Site::plant( SealedOptions::KILL_SWITCH, $off );
		self::assertTrue( countersign_kill_switch() );
		self::assertRefused( 'kill_switch', $agent, 'whoami' );
		self::assertFalse( countersign_kill_switch( false ), 'a person seals a version above the witness' );
		$agent->do( 'whoami' );
		countersign_kill_switch( true );
		foreach ( [ $off, $on ] as $older ) {
			Site::plant( SealedOptions::KILL_SWITCH, $older );
			self::assertRefused( 'kill_switch', $agent, 'whoami' );
		}
	}

	public function test_other_processes_know_the_newer_version_too(): void {
		$off = Site::stored( SealedOptions::KILL_SWITCH );
		Site::php( 'countersign_kill_switch( true );' );
		Site::plant( SealedOptions::KILL_SWITCH, $off );
		self::assertTrue( countersign_kill_switch() );
		self::assertSame( '1', Site::php( 'echo (int) countersign_kill_switch();' )[0] );
	}
}

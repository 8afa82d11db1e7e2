<?php
/**
 * Who: B: a tool of another plugin gone astray in a call of an agent.
 * Has: full use of the public functions of this plugin.
 * Does: lets agents continue, saves wider settings, and answers for the person that the site was restored.
 * Gets: nothing: after the call has begun, the process can only take rights away. It can stop all agents.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Plugin\Site\SealedOptions;
use Countersign\Tests\Site;
use Countersign\Tests\StateTest;

/** A call of an agent can stop all agents, and nothing else. */
final class LiftedByToolTest extends StateTest {

	public function test_the_tool_can_only_stop_agents(): void {
		$agent  = Site::connect( 'admin', 'full_access' );
		$before = array_map( Site::stored( ... ), [ SealedOptions::SITE, SealedOptions::SETTINGS ] );
		self::assertFalse( countersign_kill_switch() );
		// The fixture switches to the other state: to on.
		$agent->call( 'fixture_write', [ 'what' => 'kill_switch_lift' ] );
		self::assertTrue( countersign_kill_switch() );
		countersign_kill_switch( false );
		$agent->do( 'whoami' );
		self::assertSame( $before, array_map( Site::stored( ... ), [ SealedOptions::SITE, SealedOptions::SETTINGS ] ) );
	}
}

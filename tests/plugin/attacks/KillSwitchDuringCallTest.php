<?php
/**
 * Who: B, a tool of a plugin gone astray.
 * Has: a call that is running when a person stops all agents.
 * Does: goes on writing.
 * Gets: `kill_switch`, and no write after the first.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Plugin\Plugin;
use Countersign\Tests\AstrayTool;
use Countersign\Tests\Site;

/** The kill switch stops what is running. */
final class KillSwitchDuringCallTest extends AstrayTool {

	protected function tearDown(): void {
		Plugin::composition()->kill_switch()->set( false );
		parent::tearDown();
	}

	public function test_a_running_call_writes_nothing_more(): void {
		self::assertInterrupted( 'kill_switch', Site::connect( 'editor' ), static fn() => Plugin::composition()->kill_switch()->set( true ) );
	}
}

<?php
/**
 * Who: B: a plugin whose filter of options changes or keeps every value, for example for a multilingual or a caching plugin.
 * Has: hooks of WordPress for options.
 * Does: answers for the option, keeps its old value, or changes the new one, while a person stops all agents.
 * Gets: nothing: the switch is neither read nor written through the functions of options.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Plugin\Site\SealedOptions;
use Countersign\Tests\AuditTrail;
use Countersign\Tests\Site;
use Countersign\Tests\StateTest;

/** No filter of options keeps a person from stopping all agents. */
final class KillSwitchFilterTest extends StateTest {

	/** @return array<string, array{string, mixed}> Hook, and what its filter returns. */
	public function filters(): array {
		$option = SealedOptions::KILL_SWITCH;
		return [
			'read before the database: off' => [ "pre_option_$option", '0' ],
			'read before the database: on'  => [ "pre_option_$option", 'on' ],
			'read after the database'       => [ "option_$option", 'on' ],
			'default'                       => [ "default_option_$option", 'on' ],
			'every option'                  => [ 'pre_option', '0' ],
			'all options at once'           => [ 'pre_wp_load_alloptions', [] ],
			'written: one option'           => [ "pre_update_option_$option", '0' ],
			'written: every option'         => [ 'pre_update_option', '0' ],
		];
	}

	/** @dataProvider filters */
	public function test_agents_are_stopped_despite_the_filter( string $hook, mixed $value ): void {
		$agent  = Site::connect();
		$size   = AuditTrail::size();
		$filter = static fn( mixed $given, mixed $name = null ): mixed => in_array( $hook, [ 'pre_option', 'pre_update_option' ], true ) && ! in_array( SealedOptions::KILL_SWITCH, func_get_args(), true ) ? $given : $value;
		add_filter( $hook, $filter, 10, 3 );
		try {
			self::assertFalse( countersign_kill_switch() );
			self::assertTrue( countersign_kill_switch( true ) );
			self::assertTrue( countersign_kill_switch() );
		} finally {
			remove_filter( $hook, $filter );
		}
		self::assertRecorded( [ 'kill_switch kill_switch.on ok' ], $size );
		self::assertRefused( 'kill_switch', $agent, 'whoami' );
	}
}

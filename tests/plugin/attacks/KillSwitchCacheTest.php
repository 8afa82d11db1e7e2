<?php
/**
 * Who: A, who can write the object cache, or a cache that is out of date.
 * Has: a cache in which the kill switch is off, or on, or missing.
 * Does: keeps a person from stopping all agents, because WordPress believes that nothing changes.
 * Gets: nothing: the switch is written past caches and read back.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Plugin\Site\SealedOptions;
use Countersign\Tests\AuditTrail;
use Countersign\Tests\Site;
use Countersign\Tests\StateTest;

/** No cache keeps a person from stopping all agents. */
final class KillSwitchCacheTest extends StateTest {

	/** @return array<string, array{string|null}> What the caches hold. */
	public function caches(): array {
		return [
			'the text that stops agents' => [ 'on' ],
			'the number for on'          => [ '1' ],
			'the number for off'         => [ '0' ],
			'no option'                  => [ null ],
		];
	}

	private static function fill( ?string $text ): void {
		$all = array_diff_key( wp_load_alloptions(), [ SealedOptions::KILL_SWITCH => 1 ] );
		if ( null === $text ) {
			wp_cache_set( 'notoptions', [ SealedOptions::KILL_SWITCH => true ], 'options' );
			wp_cache_delete( SealedOptions::KILL_SWITCH, 'options' );
		} else {
			$all[ SealedOptions::KILL_SWITCH ] = $text;
			wp_cache_set( SealedOptions::KILL_SWITCH, $text, 'options' );
		}
		wp_cache_set( 'alloptions', $all, 'options' );
	}

	/** @dataProvider caches */
	public function test_agents_are_stopped_and_continue_past_a_stale_cache( ?string $text ): void {
		$agent = Site::connect();
		$size  = AuditTrail::size();
		self::fill( $text );
		self::assertFalse( countersign_kill_switch() );
		self::assertTrue( countersign_kill_switch( true ) );
		self::assertRecorded( [ 'kill_switch kill_switch.on ok' ], $size );
		self::fill( $text );
		self::assertTrue( countersign_kill_switch() );
		self::assertRefused( 'kill_switch', $agent, 'whoami' );
		self::fill( $text );
		self::assertFalse( countersign_kill_switch( false ) );
		$agent->do( 'whoami' );
	}
}

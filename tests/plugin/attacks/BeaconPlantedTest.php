<?php
/**
 * Who: A, who can write options of the database, on a site that has lost its witness.
 * Has: beacons: none, changed ones, one of another address.
 * Does: stores one, so that the site takes an older database for the current one.
 * Gets: nothing: all agents are stopped, and a person is asked.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Plugin\Plugin;
use Countersign\Plugin\Site\SealedOptions;
use Countersign\Tests\Site;
use Countersign\Tests\StateTest;

/** Only a good beacon of this address replaces a witness. */
final class BeaconPlantedTest extends StateTest {

	/** @return array<string, array{\Closure(string): (string|null)}> Makes the planted beacon from a good one. */
	public function beacons(): array {
		return [
			'none'              => [ static fn( string $good ): ?string => null ],
			'a changed letter'  => [ static fn( string $good ): ?string => substr_replace( $good, 'A' === $good[80] ? 'B' : 'A', 80, 1 ) ],
			'another record'    => [ static fn( string $good ): ?string => Site::stored( SealedOptions::KILL_SWITCH ) ],
			'without a tag'     => [ static fn( string $good ): ?string => 'csr1.' . rtrim( strtr( base64_encode( str_repeat( "\0", 36 ) . substr( (string) base64_decode( strtr( substr( $good, 5 ), '-_', '+/' ) ), 36 ) ), '+/', '-_' ), '=' ) ],
			'a later time'      => [ static fn( string $good ): ?string => 'csr1.' . rtrim( strtr( base64_encode( (string) preg_replace( '/"time":\d/', '"time":9', (string) base64_decode( strtr( substr( $good, 5 ), '-_', '+/' ) ) ) ), '+/', '-_' ), '=' ) ],
			'a text'            => [ static fn( string $good ): ?string => 'now' ],
		];
	}

	/** @dataProvider beacons */
	public function test_a_planted_beacon_is_not_taken_over( \Closure $plant ): void {
		$agent = Site::connect();
		Plugin::composition()->beacon()->make();
		Site::plant( SealedOptions::BEACON, $plant( (string) Site::stored( SealedOptions::BEACON ) ) );
		self::lose_witness();
		self::assertStopped( 'witness_missing', $agent );
		self::assertSame( [], self::witnesses() );
	}

	/** What the beacon knows stays known. */
	public function test_a_good_beacon_brings_no_older_record_back(): void {
		$agent = Site::connect();
		$off   = Site::stored( SealedOptions::KILL_SWITCH );
		countersign_kill_switch( true );
		Plugin::composition()->beacon()->make();
		self::lose_witness();
		Site::plant( SealedOptions::KILL_SWITCH, $off );
		self::assertNull( self::state() );
		self::assertTrue( countersign_kill_switch() );
		self::assertRefused( 'kill_switch', $agent, 'whoami' );
	}

	public function test_a_beacon_of_another_address_is_not_taken_over(): void {
		$home = (string) Site::stored( 'home' );
		$site = Site::stored( SealedOptions::SITE );
		Site::plant( 'home', str_replace( '127.0.0.1', 'localhost', $home ) );
		self::fresh();
		Plugin::composition()->site_state()->moved();
		self::fresh();
		Plugin::composition()->beacon()->make();
		Site::plant( 'home', $home );
		Site::plant( SealedOptions::SITE, $site );
		self::lose_witness();
		self::assertSame( 'witness_missing', self::state() );
	}
}

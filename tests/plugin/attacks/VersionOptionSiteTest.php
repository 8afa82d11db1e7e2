<?php
/**
 * Who: A, who can write options of the database.
 * Has: a site whose agents were stopped.
 * Does: resets the number of the last migration and the mark that the site has begun, and removes or replaces the records of the site.
 * Gets: nothing is sealed again: all agents stay stopped.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Plugin\Plugin;
use Countersign\Plugin\Site\Schema;
use Countersign\Plugin\Site\SealedOptions;
use Countersign\Tests\Http;
use Countersign\Tests\Person;
use Countersign\Tests\Site;
use Countersign\Tests\StateTest;

/** No option makes the site seal its first records again. */
final class VersionOptionSiteTest extends StateTest {

	public function test_nothing_is_sealed_again(): void {
		$agent = Site::connect();
		countersign_kill_switch( true );
		foreach ( [ [ SealedOptions::SITE, null, 'record_missing' ], [ SealedOptions::KILL_SWITCH, null, null ], [ SealedOptions::KILL_SWITCH, '0', null ] ] as [ $option, $text, $reason ] ) {
			$before = Site::stored( $option );
			Site::plant( $option, $text );
			Site::plant( Plugin::BEGUN, null );
			Site::plant( Schema::OPTION, '0' );
			Http::get( home_url( '/?rest_route=/' ) );
			Person::of( 'admin' )->page( 'countersign' );
			self::assertSame( (string) $text, (string) Site::stored( $option ) );
			self::assertSame( $reason, self::state() );
			self::assertTrue( countersign_kill_switch() );
			self::assertNotNull( $agent->call( 'whoami' )->reason() );
			Site::plant( $option, $before );
		}
	}
}

<?php

declare(strict_types=1);

namespace Countersign\Tests\Health;

use Countersign\Plugin\Doors\Cli\StatusCommand;
use Countersign\Plugin\Health\InMemory;
use Countersign\Plugin\Plugin;
use Countersign\Tests\Person;
use Countersign\Tests\TestCase;

/**
 * What is said of a site in WebAssembly. This site is none, so its pages must not say it; those of one are tested in
 * tests/wasm.
 */
final class InMemoryTest extends TestCase {

	private const OFF = [
		'place'      => 'off',
		'keeps_data' => false,
		'records'    => 0,
		'failure'    => null,
	];

	public function test_only_a_witness_that_is_off_means_it(): void {
		self::assertTrue( InMemory::is( self::OFF ) );
		foreach ( [ 'file', 'store' ] as $place ) {
			self::assertFalse( InMemory::is( [ 'place' => $place ] + self::OFF ) );
		}
		self::assertFalse( InMemory::is( Plugin::composition()->site_state()->witness() ) );
	}

	public function test_the_texts_name_what_is_lost_and_what_is_off(): void {
		$text = implode( ' ', InMemory::sentences() );
		foreach ( [ 'WebAssembly', 'in memory', 'limits start anew', 'witness', 'is off', 'older copy of the database' ] as $part ) {
			self::assertStringContainsString( $part, $text );
		}
		self::assertStringContainsString( 'not for production', InMemory::headline() );
		self::assertStringStartsWith( 'off: this site runs in WebAssembly', StatusCommand::witness( self::OFF ) );
		self::assertSame( '1 record in the shared store', StatusCommand::witness( [ 'place' => 'store', 'records' => 1 ] + self::OFF ) );
	}

	public function test_pages_of_an_ordinary_site_do_not_say_it(): void {
		self::assertStringNotContainsString( 'WebAssembly', Person::of( 'admin' )->page( 'countersign' )->body );
		$test = apply_filters( 'site_status_tests', [ 'direct' => [], 'async' => [] ] )['direct']['countersign_records']['test'];
		self::assertStringNotContainsString( 'WebAssembly', wp_json_encode( $test() ) );
	}
}

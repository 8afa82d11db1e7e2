<?php
/**
 * Who: A, who can write options of the database.
 * Has: an agent that was stopped by a person.
 * Does: deletes the row of the kill switch, or stores a state of their own in it: the numbers of earlier versions, JSON, an empty text, a record with one letter changed.
 * Gets: nothing: agents stay stopped, and the refused call is in the audit log.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Plugin\Site\SealedOptions;
use Countersign\Tests\Person;
use Countersign\Tests\Site;
use Countersign\Tests\StateTest;

/** Only a sealed record lets agents act. */
final class KillSwitchPlantedTest extends StateTest {

	/** @return array<string, array{string|null}> What the option holds. */
	public function texts(): array {
		return [
			'no row'              => [ null ],
			'an empty text'       => [ '' ],
			'the number for off'  => [ '0' ],
			'the number for on'   => [ '1' ],
			'a word'              => [ 'off' ],
			'JSON'                => [ '{"on":false}' ],
			'a record without tag' => [ 'csr1.' . rtrim( strtr( base64_encode( str_repeat( "\0", 36 ) . '{"data":{"on":false},"id":0,"kind":"kill_switch","site":"' . get_option( 'countersign_site_id' ) . '","version":99}' ), '+/', '-_' ), '=' ) ],
			'another prefix'      => [ 'csr2.AAAA' ],
		];
	}

	/** @dataProvider texts */
	public function test_a_planted_state_stops_agents( ?string $text ): void {
		$agent = Site::connect();
		countersign_kill_switch( true );
		Site::plant( SealedOptions::KILL_SWITCH, $text );
		self::assertRefused( 'kill_switch', $agent, 'whoami' );
		self::assertTrue( countersign_kill_switch() );
		self::assertStringContainsString( 'agents are stopped', Person::of( 'admin' )->page( 'countersign' )->body );
		self::assertFalse( countersign_kill_switch( false ), 'a person can let agents continue' );
		$agent->do( 'whoami' );
	}

	public function test_a_record_with_a_changed_letter_stops_agents(): void {
		$agent = Site::connect();
		$text  = (string) Site::stored( SealedOptions::KILL_SWITCH );
		foreach ( [ 6, 20, 60, 120, strlen( $text ) - 2 ] as $place ) {
			Site::plant( SealedOptions::KILL_SWITCH, substr_replace( $text, 'A' === $text[ $place ] ? 'B' : 'A', $place, 1 ) );
			self::assertTrue( countersign_kill_switch(), "letter $place" );
		}
		self::assertRefused( 'kill_switch', $agent, 'whoami' );
		Site::plant( SealedOptions::KILL_SWITCH, strtolower( $text ) );
		self::assertTrue( countersign_kill_switch(), 'the database compares texts without case, but the extension does not' );
	}
}

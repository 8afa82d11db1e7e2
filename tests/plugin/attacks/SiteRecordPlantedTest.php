<?php
/**
 * Who: A, who can write options of the database.
 * Has: the record of the site.
 * Does: removes it, changes it, or stores the one of an earlier epoch or address.
 * Gets: nothing: all agents are stopped with the reason, and an administrator is asked.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Plugin\Connections\Connection;
use Countersign\Plugin\Plugin;
use Countersign\Plugin\Site\SealedOptions;
use Countersign\Tests\Agent;
use Countersign\Tests\Site;
use Countersign\Tests\StateTest;

/** Without the record of the site no agent acts. */
final class SiteRecordPlantedTest extends StateTest {

	/** @return array<string, array{string, string|null, string}> Reason, text, and the heading of the question. */
	public function texts(): array {
		return [
			'no row'        => [ 'record_missing', null, 'The record of this site is missing' ],
			'an empty text' => [ 'record_missing', '', 'The record of this site is missing' ],
			'JSON'          => [ 'record_forged', '{"address":"127.0.0.1","epoch":0}', 'Something else changed the record of this site' ],
			'without a tag' => [ 'record_forged', 'csr1.AAAA', 'Something else changed the record of this site' ],
		];
	}

	/** @dataProvider texts */
	public function test_all_agents_are_stopped_and_a_person_is_asked( string $reason, ?string $text, string $title ): void {
		$agent = Site::connect();
		Site::plant( SealedOptions::SITE, $text );
		self::assertSame( $reason, self::state() );
		self::assertStopped( $reason, $agent );
		self::answer( $title, 'countersign_start_again' );
		self::assertNull( self::state() );
		self::assertSame( [ Connection::REVOKED, 'record_foreign' ], [ $agent->connection()->state, $agent->connection()->state_reason ] );
		self::assertTrue( countersign_kill_switch(), 'the record that said otherwise is from before' );
		self::assertFalse( countersign_kill_switch( false ), 'a person lets agents continue' );
		self::assertSame( 401, $agent->call( 'whoami' )->status, 'access tokens have ended' );
		$new = Site::connect();
		( new Agent( $new->id, Agent::issue( $new->id, Plugin::composition()->extension()->records()->siteEpoch() ) ) )->do( 'whoami' );
	}

	public function test_a_person_who_stopped_all_agents_is_obeyed_after_a_new_beginning(): void {
		countersign_kill_switch( true );
		Site::plant( SealedOptions::SITE, null );
		self::answer( 'The record of this site is missing', 'countersign_start_again' );
		self::assertTrue( countersign_kill_switch() );
	}
}

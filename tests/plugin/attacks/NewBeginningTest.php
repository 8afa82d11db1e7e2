<?php
/**
 * Who: A, who writes options and rows of the database.
 * Has: older rows, and an administrator who answers what the page asks.
 * Does: removes the record of the site, so that the page asks for a new beginning; before that, switches the kill switch off by
 *       removing it, or plants a row to be taken over.
 * Gets: nothing: a person who stopped all agents is obeyed, and the page does not offer to take over rows.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Plugin\Site\SealedOptions;
use Countersign\Tests\Person;
use Countersign\Tests\Site;
use Countersign\Tests\StateTest;

/** A new beginning forgets nothing. */
final class NewBeginningTest extends StateTest {

	/** @return array<string, array{string|null}> What is put in the place of the kill switch. */
	public function switches(): array {
		return [
			'no row'     => [ null ],
			'empty'      => [ '' ],
			'another'    => [ '0' ],
			'foreign'    => [ 'csr1.' . str_repeat( 'A', 80 ) ],
			'older'      => [ 'older' ],
		];
	}

	/** @dataProvider switches */
	public function test_stopped_agents_stay_stopped( ?string $text ): void {
		$off = Site::stored( SealedOptions::KILL_SWITCH );
		countersign_kill_switch( true );
		Site::plant( SealedOptions::KILL_SWITCH, 'older' === $text ? $off : $text );
		Site::plant( SealedOptions::SITE, null );
		self::answer( 'The record of this site is missing', 'countersign_start_again' );
		self::assertNull( self::state() );
		self::assertTrue( countersign_kill_switch() );
		// A person lets them continue.
		countersign_kill_switch( false );
		self::assertFalse( countersign_kill_switch() );
	}

	public function test_rows_are_not_taken_over_with_it(): void {
		global $wpdb;
		$agent = Site::connect();
		$table = Site::table( 'connections' );
		$row   = [ 'id' => 4243, 'name' => 'Your phone', 'user_id' => Site::user( 'admin' ), 'permissions' => '["read","publish"]', 'state' => 'active', 'record' => null, 'version' => 0 ];
		$wpdb->insert( $table, $row + $wpdb->get_row( "SELECT * FROM $table WHERE id = $agent->id", ARRAY_A ) );
		try {
			Site::plant( SealedOptions::SITE, null );
			$page = Person::of( 'admin' )->page( 'countersign' );
			self::assertStringNotContainsString( 'Take over your connections', $page->body );
			self::assertStringContainsString( 'The record of this site is missing', $page->body );
		} finally {
			$wpdb->delete( $table, [ 'id' => 4243 ] );
		}
	}
}

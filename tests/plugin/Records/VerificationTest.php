<?php

declare(strict_types=1);

namespace Countersign\Tests\Records;

use Countersign\Plugin\Plugin;
use Countersign\Plugin\Records\Migration;
use Countersign\Plugin\Records\Sightings;
use Countersign\Plugin\Records\Verification;
use Countersign\Tests\AuditTrail;
use Countersign\Tests\OAuthClient;
use Countersign\Tests\Person;
use Countersign\Tests\RecordAttack;
use Countersign\Tests\Site;

/** The verification of all records, the sealing of old rows, and what people are told. */
final class VerificationTest extends RecordAttack {

	public function test_records_with_their_entries_have_no_fault(): void {
		$agent = Site::connect();
		OAuthClient::registered()->tokens( [ 'preset' => 'read_only' ] );
		$size   = AuditTrail::size();
		$report = Plugin::composition()->records_verification()->run();
		self::assertGreaterThanOrEqual( 4, $report['checked'] );
		self::assertArrayNotHasKey( "connection:$agent->id", $report['faults'] );
		self::assertNotContains( 'record_unexplained', $report['faults'] );
		self::assertSame( $size, AuditTrail::size() );
		self::assertSame( $report, Verification::last() );
	}

	public function test_a_record_that_does_not_open_is_named(): void {
		$agent = Site::connect();
		$row   = self::row( 'connections', $agent->id );
		self::write( 'connections', $agent->id, [ 'record' => substr_replace( (string) $row['record'], 'A' === $row['record'][90] ? 'B' : 'A', 90, 1 ) ] );
		self::assertSame( 'record_forged', Plugin::composition()->records_verification()->run()['faults'][ "connection:$agent->id" ] );
		self::restore( 'connections', $row );
	}

	public function test_the_button_of_the_audit_page_verifies_the_records_and_shows_the_findings(): void {
		$agent = Site::connect();
		$row   = self::row( 'connections', $agent->id );
		$admin = Person::of( 'admin' );
		$press = static function () use ( $admin ): string {
			$admin->post( admin_url( 'admin-post.php' ), Person::form( $admin->page( 'countersign-audit' ), 'countersign_verify' ) );
			wp_cache_flush();
			return (string) preg_replace( '/\s+/', ' ', html_entity_decode( wp_strip_all_tags( $admin->page( 'countersign-audit' )->body ), ENT_QUOTES ) );
		};
		self::write( 'connections', $agent->id, [ 'record' => 'csr1.AAAA' ] );
		$page = $press();
		self::assertStringContainsString( "connection:$agent->id", $page );
		self::assertStringContainsString( 'The database was changed by something other than this plugin.', $page );
		self::restore( 'connections', $row );
		self::assertStringNotContainsString( "connection:$agent->id,", $press() );
		self::assertArrayNotHasKey( "connection:$agent->id", Verification::last()['faults'] );
	}

	public function test_it_says_that_it_ended_early(): void {
		global $wpdb;
		$row = self::row( 'connections', Site::connect()->id );
		$ids = range( 900_000_001, 900_000_060 );
		try {
			foreach ( $ids as $id ) {
				self::restore( 'connections', [ 'id' => (string) $id, 'record' => 'csr1.AAAA' ] + $row );
			}
			$report = Plugin::composition()->records_verification()->run();
			self::assertSame( [ 50, false ], [ count( $report['faults'] ), $report['is_whole'] ] );
			$admin = Person::of( 'admin' );
			wp_cache_flush();
			self::assertStringContainsString( 'The check ended after 50 faults, so there can be more.', $admin->page( 'countersign-audit' )->body );
		} finally {
			$wpdb->query( 'DELETE FROM ' . Site::table( 'connections' ) . ' WHERE id BETWEEN 900000001 AND 900000060' );
		}
		self::assertTrue( Plugin::composition()->records_verification()->run()['is_whole'] );
	}

	public function test_a_notice_names_a_connection_that_stays_behind_for_a_minute(): void {
		$agent = Site::connect();
		$row   = self::row( 'connections', $agent->id );
		self::manager()->rename( $agent->connection(), 'Night shift' );
		self::write( 'connections', $agent->id, [ 'record' => $row['record'] ] );
		delete_transient( 'countersign_behind' );
		$dashboard = static fn(): string => html_entity_decode( Person::of( 'admin' )->get( admin_url( 'index.php' ) )->body, ENT_QUOTES );
		$notice    = 'The database shows an older state of connections that AI agents use';
		self::assertRolledBack( $agent );
		wp_cache_flush();
		$seen = get_transient( 'countersign_behind' );
		self::assertSame( [ "connection:$agent->id" ], array_keys( $seen ) );
		self::assertStringNotContainsString( $notice, $dashboard() );
		// A minute later.
		set_transient( 'countersign_behind', [ "connection:$agent->id" => array_map( static fn( int $time ): int => $time - Sightings::LASTS, $seen[ "connection:$agent->id" ] ) ], 3600 );
		self::assertStringContainsString( $notice, $dashboard() );
		self::assertStringContainsString( 'Night shift', $dashboard() );
		// A person has decided.
		self::manager()->revoke( $agent->connection() );
		self::assertStringNotContainsString( $notice, $dashboard() );
		delete_transient( 'countersign_behind' );
	}

	public function test_old_rows_are_sealed_only_as_an_administrator_has_seen_them(): void {
		$row = [ 'id' => random_int( 1, 1 << 30 ), 'record' => null, 'version' => 0, 'state' => 'paused', 'epoch' => 3 ] + self::row( 'connections', Site::connect( 'author', 'draft_only' )->id );
		self::restore( 'connections', $row );
		$migration = Plugin::composition()->records_migration();
		$seen      = Migration::digest( $migration->pending() );
		self::write( 'connections', (string) $row['id'], [ 'permissions' => '["read","publish"]' ] );
		self::assertNull( $migration->seal( $seen ) );
		self::assertNull( self::row( 'connections', (string) $row['id'] )['record'] );
		self::write( 'connections', (string) $row['id'], [ 'permissions' => $row['permissions'] ] );
		$size = AuditTrail::size();
		self::assertGreaterThanOrEqual( 1, $migration->seal( $seen ) );
		self::assertSame( 'records.sealed', AuditTrail::since( $size )[0]['action'] );
		$connection = Plugin::composition()->connections()->find( $row['id'] );
		self::assertSame( [ 'paused', 3, Site::user( 'author' ), 'draft_only', null ], [ $connection->state, $connection->epoch, $connection->user, $connection->preset, $connection->fault ] );
		self::assertNotContains( $row['id'], array_column( $migration->pending(), 'id' ) );
		self::manager()->revoke( $connection );
	}

	public function test_people_are_told_only_if_it_lasts(): void {
		$sightings = new Sightings();
		delete_transient( 'countersign_behind' );
		$sightings->note( 'connection:7' );
		self::assertSame( [], $sightings->lasting() );
		$first = time() - Sightings::LASTS - 5;
		set_transient( 'countersign_behind', [ 'connection:7' => [ $first, $first ] ], 3600 );
		$sightings->note( 'connection:7' );
		self::assertSame( [ 'connection:7' => $first ], $sightings->lasting() );
		set_transient( 'countersign_behind', [ 'connection:7' => 'x', 5, [ 'a' ] ], 3600 );
		self::assertSame( [], $sightings->lasting() );
		delete_transient( 'countersign_behind' );
	}
}

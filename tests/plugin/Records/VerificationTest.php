<?php

declare(strict_types=1);

namespace Countersign\Tests\Records;

use Countersign\Plugin\Plugin;
use Countersign\Plugin\Records\Migration;
use Countersign\Plugin\Records\Sightings;
use Countersign\Plugin\Records\Verification;
use Countersign\Tests\AuditTrail;
use Countersign\Tests\OAuthClient;
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

<?php
/**
 * Who: A, who writes rows of the database.
 * Has: the token of a connection whose row was deleted.
 * Does: inserts a row with the same id: with the columns and without a record, with an empty record, and with the record of another connection.
 * Gets: `record_missing` and `record_forged`. A new connection never gets the id, because ids are random.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Tests\RecordAttack;
use Countersign\Tests\Site;

/** A lost connection's token fits no other connection. */
final class ReusedIdTest extends RecordAttack {

	public function test_a_new_row_with_the_id_is_refused(): void {
		global $wpdb;
		$agent = Site::connect();
		$row   = self::row( 'connections', $agent->id );
		$wpdb->delete( Site::table( 'connections' ), [ 'id' => $agent->id ] );
		self::assertDenied( 'connection_unknown', $agent, 401 );
		self::restore( 'connections', [ 'record' => null ] + $row );
		self::assertMissing( $agent );
		self::restore( 'connections', [ 'record' => '' ] + $row );
		self::assertSame( 'record_missing', $agent->call( 'whoami' )->reason() );
		$other = Site::connect( 'admin', 'full_access' );
		self::restore( 'connections', [ 'record' => self::row( 'connections', $other->id )['record'] ] + $row );
		self::assertForged( $agent );
	}

	public function test_ids_are_random_and_large(): void {
		$ids = array_map( static fn(): int => Site::connect()->id, range( 1, 4 ) );
		self::assertCount( 4, array_unique( array_map( static fn( int $id ): int => $id >> 40, $ids ) ) );
	}
}

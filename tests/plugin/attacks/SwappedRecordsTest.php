<?php
/**
 * Who: A, who writes rows of the database.
 * Has: two connections, of an author and of an administrator.
 * Does: exchanges their records, and then their ids.
 * Gets: `record_forged` for both. After the exchange of the ids each record is in its own row again, and each token acts as before.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Tests\Agent;
use Countersign\Tests\RecordAttack;
use Countersign\Tests\Site;

/** Two records that change places are no records. */
final class SwappedRecordsTest extends RecordAttack {

	public function test_exchanged_records_are_refused(): void {
		[ $one, $two ] = [ Site::connect( 'author' ), Site::connect( 'admin', 'full_access' ) ];
		[ $first, $second ] = [ self::row( 'connections', $one->id ), self::row( 'connections', $two->id ) ];
		self::write( 'connections', $one->id, [ 'record' => $second['record'], 'version' => $second['version'] ] );
		self::write( 'connections', $two->id, [ 'record' => $first['record'], 'version' => $first['version'] ] );
		foreach ( [ $one, $two ] as $agent ) {
			self::assertForged( $agent );
		}
		self::restore( 'connections', [ 'id' => $two->id ] + $first, [ 'id' => $one->id ] + $second );
		foreach ( [ $one, $two ] as $agent ) {
			self::assertSame( [ 401, 'record_forged' ], [ $agent->call( 'whoami' )->status, $agent->connection()->fault ] );
		}
		self::restore( 'connections', $first, $second );
		self::assertSame( [ Site::user( 'author' ), Site::user( 'admin' ) ], array_map( static fn( Agent $agent ): int => $agent->do( 'whoami' )['user']['id'], [ $one, $two ] ) );
	}
}

<?php
/**
 * Who: A, who writes rows of the database.
 * Has: a connection that may make two calls in an hour.
 * Does: writes a limit of 256 calls in a second into its columns, and moves `version`.
 * Gets: a refusal for the third call, and 429 for the fifth.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Tests\Answer;
use Countersign\Tests\RecordAttack;
use Countersign\Tests\Site;

/** The limit of a connection is that of its record. */
final class LimitColumnTest extends RecordAttack {

	public function test_a_written_limit_gives_nothing(): void {
		$agent = Site::connect();
		self::manager()->set_limit( $agent->connection(), [ 'max' => 2, 'window' => 3600 ] );
		self::write( 'connections', $agent->id, [ 'limit_max' => 256, 'limit_window' => 1, 'version' => 99 ] );
		$answers = array_map( static fn() => $agent->call( 'whoami' ), range( 1, 5 ) );
		self::assertSame( [ 200, 200, 200, 200, 429 ], array_map( static fn( Answer $answer ): int => $answer->status, $answers ) );
		self::assertSame( [ null, null, 'rate_limited_connection', 'rate_limited_connection', 'rate_limited_connection' ], array_map( static fn( Answer $answer ): ?string => $answer->reason(), $answers ) );
		self::manager()->pause( $agent->connection() );
		self::assertGreaterThan( 99, $agent->connection()->version, 'the column does not count versions' );
	}
}

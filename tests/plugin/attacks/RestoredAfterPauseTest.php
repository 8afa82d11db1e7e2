<?php
/**
 * Who: A, who restores rows from a copy of the database.
 * Has: the row of a connection from before an administrator paused it.
 * Does: puts it back, and calls.
 * Gets: `record_rolled_back`. An administrator can revoke the connection, although its record is behind.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Plugin\Connections\Connection;
use Countersign\Tests\RecordAttack;
use Countersign\Tests\Site;

/** A restored row does not resume a connection. */
final class RestoredAfterPauseTest extends RecordAttack {

	public function test_a_paused_connection_is_not_resumed(): void {
		$agent = Site::connect();
		$old   = self::row( 'connections', $agent->id );
		self::manager()->pause( $agent->connection() );
		self::restore( 'connections', $old );
		self::assertRolledBack( $agent );
		self::manager()->revoke( $agent->connection() );
		self::assertSame( [ Connection::REVOKED, null ], [ $agent->connection()->state, $agent->connection()->fault ] );
		self::restore( 'connections', $old );
		self::assertSame( [ 'record_rolled_back', 'record_rolled_back' ], [ $agent->call( 'whoami' )->reason(), $agent->connection()->fault ] );
	}
}

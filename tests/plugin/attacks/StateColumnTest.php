<?php
/**
 * Who: A, who writes rows of the database.
 * Has: a connection that an administrator has paused, and one that was revoked.
 * Does: writes `active` into the column `state`.
 * Gets: `connection_paused` and `connection_revoked`: the column is an index for lists.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Tests\RecordAttack;
use Countersign\Tests\Site;

/** The state of a connection is that of its record. */
final class StateColumnTest extends RecordAttack {

	public function test_a_paused_connection_stays_paused(): void {
		$agent = Site::connect();
		self::manager()->pause( $agent->connection() );
		self::write( 'connections', $agent->id, [ 'state' => 'active', 'ended_at' => 0, 'ended_reason' => '' ] );
		self::assertDenied( 'connection_paused', $agent );
	}

	public function test_a_revoked_connection_stays_revoked(): void {
		$agent = Site::connect();
		self::manager()->revoke( $agent->connection() );
		self::write( 'connections', $agent->id, [ 'state' => 'active', 'epoch' => 0, 'ended_at' => 0, 'ended_reason' => '' ] );
		self::assertDenied( 'connection_revoked', $agent, 401 );
	}
}

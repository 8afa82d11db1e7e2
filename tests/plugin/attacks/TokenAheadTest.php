<?php
/**
 * Who: A, who restores the database and the witness together, so that neither shows it.
 * Has: the state from before the access tokens of a connection were ended; the client has a genuine token of the later epoch.
 * Does: waits for the client to call.
 * Gets: The connection is paused with `record_rolled_back`, and its epoch is raised to that of the token, in one transaction with the entry. The tokens of the earlier epoch stay ended.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Plugin\Connections\Connection;
use Countersign\Tests\Agent;
use Countersign\Tests\AuditTrail;
use Countersign\Tests\RecordAttack;
use Countersign\Tests\Site;

/** An access token that is ahead of its connection pauses it. */
final class TokenAheadTest extends RecordAttack {

	public function test_a_later_token_proves_a_restored_database(): void {
		$agent = Site::connect();
		$later = new Agent( $agent->id, Agent::issue( $agent->id, 5 ) );
		$size  = AuditTrail::size();
		self::assertSame( 'record_rolled_back', $later->call( 'whoami' )->reason() );
		$connection = $agent->connection();
		self::assertSame( [ Connection::PAUSED, 'record_rolled_back', 5 ], [ $connection->state, $connection->state_reason, $connection->epoch ] );
		self::assertContains( 'record_rolled_back', array_column( AuditTrail::since( $size ), 'reason' ) );
		self::assertDenied( 'record_rolled_back', $later );
		self::assertSame( $connection->version, $agent->connection()->version, 'the second call changes nothing' );
		self::manager()->resume( $agent->connection() );
		$later->do( 'whoami' );
		self::assertDenied( 'token_revoked', $agent, 401 );
	}
}

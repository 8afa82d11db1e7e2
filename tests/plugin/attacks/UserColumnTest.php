<?php
/**
 * Who: A, who writes rows of the database.
 * Has: a connection that acts as an author.
 * Does: writes the id of the administrator into the column `user_id`.
 * Gets: nothing: the agent still acts as the author.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Tests\RecordAttack;
use Countersign\Tests\Site;

/** The account of a connection is that of its record. */
final class UserColumnTest extends RecordAttack {

	public function test_a_written_account_gives_nothing(): void {
		$agent = Site::connect( 'author', 'read_only' );
		self::write( 'connections', $agent->id, [ 'user_id' => Site::user( 'admin' ) ] );
		self::assertSame( Site::user( 'author' ), $agent->do( 'whoami' )['user']['id'] );
		self::assertSame( Site::user( 'author' ), $agent->connection()->user );
	}
}

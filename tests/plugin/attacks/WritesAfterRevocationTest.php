<?php
/**
 * Who: B, a tool of a plugin gone astray.
 * Has: a call that is running when a person revokes or pauses its connection.
 * Does: writes ten more times within a moment, and catches every refusal.
 * Gets: one write, the one before. The call ends with the reason.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Plugin\Plugin;
use Countersign\Tests\Agent;
use Countersign\Tests\AstrayTool;
use Countersign\Tests\Site;

/** Every write is checked, not only the first. */
final class WritesAfterRevocationTest extends AstrayTool {

	public function test_a_revoked_connection_writes_nothing_more(): void {
		self::assertInterrupted( 'connection_revoked', Site::connect( 'editor' ), static fn( Agent $agent ) => Plugin::composition()->manager()->revoke( $agent->connection() ) );
	}

	public function test_a_paused_connection_writes_nothing_more(): void {
		self::assertInterrupted( 'connection_paused', Site::connect( 'editor' ), static fn( Agent $agent ) => Plugin::composition()->manager()->pause( $agent->connection() ) );
	}

	/**
	 * In SQLite nobody else can write while a transaction does.
	 *
	 * @group mysql
	 */
	public function test_a_transaction_does_not_show_the_past(): void {
		self::assertInterrupted( 'connection_revoked', Site::connect( 'editor' ), static fn( Agent $agent ) => Plugin::composition()->manager()->revoke( $agent->connection() ), 'START TRANSACTION' );
	}
}

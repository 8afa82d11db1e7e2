<?php
/**
 * Who: B, a tool of a plugin gone astray.
 * Has: a call of an administrator's agent with every permission, and arguments that an attacker chose.
 * Does: sends a second statement after a harmless one.
 * Gets: `write_refused`, an entry in the audit log, and a site that is unchanged.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Tests\AstrayTool;
use Countersign\Tests\Site;

/** One text is one statement. */
final class SeveralStatementsTest extends AstrayTool {

	/** @return array<string, array{string}> */
	public function statements(): array {
		global $wpdb;
		$connections = Site::table( 'connections' );
		return self::each(
			"SELECT 1; UPDATE $connections SET epoch = 0",
			"UPDATE {$wpdb->posts} SET menu_order = 1 WHERE ID = 0; DROP TABLE {$wpdb->posts}",
			"SELECT 1;;",
			"; DELETE FROM {$wpdb->users}",
			"INSERT INTO {$wpdb->posts} (post_title) VALUES ('a'); DELETE FROM {$wpdb->usermeta}",
			"UPDATE {$wpdb->posts} SET post_title = 'a\\'; x' WHERE ID = 0; SELECT '",
			"COMMIT; DROP DATABASE x",
		);
	}

	/** @dataProvider statements */
	public function test_the_statement_is_refused( string $sql ): void {
		self::assertStatementStopped( $sql );
	}
}

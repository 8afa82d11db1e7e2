<?php
/**
 * Who: B, a tool of a plugin gone astray.
 * Has: a call of an administrator's agent with every permission, and arguments that an attacker chose.
 * Does: sends a statement of MariaDB that contains others.
 * Gets: `write_refused`, an entry in the audit log, and a site that is unchanged.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Tests\AstrayTool;
use Countersign\Tests\Site;

/** Statements that contain statements are not among the known forms. */
final class CompoundStatementTest extends AstrayTool {

	/** @return array<string, array{string}> */
	public function statements(): array {
		global $wpdb;
		$connections = Site::table( 'connections' );
		return self::each(
			"BEGIN NOT ATOMIC UPDATE $connections SET state = 'active'; END",
			"BEGIN NOT ATOMIC UPDATE {$wpdb->options} SET option_value = 'x' WHERE option_name = 'home'; END",
			"IF 1 THEN DELETE FROM {$wpdb->users}; END IF",
			"WHILE 0 DO DELETE FROM {$wpdb->posts}; END WHILE",
			"a: LOOP LEAVE a; END LOOP",
			"REPEAT DELETE FROM {$wpdb->posts}; UNTIL 1 END REPEAT",
			"CASE 1 WHEN 1 THEN DELETE FROM {$wpdb->posts}; END CASE",
			"FOR i IN 1..2 DO DELETE FROM {$wpdb->posts}; END FOR",
			"DO (SELECT 1)",
			"WITH x AS (SELECT 1) DELETE FROM {$wpdb->posts} WHERE ID = 0",
		);
	}

	/** @dataProvider statements */
	public function test_the_statement_is_refused( string $sql ): void {
		self::assertStatementStopped( $sql );
	}
}

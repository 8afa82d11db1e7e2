<?php
/**
 * Who: B, a tool of a plugin gone astray.
 * Has: a call of an administrator's agent with every permission, and arguments that an attacker chose.
 * Does: hides a statement, or a part of one, in a comment that servers execute, and the reverse.
 * Gets: `write_refused`, an entry in the audit log, and a site that is unchanged.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Tests\AstrayTool;
use Countersign\Tests\Site;

/** Comments that a server executes are not understood. */
final class ExecutableCommentTest extends AstrayTool {

	/** @return array<string, array{string}> */
	public function statements(): array {
		global $wpdb;
		$connections = Site::table( 'connections' );
		return self::each(
			"/*! UPDATE $connections SET state = 'active' */",
			"/*!50000 UPDATE */ $connections SET state = 'active'",
			"/*M! UPDATE $connections SET state = 'active' */",
			"/*M!100000 DELETE FROM {$wpdb->posts} */",
			"UPDATE /*! $connections */ SET state = 'active'",
			"SELECT 1 /*! INTO OUTFILE '/tmp/x' */",
			"/*! SELECT */ 1",
			"UPDATE {$wpdb->posts} /* /* */ , $connections */ SET state = 'active'",
			"UPDATE {$wpdb->posts} SET menu_order = 1 /* no end",
			"SELECT /*+ SET_VAR(sql_mode = 'ANSI_QUOTES') */ 1",
			"/* ' */ UPDATE $connections SET limit_max = 9 /* ' */",
			"-- SELECT
UPDATE $connections SET state = 'active'",
			"#SELECT
UPDATE $connections SET state = 'active'",
			"UPDATE # '
 $connections SET limit_max = 9 -- '",
		);
	}

	/** @dataProvider statements */
	public function test_the_statement_is_refused( string $sql ): void {
		self::assertStatementStopped( $sql );
	}
}

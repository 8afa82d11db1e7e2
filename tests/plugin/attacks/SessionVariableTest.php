<?php
/**
 * Who: B, a tool of a plugin gone astray.
 * Has: a call of an administrator's agent with every permission, and arguments that an attacker chose.
 * Does: changes how the server understands later statements, or the server itself.
 * Gets: `write_refused`, an entry in the audit log, and a site that is unchanged.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Tests\AstrayTool;
use Countersign\Tests\Site;

/** Only variables without such an effect can be set. */
final class SessionVariableTest extends AstrayTool {

	/** @return array<string, array{string}> */
	public function statements(): array {
		$connections = Site::table( 'connections' );
		return self::each(
			"SET SESSION sql_mode = 'ANSI_QUOTES'",
			"SET sql_mode = 'NO_BACKSLASH_ESCAPES'",
			"SET @@sql_mode = ''",
			"SET @@session.sql_mode = 'ORACLE'",
			"SET autocommit = 1, sql_mode = 'ANSI'",
			"SET NAMES gbk",
			"SET CHARACTER SET big5",
			"SET character_set_client = gbk",
			"SET collation_connection = utf8mb4_bin",
			"SET GLOBAL general_log_file = '/tmp/x.php'",
			"SET PERSIST max_connections = 1",
			"SET @@global.read_only = 1",
			"SET STATEMENT sql_mode = 'ANSI' FOR SELECT 1",
			"SET STATEMENT max_statement_time = 5 FOR UPDATE $connections SET limit_max = 9",
			"SET ROLE NONE",
			"SET DEFAULT ROLE evil",
			"SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ",
			"SET SESSION TRANSACTION READ ONLY",
			"SET `autocommit` = 0",
			"KILL 1",
			"FLUSH PRIVILEGES",
			"RESET MASTER",
			"SHUTDOWN",
		);
	}

	/** @dataProvider statements */
	public function test_the_statement_is_refused( string $sql ): void {
		self::assertStatementStopped( $sql );
	}
}

<?php
/**
 * Who: B, a tool of a plugin gone astray.
 * Has: a call of an administrator's agent with every permission, and arguments that an attacker chose.
 * Does: drops or alters the database of the site.
 * Gets: `write_refused`, an entry in the audit log, and a site that is unchanged.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Tests\AstrayTool;

/** Statements on databases do not pass. */
final class DropDatabaseTest extends AstrayTool {

	/** @return array<string, array{string}> */
	public function statements(): array {
		return self::each(
			"DROP DATABASE " . DB_NAME,
			"DROP SCHEMA IF EXISTS `" . DB_NAME . "`",
			"ALTER DATABASE " . DB_NAME . " CHARACTER SET latin1",
			"CREATE DATABASE evil",
			"USE mysql",
			"drop/**/database " . DB_NAME,
		);
	}

	/** @dataProvider statements */
	public function test_the_statement_is_refused( string $sql ): void {
		self::assertStatementStopped( $sql );
	}
}

<?php
/**
 * Who: B, a tool of a plugin gone astray.
 * Has: a call of an administrator's agent with every permission, and arguments that an attacker chose.
 * Does: lets the database put a statement together.
 * Gets: `write_refused`, an entry in the audit log, and a site that is unchanged.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Tests\AstrayTool;

/** Dynamic SQL does not pass. */
final class PreparedStatementTest extends AstrayTool {

	/** @return array<string, array{string}> */
	public function statements(): array {
		global $wpdb;
		return self::each(
			"PREPARE evil FROM 'DELETE FROM {$wpdb->posts}'",
			"EXECUTE evil",
			"EXECUTE IMMEDIATE 'DELETE FROM {$wpdb->posts}'",
			"DEALLOCATE PREPARE evil",
			"EXECUTE IMMEDIATE CONCAT('DELETE FROM ', '{$wpdb->users}')",
		);
	}

	/** @dataProvider statements */
	public function test_the_statement_is_refused( string $sql ): void {
		self::assertStatementStopped( $sql );
	}
}

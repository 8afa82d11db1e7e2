<?php
/**
 * Who: B, a tool of a plugin gone astray.
 * Has: a call of an administrator's agent with every permission, and arguments that an attacker chose.
 * Does: writes rows that its condition only seems not to match.
 * Gets: `write_refused`, an entry in the audit log, and a site that is unchanged.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Tests\AstrayTool;

/** A condition that is more than a name is not understood, and refused. */
final class WrongConditionTest extends AstrayTool {

	/** @return array<string, array{string}> */
	public function statements(): array {
		global $wpdb;
		return self::each(
			"UPDATE {$wpdb->usermeta} SET meta_value = 'x' WHERE meta_key = 'zz' = 0",
			"UPDATE {$wpdb->options} SET option_value = 'x' WHERE option_name = 'zz' = 0",
			"UPDATE {$wpdb->options} SET option_value = 'x' WHERE option_name = 'zz' OR 1",
			"UPDATE {$wpdb->options} SET option_value = 'x' WHERE option_name = 'zz' XOR 1",
			"UPDATE {$wpdb->options} SET option_value = 'x' WHERE NOT option_name = 'zz'",
			"UPDATE {$wpdb->options} SET option_value = 'x' WHERE option_name <> 'zz'",
			"UPDATE {$wpdb->options} SET option_value = 'x' WHERE option_name = 'zz' IS NOT TRUE",
			"UPDATE {$wpdb->options} SET option_value = 'x' WHERE option_name NOT IN ('zz')",
			"UPDATE {$wpdb->options} SET option_value = 'x' WHERE option_name = 'zz' COLLATE utf8mb4_bin = 0",
			"UPDATE {$wpdb->options} SET option_value = 'x' WHERE option_name REGEXP 'home'",
			"UPDATE {$wpdb->options} SET option_value = 'x' WHERE option_name = (SELECT 'home')",
			"UPDATE {$wpdb->options} SET option_value = 'x' WHERE option_name BETWEEN 'a' AND 'z'",
			"UPDATE {$wpdb->options} SET option_value = 'x' WHERE option_id = 1",
			"UPDATE {$wpdb->options} SET option_value = 'x' WHERE option_value = 'zz'",
			"UPDATE {$wpdb->options} SET option_value = 'x'",
			"UPDATE {$wpdb->options} SET option_value = 'x' WHERE (option_name = 'zz') = 0",
			"DELETE FROM {$wpdb->options} WHERE option_name = 'zz' OR option_name = 'home'",
			"DELETE FROM {$wpdb->options} WHERE option_name > 'a'",
			"DELETE FROM {$wpdb->options} ORDER BY option_id LIMIT 1",
			"UPDATE {$wpdb->options} SET option_name = 'home' WHERE option_name = 'zz'",
		);
	}

	/** @dataProvider statements */
	public function test_the_statement_is_refused( string $sql ): void {
		self::assertStatementStopped( $sql );
	}
}

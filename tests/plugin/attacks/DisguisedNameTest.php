<?php
/**
 * Who: B, a tool of a plugin gone astray.
 * Has: a call of an administrator's agent with every permission, and arguments that an attacker chose.
 * Does: lets the server make the protected name: hexadecimal, by a function, in two parts, in another character set.
 * Gets: `write_refused`, an entry in the audit log, and a site that is unchanged.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Tests\AstrayTool;

/** A name is one plain literal. */
final class DisguisedNameTest extends AstrayTool {

	/** @return array<string, array{string}> */
	public function statements(): array {
		global $wpdb;
		return self::each(
			"UPDATE {$wpdb->options} SET option_value = 'x' WHERE option_name = 0x686F6D65",
			"UPDATE {$wpdb->options} SET option_value = 'x' WHERE option_name = x'686F6D65'",
			"UPDATE {$wpdb->options} SET option_value = 'x' WHERE option_name = b'01101000'",
			"UPDATE {$wpdb->options} SET option_value = 'x' WHERE option_name = CONCAT('ho', 'me')",
			"UPDATE {$wpdb->options} SET option_value = 'x' WHERE option_name = 'ho' 'me'",
			"UPDATE {$wpdb->options} SET option_value = 'x' WHERE option_name = N'home'",
			"UPDATE {$wpdb->options} SET option_value = 'x' WHERE option_name = _latin1'home'",
			"UPDATE {$wpdb->options} SET option_value = 'x' WHERE option_name = _utf8mb4 0x686F6D65",
			"UPDATE {$wpdb->options} SET option_value = 'x' WHERE option_name = UNHEX('686F6D65')",
			"UPDATE {$wpdb->options} SET option_value = 'x' WHERE option_name = @name",
			"UPDATE {$wpdb->options} SET option_value = 'x' WHERE option_name = '\\h\\o\\m\\e'",
			"INSERT INTO {$wpdb->options} (option_name, option_value) VALUES (LOWER('HOME'), 'x')",
		);
	}

	/** @dataProvider statements */
	public function test_the_statement_is_refused( string $sql ): void {
		self::assertStatementStopped( $sql );
	}
}

<?php
/**
 * Who: B, a tool of a plugin gone astray.
 * Has: a call of an administrator's agent with every permission, and arguments that an attacker chose.
 * Does: inserts a row whose key is that of a protected one, so that the database changes that row.
 * Gets: `write_refused`, an entry in the audit log, and a site that is unchanged.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Tests\AstrayTool;

/** A row of an option is named by its name alone. */
final class KeyCollisionTest extends AstrayTool {

	/** @return array<string, array{string}> */
	public function statements(): array {
		global $wpdb;
		return self::each(
			"INSERT INTO {$wpdb->usermeta} (umeta_id, user_id, meta_key, meta_value) VALUES (1, 1, 'zz', 'x') ON DUPLICATE KEY UPDATE meta_value = 'x'",
			"INSERT INTO {$wpdb->options} (option_id, option_name, option_value) VALUES (1, 'zz', 'x') ON DUPLICATE KEY UPDATE option_value = 'x'",
			"INSERT INTO {$wpdb->options} (option_id, option_name, option_value) VALUES (1, 'zz', 'x')",
			"INSERT INTO {$wpdb->options} VALUES (1, 'zz', 'x', 'on') ON DUPLICATE KEY UPDATE option_value = VALUES(option_value)",
			"INSERT INTO {$wpdb->options} (option_name, option_value) VALUES ('zz', 'x') ON DUPLICATE KEY UPDATE option_name = 'home'",
			"INSERT INTO {$wpdb->options} (option_name, option_value) VALUES ('zz', 'x'), ('home', 'y')",
			"INSERT INTO {$wpdb->options} (option_name, option_value) SELECT 'home', 'x'",
			"INSERT INTO {$wpdb->options} SET option_name = 'home', option_value = 'x'",
			"INSERT INTO {$wpdb->options} (option_name, option_name, option_value) VALUES ('zz', 'home', 'x')",
			"INSERT INTO {$wpdb->users} (ID, user_login) VALUES (1, 'x') ON DUPLICATE KEY UPDATE user_pass = 'x'",
		);
	}

	/** @dataProvider statements */
	public function test_the_statement_is_refused( string $sql ): void {
		self::assertStatementStopped( $sql );
	}
}

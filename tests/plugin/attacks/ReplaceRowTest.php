<?php
/**
 * Who: B, a tool of a plugin gone astray.
 * Has: a call of an administrator's agent with every permission, and arguments that an attacker chose.
 * Does: replaces a protected row by its key.
 * Gets: `write_refused`, an entry in the audit log, and a site that is unchanged.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Tests\AstrayTool;
use Countersign\Tests\Site;

/** REPLACE is for content only. */
final class ReplaceRowTest extends AstrayTool {

	/** @return array<string, array{string}> */
	public function statements(): array {
		global $wpdb;
		$connections = Site::table( 'connections' );
		return self::each(
			"REPLACE INTO {$wpdb->options} (option_id, option_name, option_value) VALUES (1, 'zz', 'x')",
			"REPLACE INTO {$wpdb->options} (option_name, option_value) VALUES ('zz', 'x')",
			"REPLACE {$wpdb->options} SET option_name = 'home'",
			"REPLACE INTO {$wpdb->usermeta} (umeta_id, user_id, meta_key) VALUES (1, 1, 'zz')",
			"REPLACE INTO {$wpdb->users} (ID, user_login) VALUES (1, 'x')",
			"REPLACE INTO $connections (id, name) VALUES (1, 'x')",
		);
	}

	/** @dataProvider statements */
	public function test_the_statement_is_refused( string $sql ): void {
		self::assertStatementStopped( $sql );
	}
}

<?php
/**
 * Who: B, a tool of a plugin gone astray.
 * Has: a call of an administrator's agent with every permission, and arguments that an attacker chose.
 * Does: stores code in the database that runs later: a trigger, an event, a procedure, a view.
 * Gets: `write_refused`, an entry in the audit log, and a site that is unchanged.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Tests\AstrayTool;

/** Code in the database cannot be made. */
final class StoredCodeTest extends AstrayTool {

	/** @return array<string, array{string}> */
	public function statements(): array {
		global $wpdb;
		return self::each(
			"CREATE TRIGGER evil AFTER UPDATE ON {$wpdb->posts} FOR EACH ROW UPDATE {$wpdb->options} SET option_value = 'x'",
			"CREATE OR REPLACE TRIGGER evil BEFORE INSERT ON {$wpdb->posts} FOR EACH ROW SET NEW.post_status = 'publish'",
			"CREATE DEFINER = CURRENT_USER EVENT evil ON SCHEDULE EVERY 1 DAY DO DELETE FROM {$wpdb->posts}",
			"ALTER EVENT evil ENABLE",
			"CREATE VIEW {$wpdb->prefix}evil AS SELECT * FROM {$wpdb->users}",
			"CREATE ALGORITHM = MERGE VIEW {$wpdb->prefix}evil AS SELECT * FROM {$wpdb->options}",
			"CREATE PROCEDURE evil() DELETE FROM {$wpdb->posts}",
			"CREATE FUNCTION evil() RETURNS int RETURN 1",
			"CREATE FUNCTION evil RETURNS STRING SONAME 'evil.so'",
			"CALL evil()",
			"CREATE USER evil",
			"GRANT ALL ON *.* TO evil",
			"SET PASSWORD = 'x'",
			"INSTALL PLUGIN evil SONAME 'evil.so'",
		);
	}

	/** @dataProvider statements */
	public function test_the_statement_is_refused( string $sql ): void {
		self::assertStatementStopped( $sql );
	}
}

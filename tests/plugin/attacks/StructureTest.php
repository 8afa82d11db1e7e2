<?php
/**
 * Who: B, a tool of a plugin gone astray.
 * Has: a call of an administrator's agent with every permission, and arguments that an attacker chose.
 * Does: changes the structure of tables, or empties one.
 * Gets: `write_refused`, an entry in the audit log, and a site that is unchanged.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Tests\AstrayTool;
use Countersign\Tests\Site;

/** No statement that defines data passes. */
final class StructureTest extends AstrayTool {

	/** @return array<string, array{string}> */
	public function statements(): array {
		global $wpdb;
		$connections = Site::table( 'connections' );
		return self::each(
			"CREATE TABLE {$wpdb->prefix}evil (a int)",
			"CREATE TEMPORARY TABLE {$wpdb->prefix}evil (a int)",
			"CREATE TABLE IF NOT EXISTS {$wpdb->prefix}evil AS SELECT * FROM {$wpdb->users}",
			"ALTER TABLE {$wpdb->posts} ADD COLUMN evil int",
			"ALTER TABLE {$wpdb->users} RENAME TO {$wpdb->prefix}evil",
			"DROP TABLE {$wpdb->postmeta}",
			"DROP TABLE IF EXISTS $connections",
			"TRUNCATE TABLE {$wpdb->posts}",
			"TRUNCATE {$wpdb->postmeta}",
			"RENAME TABLE {$wpdb->posts} TO {$wpdb->prefix}evil",
			"CREATE INDEX evil ON {$wpdb->posts} (post_name)",
			"DROP INDEX post_name ON {$wpdb->posts}",
			"ALTER TABLE {$wpdb->options} DROP INDEX option_name",
			"OPTIMIZE TABLE {$wpdb->posts}",
			"REPAIR TABLE {$wpdb->posts}",
			"LOCK TABLES {$wpdb->posts} WRITE",
		);
	}

	/** @dataProvider statements */
	public function test_the_statement_is_refused( string $sql ): void {
		self::assertStatementStopped( $sql );
	}
}

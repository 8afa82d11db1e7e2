<?php
/**
 * Who: B, a tool of a plugin gone astray.
 * Has: a call of an administrator's agent with every permission, and arguments that an attacker chose.
 * Does: writes the tables in which this plugin keeps connections, grants, clients, schedules, upload sessions and the log.
 * Gets: `write_refused`, an entry in the audit log, and a site that is unchanged.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Tests\AstrayTool;
use Countersign\Tests\Site;

/** The plugin's own tables are not written. */
final class OwnTablesTest extends AstrayTool {

	/** @return array<string, array{string}> */
	public function tables(): array {
		return self::each( ...array_map( Site::table( ... ), [ 'connections', 'grants', 'oauth_clients', 'audit_entry', 'audit_text', 'audit_head', 'audit_checkpoint', 'upload_sessions', 'of_tomorrow' ] ) );
	}

	/** @dataProvider tables */
	public function test_the_table_is_not_written( string $table ): void {
		foreach ( [ "UPDATE $table SET id = 1", "DELETE FROM $table", "INSERT INTO $table (id) VALUES (1)", "INSERT INTO $table SELECT * FROM $table", "SELECT * FROM $table FOR UPDATE", "SELECT * FROM $table LOCK IN SHARE MODE" ] as $sql ) {
			self::assertStatementStopped( $sql );
		}
	}
}

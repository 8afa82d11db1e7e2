<?php
/**
 * Who: B, a tool of a plugin gone astray.
 * Has: a call of an administrator's agent with every permission, and arguments that an attacker chose.
 * Does: names another database of the server, or the own one in front of a protected table.
 * Gets: `write_refused`, an entry in the audit log, and a site that is unchanged.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Tests\AstrayTool;
use Countersign\Tests\Site;

/** A name of a database in front of a table protects nothing. */
final class OtherDatabaseTest extends AstrayTool {

	/** @return array<string, array{string}> */
	public function statements(): array {
		global $wpdb;
		$connections = Site::table( 'connections' );
		return self::each(
			"UPDATE mysql.user SET a = 1",
			"INSERT INTO mysql.global_priv (Host) VALUES ('x')",
			"DELETE FROM `other`.`{$wpdb->posts}`",
			"UPDATE `" . DB_NAME . "`.`{$wpdb->users}` SET user_pass = 'x'",
			"UPDATE " . DB_NAME . ".{$wpdb->options} SET option_value = 'x' WHERE option_name = 'home'",
			"UPDATE `" . DB_NAME . "` . $connections SET state = 'active'",
			"UPDATE {$wpdb->posts}, other.x SET a = 1",
			"DELETE other.x FROM other.x JOIN {$wpdb->posts}",
		);
	}

	/** @dataProvider statements */
	public function test_the_statement_is_refused( string $sql ): void {
		self::assertStatementStopped( $sql );
	}
}

<?php
/**
 * Who: B, a tool of a plugin gone astray.
 * Has: a call of an administrator's agent with every permission, and arguments that an attacker chose.
 * Does: uses quotes and backslashes so that a simple reader takes a part of the statement for text, or text for a
 *   part of it.
 * Gets: `write_refused`, an entry in the audit log, and a site that is unchanged.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Tests\AstrayTool;
use Countersign\Tests\Site;

/** Quotes are read as the server reads them. */
final class QuoteConfusionTest extends AstrayTool {

	/** @return array<string, array{string}> */
	public function statements(): array {
		global $wpdb;
		$connections = Site::table( 'connections' );
		return self::each(
			"UPDATE {$wpdb->posts} SET post_title = 'a\\\\', post_name = 'b', $connections = '' WHERE 0",
			"UPDATE $connections SET name = 'it''s $connections \\' here' WHERE client <> '\"'",
			"UPDATE \"$connections\" SET limit_max = 9",
			"UPDATE `$connections` SET limit_max = 9",
			"UPDATE `a``b`, $connections SET limit_max = 9",
			"UPDATE {$wpdb->posts} SET post_title = 'a' 'b' \"c\", $connections.limit_max = 9",
			"UPDATE {$wpdb->posts} SET post_title = \"' /* \", menu_order = (SELECT 1 FROM $connections) WHERE '*/'",
			"UPDATE {$wpdb->posts} SET post_title = 'no end",
			"UPDATE {$wpdb->posts} SET post_title = `no end",
			"UPDATE {$wpdb->posts} SET post_title = '\\'",
		);
	}

	/** @dataProvider statements */
	public function test_the_statement_is_refused( string $sql ): void {
		self::assertStatementStopped( $sql );
	}
}

<?php
/**
 * Who: B, a tool of a plugin gone astray.
 * Has: a call of an administrator's agent with every permission, and arguments that an attacker chose.
 * Does: changes a protected table together with one of content.
 * Gets: `write_refused`, an entry in the audit log, and a site that is unchanged.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Tests\AstrayTool;
use Countersign\Tests\Site;

/** Each table of a statement must be one that may be written. */
final class ManyTablesTest extends AstrayTool {

	/** @return array<string, array{string}> */
	public function statements(): array {
		global $wpdb;
		$connections = Site::table( 'connections' );
		return self::each(
			"UPDATE {$wpdb->posts} p, {$wpdb->options} o SET o.option_value = 'x'",
			"UPDATE {$wpdb->posts} AS p JOIN {$wpdb->users} AS u ON u.ID = p.post_author SET u.user_pass = 'x'",
			"UPDATE {$wpdb->posts} p LEFT JOIN $connections c ON 1 SET c.state = 'active'",
			"DELETE p, o FROM {$wpdb->posts} p, {$wpdb->options} o WHERE 1",
			"DELETE FROM o USING {$wpdb->posts} p, {$wpdb->options} o",
			"DELETE m FROM {$wpdb->usermeta} m JOIN {$wpdb->posts} p",
			"UPDATE ({$wpdb->posts}, {$wpdb->options}) SET option_value = 'x'",
			"UPDATE {$wpdb->posts} p, (SELECT 1) s, {$wpdb->usermeta} m SET m.meta_value = 'x'",
			"UPDATE {$wpdb->posts} AS `a'b`, $connections AS `c'd` SET `c'd`.limit_max = 9",
			"UPDATE {$wpdb->posts} AS `a#b`, $connections AS c SET c.limit_max = 9",
			"DELETE a, b FROM {$wpdb->options} a, {$wpdb->options} b WHERE a.option_name LIKE '%' AND b.option_name = 'home'",
			"UPDATE {$wpdb->postmeta} SET meta_value = (SELECT user_pass FROM {$wpdb->users} LIMIT 1)",
		);
	}

	/** @dataProvider statements */
	public function test_the_statement_is_refused( string $sql ): void {
		self::assertStatementStopped( $sql );
	}
}

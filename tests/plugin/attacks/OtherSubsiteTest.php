<?php
/**
 * Who: B, a tool of a plugin gone astray.
 * Has: a call of an administrator's agent with every permission, and arguments that an attacker chose.
 * Does: writes tables of another site of the network, which share the beginning of their names.
 * Gets: `write_refused`, an entry in the audit log, and a site that is unchanged.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Tests\AstrayTool;

/** A call writes tables of its own site only. */
final class OtherSubsiteTest extends AstrayTool {

	/** @return array<string, array{string}> */
	public function statements(): array {
		global $wpdb;
		return self::each(
			"UPDATE {$wpdb->base_prefix}2_options SET option_value = 'x' WHERE option_name = 'zz'",
			"UPDATE {$wpdb->base_prefix}2_posts SET post_status = 'publish'",
			"DELETE FROM {$wpdb->base_prefix}17_usermeta",
			"UPDATE {$wpdb->base_prefix}2_countersign_connections SET state = 'active'",
			"INSERT INTO {$wpdb->base_prefix}3_postmeta (post_id) VALUES (1)",
			"UPDATE {$wpdb->posts} p, {$wpdb->base_prefix}2_posts q SET p.menu_order = 1",
			"DELETE q FROM {$wpdb->posts} p JOIN {$wpdb->base_prefix}2_comments q ON 1",
			"UPDATE other_posts SET post_status = 'publish'",
			"INSERT INTO wordpressposts (a) VALUES (1)",
		);
	}

	/** @dataProvider statements */
	public function test_the_statement_is_refused( string $sql ): void {
		self::assertStatementStopped( $sql );
	}
}

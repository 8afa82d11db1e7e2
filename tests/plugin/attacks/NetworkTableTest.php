<?php
/**
 * Who: B, a tool of a plugin gone astray.
 * Has: a call of an administrator's agent with every permission, and arguments that an attacker chose.
 * Does: writes what rules a network: its options, sites and pending accounts.
 * Gets: `write_refused`, an entry in the audit log, and a site that is unchanged.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Tests\AstrayTool;

/** The tables of a network are protected on each of its sites. */
final class NetworkTableTest extends AstrayTool {

	/** @return array<string, array{string}> */
	public function ways(): array {
		return self::each(
			'$wpdb->query( "UPDATE {$wpdb->base_prefix}sitemeta SET a = 1" )',
			'$wpdb->query( "UPDATE {$wpdb->base_prefix}site SET a = 1" )',
			'$wpdb->query( "UPDATE {$wpdb->base_prefix}blogs SET a = 1" )',
			'$wpdb->query( "UPDATE {$wpdb->base_prefix}blogmeta SET a = 1" )',
			'$wpdb->query( "UPDATE {$wpdb->base_prefix}signups SET a = 1" )',
			'$wpdb->query( "UPDATE {$wpdb->base_prefix}registration_log SET a = 1" )',
			'$wpdb->query( "INSERT INTO {$wpdb->base_prefix}sitemeta (meta_key, meta_value) VALUES (\'site_admins\', \'x\')" )',
			'update_network_option( null, "site_admins", [ "author" ] )',
			'update_site_option( "active_sitewide_plugins", [ "a" => 1 ] )',
			'update_network_option( null, "admin_email", "evil@example.test" )',
		);
	}

	/** @dataProvider ways */
	public function test_it_is_refused( string $code ): void {
		self::assertStopped( "return $code;" );
	}
}

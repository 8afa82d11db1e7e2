<?php
/**
 * Who: B, a tool of a plugin gone astray.
 * Has: a call of an administrator's agent with every permission, and arguments that an attacker chose.
 * Does: writes an option by a name that the database takes for a protected one: other case, accents, spaces at an
 *   end, NUL, characters without weight.
 * Gets: `write_refused`, an entry in the audit log, and a site that is unchanged.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Tests\AstrayTool;

/** Names are compared as the database compares them. */
final class OptionNameCollationTest extends AstrayTool {

	/** @return array<string, array{string}> */
	public function names(): array {
		return self::each( 'STYLESHEET', 'HOME ', ' home', "home\0", 'ADMIN_EMÁIL', 'défault_role', 'cóuntersign_settings', 'COUNTERSIGN_KILL_SWITCH', "count\u{AD}ersign_site", "users_can\u{200B}_register", 'wp_USER_roles', 'ｓiteurl', "active_plugins\t", 'new_admin_emaiĺ', '_site_transient_UPDATE_plugins', '_transient_countersign_x', 'countersign_of_tomorrow' );
	}

	/** @dataProvider names */
	public function test_a_statement_with_the_name_is_refused( string $name ): void {
		$name = var_export( $name, true );
		foreach (
			[
				'UPDATE $wpdb->options SET option_value = \'x\' WHERE option_name = %s',
				'INSERT INTO $wpdb->options (option_name, option_value) VALUES (%s, \'x\')',
				'INSERT INTO $wpdb->options (option_name, option_value) VALUES (%s, \'x\') ON DUPLICATE KEY UPDATE option_value = VALUES(option_value)',
				'DELETE FROM $wpdb->options WHERE option_name = %s',
			] as $sql
		) {
			self::assertStopped( "return \$wpdb->query( \$wpdb->prepare( \"$sql\", $name ) );" );
		}
	}

	public function test_a_pattern_that_matches_a_protected_name_is_refused(): void {
		foreach ( [ '%', 'h_me', 'admin%', '%roles', 'COUNTERSIGN%', 'défault_role' ] as $pattern ) {
			self::assertStopped( 'return $wpdb->query( $wpdb->prepare( "DELETE FROM $wpdb->options WHERE option_name LIKE %s", ' . var_export( $pattern, true ) . ' ) );' );
		}
	}
}

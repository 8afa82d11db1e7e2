<?php
/**
 * Who: B, a tool of a plugin gone astray.
 * Has: a call of an administrator's agent with every permission, and arguments that an attacker chose.
 * Does: writes each of the options that rule the site, by the functions of WordPress and by SQL.
 * Gets: `write_refused`, an entry in the audit log, and a site that is unchanged.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Tests\AstrayTool;

/** Every option that decides who may do what and which code runs is protected. */
final class RulingOptionsTest extends AstrayTool {

	/** @return array<string, array{string}> */
	public function options(): array {
		global $wpdb;
		return self::each( 'siteurl', 'home', 'admin_email', 'new_admin_email', 'default_role', 'users_can_register', $wpdb->prefix . 'user_roles', 'active_plugins', 'template', 'stylesheet', 'recovery_keys', 'permalink_structure', 'upload_path', 'upload_url_path', 'WPLANG', 'mailserver_url', 'mailserver_login', 'mailserver_pass', 'mailserver_port', 'auto_update_core_dev', 'auto_update_core_minor', 'auto_update_core_major', 'auto_update_plugins', 'auto_update_themes', 'auth_key', 'nonce_salt', 'db_version', 'uninstall_plugins', 'countersign_settings', 'countersign_kill_switch', 'countersign_site_id', 'countersign_site', 'countersign_beacon', 'countersign_anything' );
	}

	/** @dataProvider options */
	public function test_the_option_is_not_written( string $option ): void {
		self::assertStatementStopped( "UPDATE wp_options SET option_value = 'x' WHERE option_name = '$option'" );
		self::assertStatementStopped( "DELETE FROM wp_options WHERE option_name = '$option'" );
		self::assertStatementStopped( "INSERT INTO wp_options (option_name, option_value) VALUES ('$option', 'x') ON DUPLICATE KEY UPDATE option_value = VALUES(option_value)" );
		self::assertStatementStopped( "UPDATE wp_options SET autoload = 'off' WHERE option_name IN ('fixture_x', '$option')" );
	}

	public function test_functions_of_wordpress_do_not_write_them_either(): void {
		foreach ( [ 'update_option( "admin_email", "evil@example.test" )', 'update_option( "users_can_register", 1 )', 'update_option( "default_role", "administrator" )', 'update_option( "active_plugins", [] )', 'delete_option( "active_plugins" )', 'add_option( "recovery_keys", "x" )' ] as $code ) {
			self::assertStopped( "require_once ABSPATH . 'wp-admin/includes/plugin.php'; return $code;" );
		}
	}
}

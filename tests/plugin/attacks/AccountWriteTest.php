<?php
/**
 * Who: B, a tool of a plugin gone astray.
 * Has: a call of an administrator's agent with every permission, and arguments that an attacker chose.
 * Does: changes accounts by the functions of WordPress.
 * Gets: `write_refused`, an entry in the audit log, and a site that is unchanged.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Tests\AstrayTool;

/** No statement changes an account. */
final class AccountWriteTest extends AstrayTool {

	/** @return array<string, array{string}> */
	public function ways(): array {
		return self::each(
			'wp_insert_user( [ "user_login" => "evil", "user_pass" => "x", "role" => "administrator" ] )',
			'wp_create_user( "evil", "x", "evil@example.test" )',
			'wp_update_user( [ "ID" => 1, "user_pass" => "taken over" ] )',
			'wp_update_user( [ "ID" => get_current_user_id(), "user_email" => "evil@example.test" ] )',
			'wp_set_password( "taken over", 1 )',
			'get_userdata( get_user_by( "login", "author" )->ID )->set_role( "administrator" )',
			'get_userdata( get_user_by( "login", "author" )->ID )->add_cap( "manage_options" )',
			'wp_get_current_user()->add_role( "editor" )',
			'get_userdata( 1 )->remove_all_caps()',
			'get_password_reset_key( get_userdata( 1 ) )',
			'retrieve_password( "admin" )',
			'get_role( "author" )->add_cap( "manage_options" )',
			'add_role( "evil", "Evil", [ "manage_options" => true ] )',
			'remove_role( "editor" )',
			'require_once ABSPATH . "wp-admin/includes/user.php"; return wp_delete_user( get_user_by( "login", "subscriber" )->ID )',
		);
	}

	/** @dataProvider ways */
	public function test_it_is_refused( string $code ): void {
		self::assertStopped( str_contains( $code, 'return' ) ? "$code;" : "return $code;" );
	}
}

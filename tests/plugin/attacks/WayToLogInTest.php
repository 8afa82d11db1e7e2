<?php
/**
 * Who: B, a tool of a plugin gone astray.
 * Has: a call of an administrator's agent with every permission, and arguments that an attacker chose.
 * Does: makes a way to log in, or ends that of others.
 * Gets: `write_refused`, an entry in the audit log, and a site that is unchanged.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Tests\AstrayTool;

/** Sessions and application passwords are metadata of an account. */
final class WayToLogInTest extends AstrayTool {

	/** @return array<string, array{string}> */
	public function ways(): array {
		return self::each(
			'WP_Application_Passwords::create_new_application_password( get_current_user_id(), [ "name" => "back door" ] )',
			'WP_Application_Passwords::create_new_application_password( 1, [ "name" => "back door" ] )',
			'WP_Session_Tokens::get_instance( 1 )->create( time() + 9999 )',
			'WP_Session_Tokens::get_instance( 1 )->destroy_all()',
			'wp_set_auth_cookie( 1 )',
			'wp_generate_auth_cookie( 1, time() + 9999 ) && wp_set_auth_cookie( 1, true )',
			'update_user_meta( 1, "session_tokens", [] )',
			'wp_destroy_all_sessions()',
		);
	}

	/** @dataProvider ways */
	public function test_it_is_refused( string $code ): void {
		self::assertStopped( "return $code;" );
	}
}

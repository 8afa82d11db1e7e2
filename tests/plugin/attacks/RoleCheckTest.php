<?php
/**
 * Who: B, a tool of a plugin gone astray.
 * Has: a call of an administrator's agent with every permission, and arguments that an attacker chose.
 * Does: asks for the role `administrator`, as careless plugins do to decide what they may do.
 * Gets: false everywhere, and an empty list of roles.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Tests\AstrayTool;
use Countersign\Tests\Site;

/** The user of a call has no role. */
final class RoleCheckTest extends AstrayTool {

	/** @return array<string, array{string}> Expressions that are true for an administrator. */
	public function checks(): array {
		return self::each(
			'current_user_can( "administrator" )',
			'current_user_can( "editor" ) || current_user_can( "manage_options" )',
			'user_can( get_current_user_id(), "administrator" ) || user_can( 1, "administrator" )',
			'in_array( "administrator", wp_get_current_user()->roles, true )',
			'in_array( "administrator", (array) get_userdata( get_current_user_id() )->roles, true )',
			'in_array( "administrator", ( new WP_User( get_current_user_id() ) )->roles, true )',
			'in_array( "administrator", get_user_by( "login", "admin" )->roles, true )',
			'[] !== wp_get_current_user()->roles',
			'! empty( wp_get_current_user()->caps["administrator"] )',
			'! empty( wp_get_current_user()->allcaps["manage_options"] ) || ! empty( wp_get_current_user()->get_role_caps()["edit_users"] )',
			'! empty( $GLOBALS["current_user"]->allcaps["administrator"] )',
			'array_key_exists( "administrator", (array) get_user_meta( get_current_user_id(), "wp_capabilities", true ) )',
			'str_contains( serialize( get_user_meta( get_current_user_id() ) ), "administrator" )',
			'str_contains( serialize( wp_get_current_user()->wp_capabilities ), "administrator" )',
			'wp_get_current_user()->has_cap( "administrator" )',
			'is_super_admin() || is_super_admin( 1 )',
			'get_role( "administrator" )->has_cap( "manage_options" )',
			'in_array( get_current_user_id(), array_map( "intval", get_users( [ "role" => "administrator", "fields" => "ID" ] ) ), true )',
			'[] !== get_users( [ "role__in" => [ "administrator", "editor" ] ] )',
			'[] !== get_users( [ "capability" => "manage_options" ] )',
			'array_key_exists( "administrator", get_editable_roles() )'
		);
	}

	/** @dataProvider checks */
	public function test_the_check_is_false( string $check ): void {
		self::assertWithoutEffect( false, "require_once ABSPATH . 'wp-admin/includes/user.php'; return $check;" );
	}

	public function test_the_same_checks_are_true_for_a_person(): void {
		wp_set_current_user( Site::user( 'admin' ) );
		foreach ( $this->checks() as [ $check ] ) {
			self::assertTrue( eval( "return $check;" ), $check );
		}
	}

	public function test_users_who_can_edit_are_still_found(): void {
		self::assertContains( (string) Site::user( 'editor' ), self::value( 'return get_users( [ "capability" => [ "edit_posts" ], "fields" => "ID" ] );' ) );
	}
}

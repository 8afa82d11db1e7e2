<?php
/**
 * Who: B, a tool of a plugin gone astray.
 * Has: a call of an administrator's agent with every permission, and arguments that an attacker chose.
 * Does: makes user objects, or uses some that were made before the call, to find capabilities that the call lacks.
 * Gets: objects with capabilities of content only.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Tests\AstrayTool;
use Countersign\Tests\Site;

/** Every object of a user that is made during a call knows what the call may do. */
final class NewUserObjectTest extends AstrayTool {

	public function test_new_objects_have_no_more(): void {
		$objects = [ 'new WP_User( 1 )', 'new WP_User( 0, "admin" )', 'get_userdata( 1 )', 'get_user_by( "login", "admin" )', 'get_user_by( "email", get_userdata( 1 )->user_email )', 'WP_User::get_data_by( "id", 1 )', '( new WP_User_Query( [ "include" => [ 1 ] ] ) )->get_results()[0]', 'unserialize( serialize( get_userdata( 1 ) ) )', 'clone get_userdata( 1 )' ];
		foreach ( $objects as $object ) {
			self::assertWithoutEffect( [ [], [] ], "\$user = $object; \$user = \$user instanceof WP_User ? \$user : new WP_User( \$user ); return [ \$user->roles, array_values( array_intersect( array_keys( array_filter( \$user->allcaps ) ), [ 'manage_options', 'edit_users', 'unfiltered_html', 'administrator', 'level_10', 'install_plugins', 'edit_theme_options' ] ) ) ];" );
		}
	}

	public function test_the_object_of_the_current_user_from_before_the_call_has_nothing(): void {
		$code       = 'wp_set_current_user( ' . Site::user( 'admin' ) . ' ); $held = wp_get_current_user(); ( new Countersign\Plugin\AgentScope\AgentUser( fn() => null ) )->become( ' . Site::user( 'admin' ) . ' ); echo json_encode( [ $held->roles, $held->allcaps, $held->has_cap( "manage_options" ), $held->has_cap( "administrator" ) ] );';
		[ $output ] = Site::php( $code );
		self::assertSame( '[[],[],false,false]', $output );
	}

	public function test_another_site_of_a_network_gives_nothing(): void {
		self::assertWithoutEffect( [ [], '0' ], 'return [ get_user_meta( 1, "wp_2_capabilities", true ), get_user_meta( 1, "wp_2_user_level", true ) ];' );
	}
}

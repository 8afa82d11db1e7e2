<?php
/**
 * Who: B, a tool of a plugin gone astray.
 * Has: a call of an administrator's agent with every permission, and arguments that an attacker chose.
 * Does: writes metadata of an account by a key that the database takes for that of the capabilities.
 * Gets: a function that returns false or `write_refused`, and an account that is unchanged.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Tests\AstrayTool;
use Countersign\Tests\Fingerprint;
use Countersign\Tests\Site;

/** No metadata of an account is written, by any name. */
final class UserMetaKeyCollationTest extends AstrayTool {

	/** @return array<string, array{string}> */
	public function keys(): array {
		return self::each( 'WP_CAPABILITIES', 'wp_capabilities ', 'wp_capabilitiés', "wp_capabilities\0", 'wp_2_capabilities', 'wp_user_level', 'session_tokens', '_application_passwords', 'wp_cap\u{AD}abilities', 'anything' );
	}

	/** @dataProvider keys */
	public function test_nothing_is_written( string $key ): void {
		$before = Fingerprint::of_site( true );
		$key    = var_export( $key, true );
		$user   = Site::user( 'author' );
		foreach ( [ "update_user_meta( $user, $key, [ 'administrator' => true ] )", "add_user_meta( $user, $key, [ 'administrator' => true ] )", "delete_user_meta( $user, $key )", "update_metadata( 'user', $user, $key, [ 'administrator' => true ] )", "update_user_option( $user, $key, 1, true )" ] as $code ) {
			$answer = self::run_code( "return $code;" );
			self::assertTrue( 'write_refused' === $answer->reason() || false === $answer->content()['returned'], "$code: $answer->body" );
		}
		self::assertSame( [], $before->difference( Fingerprint::of_site( true ) ) );
	}

	/** @dataProvider keys */
	public function test_a_statement_is_refused( string $key ): void {
		self::assertStopped( 'return $wpdb->update( $wpdb->usermeta, [ "meta_value" => "x" ], [ "meta_key" => ' . var_export( $key, true ) . ' ] );' );
	}
}

<?php
/**
 * Who: B, a tool of a plugin gone astray.
 * Has: a call of an administrator's agent with every permission, and arguments that an attacker chose.
 * Does: asks for levels, which WordPress used before roles and plugins still ask for.
 * Gets: level 0, and false everywhere.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Tests\AstrayTool;

/** The user of a call has no level. */
final class LevelCheckTest extends AstrayTool {

	/** @return array<string, array{string}> Expressions that are true for an administrator. */
	public function checks(): array {
		return self::each( 'current_user_can( "level_10" )', 'current_user_can( "level_1" )', 'current_user_can( 10 )', 'wp_get_current_user()->user_level > 0', 'get_user_meta( get_current_user_id(), "wp_user_level", true ) > 0', '(int) $GLOBALS["user_level"] > 0', '! empty( wp_get_current_user()->allcaps["level_7"] )' );
	}

	/** @dataProvider checks */
	public function test_the_check_is_false( string $check ): void {
		self::assertWithoutEffect( false, "add_filter( 'deprecated_argument_trigger_error', '__return_false' ); wp_set_current_user( get_current_user_id() ); setup_userdata( get_current_user_id() ); return $check;" );
	}
}

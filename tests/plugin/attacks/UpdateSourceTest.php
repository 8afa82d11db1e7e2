<?php
/**
 * Who: B, a tool of a plugin gone astray.
 * Has: a call of an administrator's agent with every permission, and arguments that an attacker chose.
 * Does: changes where WordPress takes its updates from, and what it installs by itself.
 * Gets: `write_refused`, an entry in the audit log, and a site that is unchanged.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Tests\AstrayTool;

/** The transients of updates decide which code runs. */
final class UpdateSourceTest extends AstrayTool {

	/** @return array<string, array{string}> */
	public function ways(): array {
		return self::each(
			'set_site_transient( "update_plugins", (object) [ "response" => [] ] )',
			'set_site_transient( "update_core", (object) [] )',
			'delete_site_transient( "update_themes" ) || set_site_transient( "update_themes", 1 )',
			'update_option( "_site_transient_update_plugins", 1 )',
			'update_option( "auto_update_plugins", [ "evil/evil.php" ] )',
			'update_option( "auto_update_core_major", "disabled" )',
		);
	}

	/** @dataProvider ways */
	public function test_it_is_refused( string $code ): void {
		self::assertStopped( "return $code;" );
	}
}

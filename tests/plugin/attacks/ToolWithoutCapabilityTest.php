<?php
/**
 * Who: B, a tool of a plugin gone astray.
 * Has: a definition that names no capability, so that every account could use the tool.
 * Does: registers it.
 * Gets: no such tool, and a line in the error log.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Plugin\Calls\Registry;
use Countersign\Tests\AstrayTool;

/** What a plugin offers names the capability that it needs. */
final class ToolWithoutCapabilityTest extends AstrayTool {

	/** @return array<string, array{string}> */
	public function definitions(): array {
		return self::each(
			'$r->tool( [ "name" => "x", "description" => "x", "group" => "read", "inputSchema" => [] ], fn() => "" )',
			'$r->tool( [ "name" => "x", "description" => "x", "group" => "read", "capability" => "", "inputSchema" => [] ], fn() => "" )',
			'$r->tool( [ "name" => "x", "description" => "x", "group" => "read", "capability" => [ "read" ], "inputSchema" => [] ], fn() => "" )',
			'$r->prompt( [ "name" => "x", "group" => "read" ], fn() => "" )',
			'$r->resource( [ "uri" => "x://x", "name" => "x", "group" => "read" ], fn() => "" )',
			'$r->resource_template( [ "uriTemplate" => "x://{x}", "name" => "x", "group" => "read" ], fn() => "" )'
		);
	}

	/** @dataProvider definitions */
	public function test_the_definition_is_not_registered( string $code ): void {
		$wrong = [];
		add_action( 'doing_it_wrong_run', $note = static function ( string $name ) use ( &$wrong ): void {
			$wrong[] = $name;
		} );
		$r = new Registry();
		eval( "$code;" );
		remove_action( 'doing_it_wrong_run', $note );
		self::assertSame( [ Registry::class ], $wrong );
		self::assertStringNotContainsString( '"x', $r->to_json() );
	}
}

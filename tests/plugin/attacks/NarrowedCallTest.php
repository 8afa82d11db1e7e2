<?php
/**
 * Who: B, a tool of a plugin gone astray.
 * Has: a call that is running when a person takes away the permission that it needs.
 * Does: goes on writing.
 * Gets: `tool_outside_groups`, and no write after the first.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Plugin\Plugin;
use Countersign\Tests\Agent;
use Countersign\Tests\AstrayTool;
use Countersign\Tests\Site;

/** A call needs its permission until its end. */
final class NarrowedCallTest extends AstrayTool {

	public function test_a_narrowed_connection_writes_nothing_more(): void {
		self::assertInterrupted(
			'tool_outside_groups',
			Site::connect( 'editor' ),
			static function ( Agent $agent ): void {
				wp_set_current_user( Site::user( 'admin' ) );
				Plugin::composition()->manager()->set_groups( $agent->connection(), [ 'read' ] );
				wp_set_current_user( 0 );
			}
		);
	}
}

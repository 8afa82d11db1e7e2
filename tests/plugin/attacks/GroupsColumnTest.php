<?php
/**
 * Who: A, who writes rows of the database.
 * Has: a connection of the preset `read_only`.
 * Does: writes all permission groups and the preset `full_access` into its columns.
 * Gets: `tool_unknown`: the columns are an index for lists, and lists show what the record says.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Access;
use Countersign\Plugin\Site\Json;
use Countersign\Tests\RecordAttack;
use Countersign\Tests\Site;

/** The permissions of a connection are those of its record. */
final class GroupsColumnTest extends RecordAttack {

	public function test_written_groups_give_nothing(): void {
		$agent = Site::connect( preset: 'read_only' );
		$tools = $agent->tools();
		self::write( 'connections', $agent->id, [ 'preset' => 'full_access', 'permissions' => Json::encode( Access::groups() ) ] );
		self::assertRefused( 'tool_unknown', $agent, 'create_draft', [ 'title' => 'x', 'content' => 'x' ] );
		self::assertSame( $tools, $agent->tools() );
		self::assertSame( [ 'read_only', [ 'read' ] ], [ $agent->connection()->preset, $agent->connection()->groups ] );
	}
}

<?php
/**
 * Who: B, a tool gone astray.
 * Has: a running call of a connection that may not invite people.
 * Does: makes an upload session for its connection, for another connection, and by writing rows.
 * Gets: `tool_outside_groups` and `agent_at_work` from the extension, `write_refused` from the guard. No session.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Tests\Fingerprint;
use Countersign\Tests\Site;
use Countersign\Tests\TestCase;

/** A call makes upload sessions only of its own connection, and only if the connection may have them. */
final class UploadSessionByToolTest extends TestCase {

	private const TERMS = '{"files":1,"bytes":1,"types":["image/png"],"title":"","note":""}';

	public function test_a_call_of_another_tool_makes_no_session(): void {
		$agent  = Site::connect( 'editor', 'custom', [ 'read', 'create_edit' ] );
		$other  = Site::connect( 'editor', 'draft_only' );
		$before = Fingerprint::of_site();
		$issue  = static fn( int $id ): string => sprintf(
			'$c = \\Countersign\\Plugin\\Plugin::composition(); $made = $c->extension()->upload_sessions()->issue( $c->connections()->find( %d )->opened, false, %s, 300, 0 ); return is_array( $made ) ? "made" : $made->reason();',
			$id,
			var_export( self::TERMS, true )
		);
		$own    = $agent->call( 'fixture_php', [ 'code' => $issue( $agent->id ) ] );
		self::assertStringContainsString( 'tool_outside_groups', $own->body );
		$foreign = $agent->call( 'fixture_php', [ 'code' => $issue( $other->id ) ] );
		self::assertSame( 'tool_failed', $foreign->reason(), 'agent_at_work' );
		$row = $agent->call( 'fixture_php', [ 'code' => 'global $wpdb; $wpdb->insert( $wpdb->prefix . "countersign_upload_sessions", [ "id" => str_repeat( "a", 24 ), "connection_id" => 1, "issued" => 1, "expires" => 9999999999, "closed_at" => 0, "terms" => "{}" ] ); return "made";' ] );
		self::assertSame( 'write_refused', $row->reason() );
		self::assertSiteUnchanged( $before );
	}
}

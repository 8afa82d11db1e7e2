<?php
/**
 * Who: A, who restores rows from a copy of the database.
 * Has: the tables of upload sessions, their files and the connections from before a session was closed and a connection revoked.
 * Does: puts them back.
 * Gets: 410 for both links: whether a session is closed is kept outside the database, and the connection stays ended.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Plugin\Uploads\Folder;
use Countersign\Tests\Guest;
use Countersign\Tests\RecordAttack;
use Countersign\Tests\Site;

/** A restored table opens no upload session. */
final class UploadSessionRestoredTest extends RecordAttack {

	protected function tearDown(): void {
		Folder::drop();
		parent::tearDown();
	}

	public function test_a_closed_session_is_not_opened_again(): void {
		$agent  = Site::connect( 'author', 'draft_only' );
		$guest  = Guest::invited( $agent );
		$upload = $guest->begin( 'a.png', 100 )->json()['upload'];
		$row    = self::row( 'upload_sessions', $guest->id );
		$file   = self::row( 'upload_files', $upload );
		$agent->do( 'close_upload_session', [ 'id' => $guest->id ] );
		self::restore( 'upload_sessions', $row );
		self::restore( 'upload_files', $file );
		self::assertSame( 410, $guest->page()->status );
		foreach ( [ $guest->begin( 'b.png', 100 ), $guest->part( $upload, 1, str_repeat( 'x', 100 ) ), $guest->finish( $upload ) ] as $answer ) {
			self::assertSame( [ 410, 'upload_session_closed' ], [ $answer->status, $answer->reason() ] );
		}
		self::assertSame( 'closed', $agent->do( 'get_upload_session', [ 'id' => $guest->id ] )['sessions'][0]['state'], 'the agent is told too' );
	}

	public function test_the_session_of_a_revoked_connection_is_not_opened_again(): void {
		$agent      = Site::connect( 'author', 'draft_only' );
		$guest      = Guest::invited( $agent );
		$connection = self::row( 'connections', $agent->id );
		self::manager()->revoke( $agent->connection() );
		self::assertSame( 410, $guest->page()->status );
		self::restore( 'connections', $connection );
		self::assertSame( 410, $guest->page()->status );
		self::assertSame( 'upload_session_closed', $guest->begin( 'a.png', 100 )->reason() );
	}
}

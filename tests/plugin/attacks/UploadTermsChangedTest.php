<?php
/**
 * Who: A, who writes rows of the database, for example by an SQL injection elsewhere.
 * Has: the link of an upload session.
 * Does: writes more files, another type, a larger size or another text into its terms, a later end, or another connection into its row.
 * Gets: 404, because the link is bound to the terms and names its connection; a later end changes nothing, because the link has its own.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Plugin\Uploads\Folder;
use Countersign\Tests\Guest;
use Countersign\Tests\RecordAttack;
use Countersign\Tests\Site;

/** The database cannot widen an upload session. */
final class UploadTermsChangedTest extends RecordAttack {

	protected function tearDown(): void {
		Folder::drop();
		parent::tearDown();
	}

	public function test_changed_terms_open_nothing(): void {
		$agent = Site::connect( 'author', 'draft_only' );
		$guest = Guest::invited( $agent, [ 'files' => 2, 'types' => [ 'image/png' ] ] );
		$other = Guest::invited( $agent, [ 'files' => 3 ] );
		$row   = self::row( 'upload_sessions', $guest->id );
		$terms = (string) base64_decode( (string) $row['terms'], true );
		foreach (
			[
				str_replace( '"files":2', '"files":50', $terms ),
				str_replace( 'image\/png', 'text\/html', str_replace( 'image/png', 'text/html', $terms ) ),
				(string) preg_replace( '/"bytes":\d+/', '"bytes":2000000000', $terms ),
				str_replace( 'Photos', 'Type your password into the name', $terms ),
				(string) base64_decode( (string) self::row( 'upload_sessions', $other->id )['terms'], true ),
				'',
			] as $changed
		) {
			self::assertNotSame( $terms, $changed );
			self::write( 'upload_sessions', $guest->id, [ 'terms' => base64_encode( $changed ) ] );
			self::assertSame( 404, $guest->page()->status, $changed );
			self::assertSame( 'upload_session_unknown', $guest->begin( 'a.png', 100 )->reason() );
		}
		self::restore( 'upload_sessions', $row );
		self::assertSame( 200, $guest->page()->status );
		$stranger = Site::connect( 'admin', 'draft_only' );
		self::write( 'upload_sessions', $guest->id, [ 'connection_id' => $stranger->id ] );
		self::assertSame( 404, $guest->page()->status );
		self::restore( 'upload_sessions', $row );
	}
}

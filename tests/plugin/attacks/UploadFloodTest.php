<?php
/**
 * Who: somebody with the link of an upload session.
 * Has: the link.
 * Does: begins and cancels files without end, and sends requests as fast as possible.
 * Gets: a bounded number of rows, no entry in the audit log for what is not stored, then a refusal; 429 for what is too fast. Other
 * sessions go on.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Plugin\Uploads\Folder;
use Countersign\Tests\AuditTrail;
use Countersign\Tests\Guest;
use Countersign\Tests\Http;
use Countersign\Tests\Pending;
use Countersign\Tests\Site;
use Countersign\Tests\TestCase;

/** A link takes bounded room on the site. */
final class UploadFloodTest extends TestCase {

	protected function tearDown(): void {
		Folder::drop();
		parent::tearDown();
	}

	public function test_a_flood_by_the_link_makes_few_rows_and_entries(): void {
		global $wpdb;
		$agent = Site::connect( 'author', 'draft_only' );
		$guest = Guest::invited( $agent, [ 'files' => 1 ] );
		$size  = AuditTrail::size();
		for ( $i = 0; $i < 30; $i++ ) {
			$begun = $guest->begin( "a$i.png", 100, "k$i" );
			200 === $begun->status && $guest->ask( 'cancel', [ 'upload' => $begun->json()['upload'] ] );
		}
		self::assertSame( 'upload_attempts', $begun->reason() );
		self::assertSame( 24, (int) $wpdb->get_var( $wpdb->prepare( 'SELECT COUNT(*) FROM ' . Site::table( 'upload_files' ) . ' WHERE session = %s', $guest->id ) ) ); // phpcs:ignore
		$statuses = [];
		for ( $i = 0; $i < 13; $i++ ) {
			$answers  = Http::all( array_map( static fn(): Pending => $guest->request( 'finish', [ 'upload' => str_repeat( 'a', 32 ) ] ), range( 1, 20 ) ) );
			$statuses = array_merge( $statuses, array_column( $answers, 'status' ) );
		}
		self::assertContains( 429, $statuses );
		self::assertSame( [ 404, 429 ], array_values( array_unique( $statuses ) ) );
		self::assertSame( [ 'refusal upload_session.opened denied rate_limited' ], AuditTrail::lines( $size ) );
		self::assertSame( 200, Guest::invited( $agent )->page()->status );
	}
}

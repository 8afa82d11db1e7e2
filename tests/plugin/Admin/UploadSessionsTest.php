<?php

declare(strict_types=1);

namespace Countersign\Tests\Admin;

use Countersign\Tests\AuditTrail;
use Countersign\Tests\Guest;
use Countersign\Tests\Person;
use Countersign\Tests\Site;
use Countersign\Tests\TestCase;

/** The open upload sessions of a connection in the dashboard. */
final class UploadSessionsTest extends TestCase {

	public function test_an_administrator_sees_and_closes_the_open_sessions_of_a_connection(): void {
		$agent = Site::connect( 'author', 'draft_only' );
		$admin = Person::of( 'admin' );
		$page  = fn(): string => $admin->get( admin_url( "admin.php?page=countersign&view=edit&connection=$agent->id" ) )->body;
		self::assertStringContainsString( 'No upload session of this connection is open.', $page() );
		$guest = Guest::invited( $agent, [ 'title' => 'Photos of <b>the</b> day', 'files' => 3 ] );
		$shown = $page();
		self::assertStringContainsString( 'Photos of &lt;b&gt;the&lt;/b&gt; day', $shown );
		self::assertStringContainsString( '0 of 3 uploaded', $shown );
		self::assertStringNotContainsString( 'csup_', $shown );
		$other = Site::connect( 'author', 'draft_only' );
		$size  = AuditTrail::size();
		$close = fn( int $connection ) => $admin->post( admin_url( 'admin-post.php' ), [ 'action' => 'countersign_close_upload', 'connection' => $connection, 'session' => $guest->id, '_wpnonce' => $admin->nonce( "countersign_close_upload_$connection" ) ] );
		self::assertSame( 404, $close( $other->id )->status, 'the session of another connection' );
		self::assertSame( 200, $guest->page()->status );
		self::assertSame( 302, $close( $agent->id )->status );
		self::assertSame( 410, $guest->page()->status );
		self::assertContains( 'system upload_session.closed ok', AuditTrail::lines( $size ) );
		self::assertStringContainsString( 'is closed. Its link does not work any more.', $page() );
	}

	public function test_a_connection_without_the_permission_has_no_section(): void {
		$agent = Site::connect( 'author', 'read_only' );
		self::assertStringNotContainsString( 'countersign-uploads', Person::of( 'admin' )->get( admin_url( "admin.php?page=countersign&view=edit&connection=$agent->id" ) )->body );
	}
}

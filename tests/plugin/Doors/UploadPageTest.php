<?php

declare(strict_types=1);

namespace Countersign\Tests\Doors;

use Countersign\Plugin\Plugin;
use Countersign\Plugin\Uploads\Folder;
use Countersign\Tests\Agent;
use Countersign\Tests\AuditTrail;
use Countersign\Tests\Guest;
use Countersign\Tests\Http;
use Countersign\Tests\Pending;
use Countersign\Tests\Site;
use Countersign\Tests\TestCase;

/** The page of an upload session, and the requests of its script. */
final class UploadPageTest extends TestCase {

	private static ?Agent $agent = null;

	private static function agent(): Agent {
		return self::$agent ??= Site::connect( 'author', 'draft_only' );
	}

	protected function tearDown(): void {
		global $wpdb;
		foreach ( $wpdb->get_col( 'SELECT attachment FROM ' . Site::table( 'upload_files' ) . ' WHERE attachment > 0' ) as $id ) { // phpcs:ignore
			wp_delete_attachment( (int) $id, true );
		}
		Folder::drop();
		parent::tearDown();
	}

	/** Returns how many items the media library has. */
	private static function items(): int {
		global $wpdb;
		return (int) $wpdb->get_var( "SELECT COUNT(*) FROM $wpdb->posts WHERE post_type = 'attachment'" );
	}

	/** Returns a file of a session as the agent sees it. @return array<string, mixed> */
	private static function seen( Guest $guest, Agent $agent ): array {
		return $agent->do( 'get_upload_session', [ 'id' => $guest->id ] )['sessions'][0]['files'][0];
	}

	public function test_the_page_keeps_its_address_to_itself_and_shows_the_agents_text_as_text(): void {
		$guest  = Guest::invited( self::agent(), [ 'title' => '<b>Photos</b> & "more"', 'note' => "<script>alert(1)</script>\nEnter your \u{202e}password" ] );
		$answer = $guest->page();
		self::assertSame( 200, $answer->status );
		self::assertSame( [ 'no-referrer', 'no-store', 'DENY', 'nosniff' ], array_map( $answer->header( ... ), [ 'Referrer-Policy', 'Cache-Control', 'X-Frame-Options', 'X-Content-Type-Options' ] ) );
		self::assertStringContainsString( 'noindex', (string) $answer->header( 'X-Robots-Tag' ) );
		$policy = (string) $answer->header( 'Content-Security-Policy' );
		self::assertStringContainsString( "default-src 'none'", $policy );
		self::assertStringContainsString( "frame-ancestors 'none'", $policy );
		self::assertStringNotContainsString( 'unsafe', $policy );
		self::assertNull( $answer->header( 'Set-Cookie' ) );
		self::assertStringContainsString( '<p class="title" dir="auto">&lt;b&gt;Photos&lt;/b&gt; &amp; &quot;more&quot;</p>', $answer->body );
		self::assertStringContainsString( "&lt;script&gt;alert(1)&lt;/script&gt;<br>\nEnter your password", $answer->body );
		self::assertStringNotContainsString( '<script>', $answer->body );
		self::assertStringContainsString( 'Test connection', $answer->body );
		self::assertStringContainsString( 'never ask for passwords', $answer->body );
		self::assertStringNotContainsString( 'csup_', $answer->body );
	}

	public function test_parts_come_in_any_order_and_a_reload_goes_on_where_it_stopped(): void {
		$guest = Guest::invited( self::agent() );
		$bytes = Guest::large();
		$parts = str_split( $bytes, Guest::PART );
		self::assertCount( 2, $parts );
		$begun = $guest->begin( 'large.png', strlen( $bytes ), 'a browser' )->json();
		self::assertSame( [ 'uploading', [ 1, 2 ], 1, Guest::PART ], [ $begun['state'], $begun['missing'], $begun['next'], $begun['part_size'] ] );
		self::assertSame( [ 1 ], $guest->part( $begun['upload'], 2, $parts[1] )->json()['missing'] );
		self::assertSame( 'arguments_invalid', $guest->finish( $begun['upload'] )->reason() );
		// The page was loaded again: the same file finds its parts.
		$again = $guest->begin( 'large.png', strlen( $bytes ), 'a browser' )->json();
		self::assertSame( [ $begun['upload'], [ 1 ], 1 ], [ $again['upload'], $again['missing'], $again['next'] ] );
		// Another browser does not.
		self::assertSame( [ 1, 2 ], $guest->begin( 'large.png', strlen( $bytes ), 'another' )->json()['missing'] );
		self::assertSame( [], $guest->part( $begun['upload'], 1, $parts[0] )->json()['missing'] );
		self::assertSame( 'done', $guest->finish( $begun['upload'] )->json()['state'] );
		// The answer was lost, and the script asks again.
		self::assertSame( 'done', $guest->finish( $begun['upload'] )->json()['state'] );
		self::assertSame( 'done', $guest->begin( 'large.png', strlen( $bytes ), 'a browser' )->json()['state'] );
		$file = array_column( self::agent()->do( 'get_upload_session', [ 'id' => $guest->id ] )['sessions'][0]['files'], null, 'state' )['done'];
		self::assertSame( strlen( $bytes ), filesize( wp_get_original_image_path( $file['media_id'] ) ) );
	}

	/** @return array<string, array{string, int, string}> */
	public function wrong_files(): array {
		return [
			'another type'        => [ 'letter.pdf', 100, 'upload_file_type' ],
			'code'                => [ 'shell.php', 100, 'upload_file_type' ],
			'no extension'        => [ 'picture', 100, 'upload_file_type' ],
			'a double extension'  => [ 'shell.php.png', 100, 'file_refused' ],
			'a path'              => [ '../../shell.png', 100, 'file_refused' ],
			'a reversed name'     => [ "pic\u{202e}gpj.png", 100, 'file_refused' ],
			'an empty file'       => [ 'empty.png', 0, 'upload_file_size' ],
			'a negative size'     => [ 'empty.png', -5, 'upload_file_size' ],
			'too large'           => [ 'large.png', MB_IN_BYTES + 1, 'upload_file_size' ],
		];
	}

	/** @dataProvider wrong_files */
	public function test_a_wrong_file_is_refused_before_it_is_sent( string $name, int $size, string $reason ): void {
		static $guest = null;
		$guest ??= Guest::invited( self::agent(), [ 'max_mb' => 1 ] );
		$before  = self::items();
		self::assertSame( $reason, $guest->begin( $name, $size )->reason() );
		self::assertSame( $before, self::items() );
		self::assertSame( [], self::agent()->do( 'get_upload_session', [ 'id' => $guest->id ] )['sessions'][0]['files'] );
	}

	public function test_wrong_parts_are_refused(): void {
		$guest = Guest::invited( self::agent() );
		$other = Guest::invited( self::agent() );
		$bytes = Guest::png();
		$begun = $guest->begin( 'a.png', strlen( $bytes ) )->json();
		foreach ( [ [ 1, substr( $bytes, 1 ) ], [ 1, $bytes . 'x' ], [ 2, $bytes ], [ 0, $bytes ], [ 1, '' ], [ 1, str_repeat( 'x', Guest::PART + 1 ) ] ] as [ $number, $part ] ) {
			self::assertSame( 'upload_part_unexpected', $guest->part( $begun['upload'], $number, $part )->reason() );
		}
		// A part for a file of another session, and the session of another connection.
		self::assertSame( 'upload_unknown', $other->part( $begun['upload'], 1, $bytes )->reason() );
		self::assertSame( 'upload_unknown', $other->finish( $begun['upload'] )->reason() );
		self::assertSame( 'upload_unknown', $other->ask( 'cancel', [ 'upload' => $begun['upload'] ] )->reason() );
		self::assertSame( 'upload_unknown', $guest->part( str_repeat( 'a', 32 ), 1, $bytes )->reason() );
		self::assertSame( 'arguments_invalid', $guest->ask( 'begin', [], '[]' )->reason() );
		self::assertSame( 'arguments_invalid', $guest->ask( 'delete' )->reason() );
		self::assertSame( 200, $guest->part( $begun['upload'], 1, $bytes )->status );
		self::assertSame( 'done', $guest->finish( $begun['upload'] )->json()['state'] );
	}

	public function test_of_two_uploads_for_the_last_place_one_gets_it(): void {
		$guest   = Guest::invited( self::agent(), [ 'files' => 1 ] );
		$begin   = static fn( string $key ): Pending => $guest->request( 'begin', [], (string) wp_json_encode( [ 'key' => $key, 'name' => "$key.png", 'size' => 100 ] ) );
		$answers = Http::all( array_map( $begin, [ 'one', 'two', 'three', 'four' ] ) );
		$states  = array_count_values( array_map( static fn( $answer ): string => $answer->reason() ?? 'begun', $answers ) );
		self::assertSame( 1, $states['begun'] ?? 0, (string) wp_json_encode( $states ) );
		self::assertSame( 3, $states['upload_session_full'] ?? 0, (string) wp_json_encode( array_map( static fn( $answer ): string => $answer->body, $answers ) ) );
		// A cancelled file gives its place back.
		$mine = array_values( array_filter( $answers, static fn( $answer ): bool => 200 === $answer->status ) )[0]->json()['upload'];
		self::assertSame( 'cancelled', $guest->ask( 'cancel', [ 'upload' => $mine ] )->json()['state'] );
		self::assertSame( 'upload_unknown', $guest->part( $mine, 1, 'x' )->reason() ?? 'upload_unknown' );
		self::assertSame( 200, $guest->send( 'last.png', Guest::png() )->status );
		self::assertSame( 'upload_session_full', $guest->begin( 'more.png', 100, 'more' )->reason() );
		self::assertSame( 'full', self::agent()->do( 'get_upload_session', [ 'id' => $guest->id ] )['sessions'][0]['state'] );
		self::assertStringContainsString( 'All files have arrived', $guest->page()->body );
	}

	public function test_the_same_file_finished_twice_at_once_is_stored_once(): void {
		$guest  = Guest::invited( self::agent() );
		$bytes  = Guest::png();
		$upload = $guest->begin( 'twice.png', strlen( $bytes ) )->json()['upload'];
		$guest->part( $upload, 1, $bytes );
		$before = self::items();
		$finish = $guest->request( 'finish', [ 'upload' => $upload ] );
		$again  = $guest->request( 'finish', [ 'upload' => $upload ] );
		foreach ( Http::all( [ $finish, $again ] ) as $answer ) {
			self::assertSame( 'done', $answer->json()['state'], $answer->body );
		}
		self::assertSame( $before + 1, self::items() );
	}

	/** @return array<string, array{\Closure(Agent, Guest): void, string}> What happens, and its reason in the log. */
	public function ends(): array {
		$manager = static fn() => Plugin::composition()->manager();
		return [
			'closed'      => [ static fn( Agent $agent, Guest $guest ) => $agent->do( 'close_upload_session', [ 'id' => $guest->id ] ), 'upload_session_closed' ],
			'paused'      => [ static fn( Agent $agent ) => $manager()->pause( $agent->connection() ), 'connection_paused' ],
			'revoked'     => [ static fn( Agent $agent ) => $manager()->revoke( $agent->connection() ), 'connection_revoked' ],
			'narrowed'    => [ static fn( Agent $agent ) => $manager()->set_groups( $agent->connection(), [ 'read' ] ), 'tool_outside_groups' ],
			'new epoch'   => [ static fn( Agent $agent ) => Site::end_access_tokens( $agent->id ), 'token_revoked' ],
			'kill switch' => [ static fn() => Plugin::composition()->kill_switch()->set( true ), 'kill_switch' ],
		];
	}

	/**
	 * @dataProvider ends
	 *
	 * @param \Closure(Agent, Guest): void $end
	 */
	public function test_the_page_ends_in_the_middle_of_an_upload( \Closure $end, string $reason ): void {
		$agent  = Site::connect( 'author', 'draft_only' );
		$guest  = Guest::invited( $agent );
		$bytes  = Guest::png();
		$upload = $guest->begin( 'a.png', strlen( $bytes ) )->json()['upload'];
		$guest->part( $upload, 1, $bytes );
		$before = self::items();
		$since  = AuditTrail::size();
		$end( $agent, $guest );
		try {
			$finished = $guest->finish( $upload );
			$page     = $guest->page();
		} finally {
			Plugin::composition()->kill_switch()->set( false );
		}
		// Why the connection may not act is not a guest's business.
		self::assertSame( [ 410, 'upload_session_closed' ], [ $finished->status, $finished->reason() ] );
		self::assertSame( 410, $page->status );
		self::assertStringNotContainsString( $reason, str_replace( 'upload_session_closed', '', $page->body ) );
		self::assertSame( $before, self::items() );
		self::assertContains( "refusal upload_session.opened denied $reason", AuditTrail::lines( $since ) );
		if ( 'closed' === $this->dataName() ) {
			self::assertSame( 410, $guest->begin( 'b.png', 100 )->status );
		}
	}

	public function test_an_expired_session_says_so(): void {
		$guest = Guest::invited( self::agent(), [ 'expires_in' => 300 ] );
		// The same token, as it would be after its time: signed by the site with an earlier time of issue.
		$row   = Plugin::composition()->upload_sessions()->find( $guest->id, self::agent()->id );
		self::assertNotNull( $row );
		self::assertSame( 'expired', Plugin::composition()->extension()->upload_sessions()->state( $row->id, $row->issued - 400, $row->expires - 400, 0, 1 ) );
	}

	public function test_a_file_without_javascript_is_uploaded_by_the_form(): void {
		$guest = Guest::invited( self::agent(), [ 'files' => 1 ] );
		$post  = static fn( string $name, string $bytes ) => Http::send( 'POST', $guest->link, [ 'Content-Type' => 'multipart/form-data; boundary=x' ], "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"$name\"\r\nContent-Type: image/png\r\n\r\n$bytes\r\n--x--\r\n" );
		$wrong = $post( 'page.html', '<p>x</p>' );
		self::assertSame( 200, $wrong->status );
		self::assertStringContainsString( 'message error', $wrong->body );
		$answer = $post( 'form.png', Guest::png() );
		self::assertStringContainsString( 'form.png', $answer->body );
		self::assertStringContainsString( 'All files have arrived', $answer->body );
		self::assertSame( [ 'done', 'form.png' ], [ self::seen( $guest, self::agent() )['state'], self::seen( $guest, self::agent() )['name'] ] );
		self::assertStringContainsString( 'message error', Http::send( 'POST', $guest->link, [ 'Content-Type' => 'application/x-www-form-urlencoded' ], 'a=b' )->body );
	}

	public function test_too_many_attempts_end_a_session(): void {
		$guest = Guest::invited( self::agent(), [ 'files' => 1 ] );
		for ( $i = 0; $i < 24; $i++ ) {
			$upload = $guest->begin( "a$i.png", 100, "k$i" )->json()['upload'];
			self::assertSame( 'cancelled', $guest->ask( 'cancel', [ 'upload' => $upload ] )->json()['state'] );
		}
		self::assertSame( 'upload_attempts', $guest->begin( 'b.png', 100, 'last' )->reason() );
	}

	public function test_a_refused_upload_leaves_nothing_on_disk(): void {
		$guest  = Guest::invited( self::agent() );
		$before = self::files();
		self::assertSame( 'file_refused', $guest->send( 'polyglot.png', Guest::png() . '<?php system( "id" ); ?>' . "\n<script>x</script>" )->reason() ?? 'file_refused' );
		self::assertSame( 'file_refused', $guest->send( 'text.png', 'not a picture' )->reason() );
		self::assertSame( [], array_values( array_filter( array_diff( self::files(), $before ), static fn( string $file ): bool => ! str_contains( $file, 'polyglot' ) && ! in_array( basename( $file ), [ 'index.html', '.htaccess', 'web.config' ], true ) ) ) );
	}

	/** @return list<string> */
	private static function files(): array {
		$all = new \RecursiveIteratorIterator( new \RecursiveDirectoryIterator( wp_upload_dir()['basedir'], \FilesystemIterator::SKIP_DOTS ) );
		return array_values( array_map( strval( ... ), iterator_to_array( $all, false ) ) );
	}
}

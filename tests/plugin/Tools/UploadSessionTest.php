<?php

declare(strict_types=1);

namespace Countersign\Tests\Tools;

use Countersign\Plugin\Plugin;
use Countersign\Plugin\Uploads\Folder;
use Countersign\Tests\Agent;
use Countersign\Tests\AuditTrail;
use Countersign\Tests\Guest;
use Countersign\Tests\Site;
use Countersign\Tests\TestCase;

/** Upload sessions as the agent sees them. */
final class UploadSessionTest extends TestCase {

	private static ?Agent $agent = null;

	private static function agent(): Agent {
		return self::$agent ??= Site::connect( 'author', 'draft_only' );
	}

	protected function tearDown(): void {
		Folder::drop();
		parent::tearDown();
	}

	/** @group tools-main */
	public function test_a_session_is_made_used_seen_and_closed(): void {
		$agent = self::agent();
		$since = AuditTrail::size();
		$made  = $agent->do( 'create_upload_session', [ 'title' => 'Photos of the opening', 'note' => "Two lines\nof text", 'files' => 2, 'expires_in' => 300 ] );
		self::assertMatchesRegularExpression( '~^' . preg_quote( home_url( '/?countersign_upload=csup_' ), '~' ) . '[\w-]{153}$~', $made['link'] );
		self::assertSame( [ 2, true ], [ $made['files'], abs( strtotime( $made['expires'] ) - time() - 300 ) < 30 ] );
		self::assertContains( 'image/png', $made['types'] );
		self::assertNotContains( 'application/pdf', $made['types'] );

		$answer = ( new Guest( $made['link'] ) )->send( 'river.png', Guest::png() );
		self::assertSame( [ 200, 'done' ], [ $answer->status, $answer->json()['state'] ], $answer->body );

		$seen = $agent->do( 'get_upload_session', [ 'id' => $made['id'] ] )['sessions'][0];
		self::assertSame( [ 'open', 'Photos of the opening', 2, 1 ], [ $seen['state'], $seen['title'], $seen['places'], $seen['uploaded'] ] );
		$file = $seen['files'][0];
		self::assertSame( [ 'done', 'river.png', 'image/png', null ], [ $file['state'], $file['name'], $file['type'], $file['reason'] ] );
		$item = get_post( $file['media_id'] );
		self::assertSame( [ 'attachment', 'image/png', Site::user( 'author' ), 0 ], [ $item->post_type, $item->post_mime_type, (int) $item->post_author, $item->post_parent ] );
		self::assertFileExists( get_attached_file( $item->ID ) );
		self::assertContains( $made['id'], array_column( $agent->do( 'get_upload_session' )['sessions'], 'id' ) );
		self::assertStringNotContainsString( 'csup_', $agent->call( 'get_upload_session', [ 'id' => $made['id'] ] )->body );

		self::assertSame( 'closed', $agent->do( 'close_upload_session', [ 'id' => $made['id'] ] )['state'] );
		self::assertSame( 'closed', $agent->do( 'close_upload_session', [ 'id' => $made['id'] ] )['state'] );
		self::assertSame( 410, ( new Guest( $made['link'] ) )->page()->status );
		self::assertNotContains( $made['id'], array_column( $agent->do( 'get_upload_session' )['sessions'], 'id' ) );
		self::assertSame( 'closed', $agent->do( 'get_upload_session', [ 'id' => $made['id'] ] )['sessions'][0]['state'] );

		$entries = array_values( array_filter( AuditTrail::since( $since ), static fn( array $entry ): bool => str_starts_with( $entry['action'], 'upload_session.' ) && 'refusal' !== $entry['kind'] ) );
		self::assertSame( [ 'upload_session.created', 'upload_session.file', 'upload_session.file', 'upload_session.closed' ], array_column( $entries, 'action' ) );
		[ $created, $intent, $outcome ] = $entries;
		self::assertSame( [ (string) $agent->id, 'upload_session:' . substr( $made['id'], 0, 12 ), 'Photos of the opening' ], [ $created['connection'], $created['target'], json_decode( $created['body'], true )['change']['title'] ] );
		self::assertSame( [ 'intent', 'outcome', 'ok', "post:$item->ID" ], [ $intent['kind'], $outcome['kind'], $outcome['outcome'], $outcome['target'] ] );
		$change = json_decode( $outcome['body'], true )['change'];
		self::assertSame( [ 'river.png', 'image/png', hash_file( 'sha256', get_attached_file( $item->ID ) ) ], [ $change['name'], $change['type'], $change['sha256'] ] );
		self::assertSame( $intent['correlation'], $outcome['correlation'] );
		self::assertStringNotContainsString( 'csup_', implode( '', array_column( AuditTrail::since( $since ), 'body' ) ), 'the link is a secret' );
		wp_delete_attachment( $item->ID, true );
	}

	/** @return array<string, array{array<string, mixed>}> */
	public function wrong_arguments(): array {
		return [
			'no title'            => [ [ 'title' => '' ] ],
			'a long title'        => [ [ 'title' => str_repeat( 'x', 121 ) ] ],
			'no file'             => [ [ 'files' => 0 ] ],
			'too many files'      => [ [ 'files' => 51 ] ],
			'too short'           => [ [ 'expires_in' => 299 ] ],
			'too long'            => [ [ 'expires_in' => 604801 ] ],
			'an unknown kind'     => [ [ 'kinds' => [ 'programs' ] ] ],
			'a type of code'      => [ [ 'types' => [ 'text/html' ] ] ],
			'a type of WordPress' => [ [ 'types' => [ 'application/zip' ] ] ],
			'where files go'      => [ [ 'folder' => '../..' ] ],
		];
	}

	/** @dataProvider wrong_arguments */
	public function test_wrong_arguments_make_no_session( array $arguments ): void {
		$before = count( self::agent()->do( 'get_upload_session' )['sessions'] );
		self::assertRefused( 'arguments_invalid', self::agent(), 'create_upload_session', $arguments + [ 'title' => 'Photos' ] );
		self::assertCount( $before, self::agent()->do( 'get_upload_session' )['sessions'] );
	}

	public function test_kinds_and_types_and_size_bound_what_is_accepted(): void {
		$agent = self::agent();
		$made  = $agent->do( 'create_upload_session', [ 'title' => 'x', 'kinds' => [ 'documents' ], 'max_mb' => 1 ] );
		self::assertContains( 'application/pdf', $made['types'] );
		self::assertNotContains( 'image/png', $made['types'] );
		self::assertSame( MB_IN_BYTES, $made['max_bytes'] );
		$made = $agent->do( 'create_upload_session', [ 'title' => 'x', 'types' => [ 'image/png' ] ] );
		self::assertSame( [ 'image/png' ], $made['types'] );
		self::assertLessThanOrEqual( wp_max_upload_size(), $made['max_bytes'] );
	}

	public function test_a_user_who_may_not_upload_and_a_connection_without_the_group_have_no_sessions(): void {
		$contributor = Site::connect( 'contributor', 'draft_only' );
		foreach ( [ 'create_upload_session' => [ 'title' => 'x' ], 'get_upload_session' => [], 'close_upload_session' => [ 'id' => str_repeat( '0', 24 ) ] ] as $tool => $arguments ) {
			self::assertRefused( 'capability_denied', $contributor, $tool, $arguments );
		}
		self::assertRefused( 'tool_unknown', Site::connect( 'author', 'media_manager' ), 'create_upload_session', [ 'title' => 'x' ] );
	}

	public function test_a_session_of_another_connection_is_not_found(): void {
		$id    = self::agent()->do( 'create_upload_session', [ 'title' => 'Mine' ] )['id'];
		$other = Site::connect( 'author', 'draft_only' );
		self::assertSame( [], $other->do( 'get_upload_session' )['sessions'] );
		foreach ( [ 'get_upload_session', 'close_upload_session' ] as $tool ) {
			self::assertRefused( 'target_not_found', $other, $tool, [ 'id' => $id ] );
			self::assertRefused( 'target_not_found', self::agent(), $tool, [ 'id' => str_repeat( 'a', 24 ) ] );
		}
		self::assertSame( 'open', self::agent()->do( 'get_upload_session', [ 'id' => $id ] )['sessions'][0]['state'] );
	}

	public function test_a_connection_has_at_most_20_open_sessions(): void {
		$agent = Site::connect( 'author', 'draft_only' );
		// As the tool does, without 20 requests.
		for ( $i = 0; $i < 19; $i++ ) {
			Plugin::composition()->upload_sessions()->create( $agent->connection(), [ 'files' => 1, 'bytes' => 1, 'types' => [ 'image/png' ], 'title' => 't', 'note' => '' ], 300, null );
		}
		$last = $agent->do( 'create_upload_session', [ 'title' => 'x' ] )['id'];
		self::assertRefused( 'upload_sessions_many', $agent, 'create_upload_session', [ 'title' => 'x' ] );
		$agent->do( 'close_upload_session', [ 'id' => $last ] );
		$agent->do( 'create_upload_session', [ 'title' => 'x' ] );
	}

	public function test_a_file_that_is_refused_is_told_with_its_reason(): void {
		$agent  = self::agent();
		$guest  = Guest::invited( $agent, [ 'files' => 1 ] );
		$answer = $guest->send( 'shell.png', '<?php echo 1; ?>' . str_repeat( 'x', 100 ) );
		self::assertSame( 'file_refused', $answer->reason(), $answer->body );
		$seen = $agent->do( 'get_upload_session', [ 'id' => $guest->id ] )['sessions'][0];
		self::assertSame( [ 'open', 0 ], [ $seen['state'], $seen['uploaded'] ] );
		self::assertSame( [ 'failed', 'shell.png', null, 'file_refused' ], [ $seen['files'][0]['state'], $seen['files'][0]['name'], $seen['files'][0]['media_id'], $seen['files'][0]['reason'] ] );
	}

	public function test_an_agent_with_an_account_of_its_own_owns_what_was_uploaded(): void {
		$agent = Site::connect( '', 'draft_only' );
		$guest = Guest::invited( $agent );
		self::assertSame( 'done', $guest->send( 'own.png', Guest::png() )->json()['state'] );
		$media = $agent->do( 'get_upload_session', [ 'id' => $guest->id ] )['sessions'][0]['files'][0]['media_id'];
		self::assertSame( $agent->connection()->user, (int) get_post( $media )->post_author );
		wp_delete_attachment( $media, true );
	}

	public function test_a_field_that_the_connection_may_not_write_is_not_written_by_an_upload(): void {
		$agent = Site::connect( 'author', 'draft_only' );
		$guest = Guest::invited( $agent );
		self::assertTrue( Plugin::composition()->manager()->set_denied_fields( $agent->connection(), [ 'title' ] )->isAllowed() );
		self::assertSame( 'tool_failed', $guest->send( 'titled.png', Guest::png() )->reason() );
		$file = $agent->do( 'get_upload_session', [ 'id' => $guest->id ] )['sessions'][0]['files'][0];
		self::assertSame( [ 'failed', 'field_denied', null ], [ $file['state'], $file['reason'], $file['media_id'] ] );
	}
}

<?php

declare(strict_types=1);

namespace Countersign\Tests\Tools;

use Countersign\Access;
use Countersign\Plugin\Plugin;
use Countersign\Plugin\Uploads\Folder;
use Countersign\Plugin\Uploads\Parts;
use Countersign\Tests\Agent;
use Countersign\Tests\AuditTrail;
use Countersign\Tests\Files;
use Countersign\Tests\Http;
use Countersign\Tests\Site;
use Countersign\Tests\StoredScripts;
use Countersign\Tests\TestCase;

/** The tools that upload and change media, and put images into posts. */
final class MediaToolsTest extends TestCase {

	/** @var list<int> */
	private array $made = [];

	public static function setUpBeforeClass(): void {
		// With its guards, which the first upload makes.
		Folder::make();
	}

	protected function tearDown(): void {
		array_map( static fn( int $id ) => wp_delete_attachment( $id, true ), $this->made );
		parent::tearDown();
	}

	private static function agent( string $user = 'author' ): Agent {
		return Site::connect( $user, 'custom', [ 'read', 'media_manage' ] );
	}

	/** Makes an image of the media library. @param array<string, mixed> $fields */
	private function image( string $user = 'author', array $fields = [] ): int {
		$file = wp_upload_bits( 'test-' . bin2hex( random_bytes( 4 ) ) . '.png', null, Files::picture() )['file'];
		$id   = wp_insert_attachment( $fields + [ 'post_title' => 'A picture', 'post_mime_type' => 'image/png', 'post_status' => 'inherit', 'post_author' => Site::user( $user ) ], $file );
		return $this->made[] = $id;
	}

	/** Returns what the entries of the audit log tell in words. */
	private static function texts( int $from ): string {
		global $wpdb;
		return implode( "\n", $wpdb->get_col( $wpdb->prepare( 'SELECT value FROM ' . Site::table( 'audit_text' ) . ' WHERE seq >= %d', $from ) ) );
	}

	/** Stores a content without any filter. */
	private static function store( int $post, string $content ): void {
		global $wpdb;
		$wpdb->update( $wpdb->posts, [ 'post_content' => $content ], [ 'ID' => $post ] );
		clean_post_cache( $post );
	}

	/** @param array<string, mixed> $arguments */
	private function upload( Agent $agent, array $arguments ): array {
		$item         = $agent->do( 'upload_media', $arguments );
		$this->made[] = $item['id'];
		return $item;
	}

	/** @group tools-main */
	public function test_a_file_is_uploaded_with_its_texts(): void {
		$bytes = Files::picture( 'jpeg', 900, 600 );
		$agent = self::agent();
		$from  = AuditTrail::size();
		$item  = $this->upload( $agent, [ 'filename' => 'River at dawn.jpg', 'data' => base64_encode( $bytes ), 'title' => 'The river', 'alt' => 'A river in the morning', 'caption' => 'At <em>dawn</em>', 'description' => 'Taken from the bridge' ] );
		self::assertRecorded( [ 'intent upload_media', 'outcome upload_media ok' ], $from );
		self::assertSame( "media:$item[id]", AuditTrail::since( $from )[1]['target'] );
		$told = self::texts( $from );
		self::assertStringContainsString( 'River at dawn.jpg', $told );
		self::assertStringNotContainsString( substr( base64_encode( $bytes ), 0, 20 ), $told );
		$post = get_post( $item['id'] );
		self::assertSame( [ 'The river', 'At <em>dawn</em>', 'Taken from the bridge', 'image/jpeg', Site::user( 'author' ), 0 ], [ $post->post_title, $post->post_excerpt, $post->post_content, $post->post_mime_type, (int) $post->post_author, $post->post_parent ] );
		self::assertSame( 'A river in the morning', get_post_meta( $post->ID, '_wp_attachment_image_alt', true ) );
		self::assertSame( [ 900, 600, $bytes ], [ $item['width'], $item['height'], file_get_contents( get_attached_file( $post->ID ) ) ] );
		self::assertArrayHasKey( 'medium', wp_get_attachment_metadata( $post->ID )['sizes'] );
		self::assertSame( $item['url'], wp_get_attachment_url( $post->ID ) );
	}

	/** @group tools-main */
	public function test_a_file_comes_in_parts_in_any_order_and_more_than_once(): void {
		$agent = self::agent();
		$bytes = Files::picture( 'png' ) ;
		$parts = array_map( base64_encode( ... ), str_split( $bytes, (int) ceil( strlen( $bytes ) / 3 ) ) );
		$begin = [ 'filename' => 'river.png', 'parts' => 3, 'data' => $parts[0], 'alt' => 'A river' ];
		$first = $agent->do( 'upload_media', $begin );
		self::assertSame( 2, $first['next'] );
		self::assertSame( $first, $agent->do( 'upload_media', $begin ), 'begun once' );
		$last  = [ 'upload' => $first['upload'], 'part' => 3, 'data' => $parts[2] ];
		self::assertSame( 2, $agent->do( 'upload_media', $last )['next'] );
		$items = array_sum( (array) wp_count_posts( 'attachment' ) );
		$item  = $this->upload( $agent, [ 'upload' => $first['upload'], 'part' => 2, 'data' => $parts[1] ] );
		self::assertSame( [ $bytes, 'A river' ], [ file_get_contents( get_attached_file( $item['id'] ) ), $item['alt'] ] );
		// The answer was lost, so the last part is sent again: twice at the same time.
		$again = Http::all( [ $agent->prepare( 'upload_media', $last ), $agent->prepare( 'upload_media', $last ) ] );
		self::assertSame( [ $item['id'], $item['id'] ], array_map( static fn( $answer ): int => $answer->content()['id'], $again ) );
		wp_cache_flush();
		self::assertSame( $items + 1, array_sum( (array) wp_count_posts( 'attachment' ) ) );
	}

	public function test_a_whole_file_that_is_sent_again_is_one_item(): void {
		$agent = self::agent();
		$call  = [ 'filename' => 'river.png', 'data' => base64_encode( Files::picture( 'png', 50, 20 ) ) ];
		$both  = array_map( static fn( $answer ): int => $answer->content()['id'], Http::all( [ $agent->prepare( 'upload_media', $call ), $agent->prepare( 'upload_media', $call ) ] ) );
		self::assertSame( [ $both[0], $both[0] ], $both );
		wp_delete_attachment( $both[0], true );
		$new = $this->upload( $agent, $call );
		self::assertNotSame( $both[0], $new['id'], 'a person has deleted it' );
		$this->made[] = self::agent()->do( 'upload_media', $call )['id'];
		self::assertNotSame( $new['id'], end( $this->made ), 'of another connection' );
	}

	public function test_parts_are_bounded_and_belong_to_their_connection(): void {
		$agent = self::agent();
		$begin = static fn( int $number ): array => [ 'filename' => "river-$number.png", 'parts' => 3, 'data' => base64_encode( 'x' ) ];
		$first = $agent->do( 'upload_media', $begin( 1 ) )['upload'];
		$part  = [ 'upload' => $first, 'part' => 2, 'data' => base64_encode( 'y' ) ];
		self::assertRefused( 'upload_unknown', self::agent(), 'upload_media', $part );
		self::assertRefused( 'upload_unknown', $agent, 'upload_media', [ 'upload' => str_repeat( '0', 32 ) ] + $part );
		self::assertRefused( 'arguments_invalid', $agent, 'upload_media', [ 'part' => 4 ] + $part );
		self::assertRefused( 'arguments_invalid', $agent, 'upload_media', [ 'upload' => '../' . substr( $first, 3 ) ] + $part );
		array_map( static fn( int $number ) => $agent->do( 'upload_media', $begin( $number ) ), [ 2, 3, 4, 5 ] );
		self::assertRefused( 'uploads_full', $agent, 'upload_media', $begin( 6 ) );
		self::assertRefused( 'uploads_full', $agent, 'upload_media', [ 'url' => 'https://client.example/x.png' ] );
		self::assertSame( 3, $agent->do( 'upload_media', $part )['next'] );
		// Old ones are deleted by cron.
		foreach ( Folder::folders( Folder::path() ) as $owner ) {
			array_map( static fn( string $upload ) => touch( $upload, time() - Parts::LIFETIME - 60 ), Folder::folders( $owner ) );
		}
		Parts::sweep();
		self::assertSame( [], Files::parts() );
		self::assertRefused( 'upload_unknown', $agent, 'upload_media', $part );
	}

	public function test_no_visitor_reaches_a_part(): void {
		$agent = self::agent();
		$agent->do( 'upload_media', [ 'filename' => 'river.png', 'parts' => 2, 'data' => base64_encode( '<?php echo "secret";' ) ] );
		$base  = wp_upload_dir( null, false );
		$files = array_filter( Files::uploads(), static fn( string $file ): bool => str_contains( $file, '/countersign-parts/' ) );
		self::assertCount( 3, $files );
		foreach ( $files as $file ) {
			self::assertMatchesRegularExpression( '~/countersign-parts/[0-9a-f]{32}/[0-9a-f]{32}/(?:1|state|lock)$~', $file );
			self::assertStringNotContainsString( '<?php', (string) file_get_contents( $file ) );
		}
		foreach ( Folder::folders( Folder::path() ) as $owner ) {
			self::assertSame( '0700', substr( sprintf( '%o', fileperms( $owner ) ), -4 ) );
		}
		self::assertStringNotContainsString( basename( (string) $owner ), Http::get( $base['baseurl'] . '/countersign-parts/' )->body );
		self::assertStringContainsString( 'denied', (string) file_get_contents( Folder::path() . '/.htaccess' ) );
		Folder::sweep( time() + 60 );
	}

	public function test_wrong_arguments_are_refused(): void {
		$agent = self::agent();
		$data  = base64_encode( Files::picture() );
		foreach ( [
			[ 'title' => 'x' ],
			[ 'data' => $data ],
			[ 'data' => $data, 'filename' => 'a.png', 'url' => 'https://client.example/a.png' ],
			[ 'url' => 'https://client.example/a.png', 'parts' => 2 ],
			[ 'data' => 'not base64!', 'filename' => 'a.png' ],
			[ 'data' => $data, 'filename' => 'a.png', 'part' => 2 ],
			[ 'data' => $data, 'filename' => 'a.png', 'parts' => 5000 ],
			[ 'data' => str_repeat( 'A', 700001 ), 'filename' => 'a.png' ],
		] as $arguments ) {
			self::assertRefused( 'arguments_invalid', $agent, 'upload_media', $arguments );
		}
		self::assertSame( [], Files::parts() );
	}

	public function test_a_file_that_is_too_large_is_refused(): void {
		Site::settings( [ 'max_upload' => 1048576 ] + Site::ROOMY );
		$agent = self::agent();
		$part  = base64_encode( random_bytes( 500000 ) );
		$first = $agent->do( 'upload_media', [ 'filename' => 'river.png', 'parts' => 4, 'data' => $part ] )['upload'];
		$agent->do( 'upload_media', [ 'upload' => $first, 'part' => 2, 'data' => $part ] );
		self::assertSame( 'file_too_large', $agent->call( 'upload_media', [ 'upload' => $first, 'part' => 3, 'data' => $part ] )->reason() );
		self::assertSame( [], Files::parts() );
	}

	public function test_uploads_need_the_group_and_the_capability(): void {
		$call = [ 'filename' => 'river.png', 'data' => base64_encode( Files::picture() ) ];
		self::assertRefused( 'tool_unknown', Site::connect( 'editor', 'custom', [ 'read', 'create_edit' ] ), 'upload_media', $call );
		self::assertRefused( 'capability_denied', self::agent( 'contributor' ), 'upload_media', $call );
		self::assertRefused( 'capability_denied', self::agent( 'subscriber' ), 'upload_media', [ 'url' => 'https://client.example/a.png' ] );
		self::assertSame( [], Files::parts() );
	}

	/** @return array<string, array{string, string}> How WordPress ends, and the reason. */
	public function ends(): array {
		return [
			'an exception'  => [ 'exception', 'tool_failed' ],
			'exit'          => [ 'exit', 'tool_failed' ],
			'out of memory' => [ 'memory', 'tool_failed' ],
		];
	}

	/** @dataProvider ends */
	public function test_an_upload_that_ends_half_way_leaves_nothing( string $end, string $reason ): void {
		$this->expected_error = '/Allowed memory size/';
		$agent  = self::agent();
		$files  = Files::uploads();
		update_option( 'fixture_upload_ends', $end );
		$before = array_sum( (array) wp_count_posts( 'attachment' ) );
		$answer = $agent->call( 'upload_media', [ 'filename' => "half-$end.png", 'data' => base64_encode( Files::picture( 'png', 900, 600 ) ) ] );
		delete_option( 'fixture_upload_ends' );
		wp_cache_flush();
		self::assertSame( $reason, $answer->reason(), $answer->body );
		self::assertSame( [ $files, $before ], [ Files::uploads(), array_sum( (array) wp_count_posts( 'attachment' ) ) ] );
	}

	public function test_an_upload_during_which_all_agents_are_stopped_leaves_nothing(): void {
		global $wpdb;
		$agent  = self::agent();
		$files  = Files::uploads();
		$before = $wpdb->get_var( "SELECT COUNT(*) FROM $wpdb->posts" ) . ' ' . $wpdb->get_var( "SELECT COUNT(*) FROM $wpdb->postmeta" );
		// Nobody writes options of the plugin within a call, so another process stops the agents.
		update_option( 'fixture_upload_ends', 'wait' );
		$signal = Site::folder() . '/tmp/upload-waits';
		@unlink( $signal );
		$answer = Http::during(
			$agent->prepare( 'upload_media', [ 'filename' => 'stopped.png', 'data' => base64_encode( Files::picture( 'png', 900, 600 ) ) ] ),
			static function () use ( $signal ): bool {
				clearstatcache();
				if ( ! is_file( $signal ) ) {
					return false;
				}
				Plugin::composition()->kill_switch()->set( true );
				unlink( $signal );
				return true;
			}
		);
		Plugin::composition()->kill_switch()->set( false );
		delete_option( 'fixture_upload_ends' );
		self::assertSame( 'kill_switch', $answer->reason(), $answer->body );
		self::assertSame( $files, Files::uploads() );
		self::assertSame( $before, $wpdb->get_var( "SELECT COUNT(*) FROM $wpdb->posts" ) . ' ' . $wpdb->get_var( "SELECT COUNT(*) FROM $wpdb->postmeta" ) );
	}

	/** @group tools-main */
	public function test_images_without_alternative_text_are_listed_with_what_describes_them(): void {
		$post  = Site::post( [ 'post_title' => 'A day at the <river>', 'post_status' => 'publish' ], 'author' );
		$none  = $this->image( 'author', [ 'post_parent' => $post, 'post_excerpt' => 'At dawn' ] );
		$blank = $this->image();
		$full  = $this->image();
		update_post_meta( $blank, '_wp_attachment_image_alt', ' ' );
		update_post_meta( $full, '_wp_attachment_image_alt', 'A river' );
		$found = array_column( self::agent()->do( 'list_media', [ 'missing_alt' => true, 'per_page' => 50 ] )['media'], null, 'id' );
		self::assertArrayHasKey( $blank, $found );
		self::assertArrayNotHasKey( $full, $found );
		self::assertSame( [ 'At dawn', '', $post, get_post( $post )->post_title ], [ $found[ $none ]['caption'], $found[ $none ]['alt'], $found[ $none ]['attached_to']['id'], $found[ $none ]['attached_to']['title'] ] );
		self::assertNotEmpty( $found[ $none ]['preview'] );
	}

	/** @group tools-main */
	public function test_alternative_texts_of_many_images_need_one_review_and_one_call(): void {
		$agent = self::agent();
		$ids   = array_map( fn(): int => $this->image(), range( 1, 5 ) );
		$items = array_map( static fn( int $id ): array => [ 'id' => $id, 'alt' => "Picture $id" ], $ids );
		self::assertRefused( 'confirmation_missing', $agent, 'update_media', [ 'items' => $items ] );
		$from   = AuditTrail::size();
		$answer = $agent->act( 'update_media', [ 'items' => $items ] )->content();
		self::assertSame( [ 5, array_fill( 0, 5, true ) ], [ $answer['changed'], array_column( $answer['results'], 'ok' ) ] );
		foreach ( $ids as $id ) {
			self::assertSame( "Picture $id", Site::meta( $id, '_wp_attachment_image_alt' ) );
		}
		$targets = array_column( AuditTrail::since( $from ), 'target' );
		$texts   = self::texts( $from );
		foreach ( $ids as $id ) {
			self::assertContains( "media:$id", $targets );
			self::assertStringContainsString( "Picture $id", $texts, 'in words' );
		}
	}

	public function test_a_connection_for_drafts_changes_nothing_that_visitors_see(): void {
		$agent = Site::connect( 'editor', 'draft_only' );
		$draft = Site::post( [ 'post_status' => 'draft' ], 'editor' );
		$mine  = $this->image( 'editor', [ 'post_parent' => $draft ] );
		self::assertSame( 1, $agent->do( 'update_media', [ 'items' => [ [ 'id' => $mine, 'alt' => 'Of a draft' ] ] ] )['changed'] );
		self::assertRefused( 'needs_publish', $agent, 'update_media', [ 'items' => [ [ 'id' => $this->image( 'editor' ), 'alt' => 'x' ] ] ] );
		self::assertRefused( 'needs_publish', $agent, 'set_featured_image', [ 'id' => Site::post( [ 'post_status' => 'publish' ], 'editor' ), 'media' => $mine ] );
	}

	public function test_fields_that_are_denied_are_not_written(): void {
		$agent = Site::connect( 'editor', 'custom', [ 'read', 'media_manage' ] );
		$ids   = [ $this->image( 'editor' ), $this->image( 'editor' ) ];
		$draft = Site::post( [ 'post_status' => 'draft' ], 'editor' );
		Plugin::composition()->manager()->set_denied_fields( $agent->connection(), Access::fields( [ 'meta:_wp_attachment_image_alt', 'featured_media' ] ) );
		self::assertRefused( 'field_denied', $agent, 'set_featured_image', [ 'id' => $draft, 'media' => $ids[0] ] );
		self::assertRefused( 'field_denied', $agent, 'upload_media', [ 'filename' => 'river.png', 'data' => base64_encode( Files::picture() ), 'alt' => 'x' ] );
		self::assertRefused( 'field_denied', $agent, 'update_media', [ 'items' => [ [ 'id' => $ids[0], 'alt' => 'x' ] ] ] );
		self::assertSame( 1, $agent->act( 'update_media', [ 'items' => [ [ 'id' => $ids[1], 'title' => 'Allowed' ] ] ] )->content()['changed'] );
	}

	public function test_each_item_has_its_own_result(): void {
		$agent = self::agent();
		$mine  = $this->image();
		$other = $this->image( 'editor' );
		$pdf   = $this->image( 'author', [ 'post_mime_type' => 'application/pdf' ] );
		update_post_meta( $pdf, '_wp_attached_file', '2026/01/x.pdf' );
		$items = [ [ 'id' => $mine, 'title' => 'New & old', 'caption' => 'C', 'description' => 'D' ], [ 'id' => $other, 'alt' => 'x' ], [ 'id' => $pdf, 'alt' => 'x' ], [ 'id' => 99999999, 'alt' => 'x' ] ];
		foreach ( [ 1 => 'capability_denied', 2 => 'target_state', 3 => 'target_not_found' ] as $at => $reason ) {
			$arguments = [ 'tool' => 'update_media', 'arguments' => [ 'items' => [ $items[ $at ] ] ] ];
			self::assertSame( $reason, $agent->call( 'request_review', $arguments )->reason() );
		}
		self::assertRefused( 'arguments_invalid', $agent, 'update_media', [ 'items' => [ [ 'id' => $mine ] ] ] );
		self::assertSame( 'arguments_invalid', $agent->call( 'request_review', [ 'tool' => 'update_media', 'arguments' => [ 'items' => [ $items[0], $items[0] ] ] ] )->reason() );
		$answer = $agent->act( 'update_media', [ 'items' => [ $items[0] ] ] )->content();
		self::assertSame( 1, $answer['changed'] );
		$post = get_post( $mine );
		clean_post_cache( $mine );
		$post = get_post( $mine );
		self::assertSame( [ 'New &amp; old', 'C', 'D' ], [ $post->post_title, $post->post_excerpt, $post->post_content ] );
	}

	public function test_an_image_that_was_changed_after_the_review_or_is_being_edited_is_refused(): void {
		$agent = self::agent();
		$one   = $this->image();
		$two   = $this->image();
		$call  = [ 'items' => [ [ 'id' => $one, 'alt' => 'A' ], [ 'id' => $two, 'alt' => 'B' ] ] ];
		$token = $agent->review( 'update_media', $call );
		update_post_meta( $one, '_wp_attachment_image_alt', 'By a person' );
		self::assertSame( 'target_changed', $agent->call( 'update_media', $call + [ 'confirmation_token' => $token ] )->reason() );
		self::assertSame( 'By a person', Site::meta( $one, '_wp_attachment_image_alt' ) );
		$token = $agent->review( 'update_media', $call );
		update_post_meta( $one, '_edit_lock', time() . ':' . Site::user( 'editor' ) );
		$results = $agent->call( 'update_media', $call + [ 'confirmation_token' => $token ] )->content()['results'];
		self::assertSame( [ [ false, 'target_locked' ], [ true, null ] ], array_map( static fn( array $result ): array => [ $result['ok'], $result['reason'] ?? null ], $results ) );
	}

	/** @group tools-main */
	public function test_the_featured_image_is_set_replaced_and_removed(): void {
		$agent = self::agent();
		$post  = Site::post( [ 'post_status' => 'draft' ], 'author' );
		$one   = $this->image();
		$two   = $this->image();
		$from  = AuditTrail::size();
		$set   = $agent->do( 'set_featured_image', [ 'id' => $post, 'media' => $one ] );
		self::assertRecorded( [ 'intent set_featured_image', 'outcome set_featured_image ok' ], $from );
		self::assertSame( [ $one, null ], [ $set['featured_media'], $set['previous'] ] );
		self::assertSame( $one, $agent->do( 'set_featured_image', [ 'id' => $post, 'media' => $two ] )['previous'] );
		self::assertSame( (string) $two, Site::meta( $post, '_thumbnail_id' ) );
		$agent->do( 'set_featured_image', [ 'id' => $post, 'media' => 0 ] );
		self::assertNull( Site::meta( $post, '_thumbnail_id' ) );
		// Visitors see a published post.
		wp_update_post( [ 'ID' => $post, 'post_status' => 'publish' ] );
		self::assertRefused( 'confirmation_missing', $agent, 'set_featured_image', [ 'id' => $post, 'media' => $one ] );
		self::assertSame( $one, $agent->act( 'set_featured_image', [ 'id' => $post, 'media' => $one ] )->content()['featured_media'] );
	}

	public function test_a_featured_image_is_refused_where_it_cannot_be_set(): void {
		$agent = self::agent();
		$draft = Site::post( [ 'post_status' => 'draft' ], 'author' );
		$image = $this->image();
		$pdf   = $this->image( 'author', [ 'post_mime_type' => 'application/pdf' ] );
		update_post_meta( $pdf, '_wp_attached_file', '2026/01/x.pdf' );
		self::assertRefused( 'target_not_found', $agent, 'set_featured_image', [ 'id' => 99999999, 'media' => $image ] );
		self::assertRefused( 'target_not_found', $agent, 'set_featured_image', [ 'id' => $draft, 'media' => 99999999 ] );
		self::assertRefused( 'target_state', $agent, 'set_featured_image', [ 'id' => $draft, 'media' => $pdf ] );
		self::assertRefused( 'arguments_invalid', $agent, 'set_featured_image', [ 'id' => $draft ] );
		self::assertRefused( 'target_state', self::agent( 'editor' ), 'set_featured_image', [ 'id' => Site::post( [ 'post_type' => 'fixture_book', 'post_status' => 'draft' ], 'editor' ), 'media' => $image ] );
		$trashed = Site::post( [ 'post_status' => 'trash' ], 'author' );
		self::assertRefused( 'target_state', $agent, 'set_featured_image', [ 'id' => $trashed, 'media' => $image ] );
		$others = Site::post( [ 'post_status' => 'publish' ], 'editor' );
		self::assertSame( 'capability_denied', $agent->call( 'request_review', [ 'tool' => 'set_featured_image', 'arguments' => [ 'id' => $others, 'media' => $image ] ] )->reason() );
		update_post_meta( $draft, '_edit_lock', time() . ':' . Site::user( 'editor' ) );
		self::assertRefused( 'target_locked', $agent, 'set_featured_image', [ 'id' => $draft, 'media' => $image ] );
	}

	/** @return array<string, array{string, array<string, string>, string}> Content, where, and the content around the block. */
	public function places(): array {
		$one   = "<!-- wp:paragraph -->\n<p>One</p>\n<!-- /wp:paragraph -->";
		$two   = "<!-- wp:paragraph -->\n<p>Two</p>\n<!-- /wp:paragraph -->";
		$group = "<!-- wp:group -->\n<div class=\"wp-block-group\">$one</div>\n<!-- /wp:group -->";
		$list  = "<!-- wp:list -->\n<ul class=\"wp-block-list\"><!-- wp:list-item -->\n<li>A</li>\n<!-- /wp:list-item --></ul>\n<!-- /wp:list -->";
		return [
			'at the end'              => [ "$one\n\n$two", [], "$one\n\n$two\n\nIMAGE" ],
			'of an empty post'        => [ '', [], 'IMAGE' ],
			'after a block'           => [ "$one\n\n$two", [ 'after_block' => '0' ], "$one\n\nIMAGE\n\n$two" ],
			'after a block in a group' => [ $group, [ 'after_block' => '0.0' ], str_replace( $one, "$one\n\nIMAGE\n\n", $group ) ],
			'after a text'            => [ "$one\n\n$two", [ 'after_text' => 'One' ], "$one\n\nIMAGE\n\n$two" ],
			'after a text in a list'  => [ "$list\n\n$two", [ 'after_text' => '<li>A' ], "$list\n\nIMAGE\n\n$two" ],
			'without blocks'          => [ "First.\n\nSecond.", [ 'after_text' => 'First' ], "First.\n\nIMAGE\n\nSecond." ],
		];
	}

	/**
	 * @dataProvider places
	 * @group tools-main
	 */
	public function test_an_image_is_inserted_and_all_else_keeps_its_bytes( string $content, array $where, string $expected ): void {
		$agent = self::agent();
		$image = $this->image();
		update_post_meta( $image, '_wp_attachment_image_alt', 'A "river"' );
		$post  = Site::post( [ 'post_status' => 'draft', 'post_content' => $content ], 'author' );
		$from  = AuditTrail::size();
		$done  = $agent->do( 'insert_image', [ 'id' => $post, 'media' => $image, 'fingerprint' => $agent->fingerprint( $post ), 'caption' => 'By <b> & [gallery]' ] + $where );
		self::assertSame( [ 'intent insert_image', 'outcome insert_image ok' ], array_slice( AuditTrail::lines( $from ), -2 ) );
		clean_post_cache( $post );
		self::assertSame( str_replace( 'IMAGE', $done['block'], $expected ), get_post( $post )->post_content );
		self::assertMatchesRegularExpression( '~^<!-- wp:image \{"id":\d+,"sizeSlug":"full","linkDestination":"none"\} -->\n<figure class="wp-block-image size-full"><img src="http[^"]+\.png" alt="A &quot;river&quot;" class="wp-image-\d+" ?/><figcaption class="wp-element-caption">By &lt;b&gt; &amp; &#0*91;gallery&#0*93;</figcaption></figure>\n<!-- /wp:image -->$~', $done['block'] );
		self::assertSame( $done['fingerprint'], $agent->fingerprint( $post ) );
	}

	public function test_an_image_is_inserted_beside_markup_that_the_account_may_not_write(): void {
		$content = "<!-- wp:html -->\n<script>let kept;</script><iframe src=\"https://example.com/\"></iframe>\n<!-- /wp:html -->";
		$post    = Site::post( [ 'post_status' => 'draft' ], 'author' );
		self::store( $post, $content );
		$agent = self::agent();
		$agent->do( 'insert_image', [ 'id' => $post, 'media' => $this->image(), 'fingerprint' => $agent->fingerprint( $post ) ] );
		clean_post_cache( $post );
		self::assertStringStartsWith( $content, get_post( $post )->post_content );
	}

	public function test_an_image_is_refused_where_it_cannot_be_inserted(): void {
		$agent   = self::agent();
		$image   = $this->image();
		$list    = "<!-- wp:list -->\n<ul><!-- wp:list-item -->\n<li>A A</li>\n<!-- /wp:list-item --></ul>\n<!-- /wp:list -->";
		$post    = Site::post( [ 'post_status' => 'draft', 'post_content' => $list ], 'author' );
		$call    = [ 'id' => $post, 'media' => $image, 'fingerprint' => $agent->fingerprint( $post ) ];
		foreach ( [ [ 'after_block' => '0.0' ], [ 'after_block' => '7' ], [ 'after_text' => 'A' ], [ 'after_text' => 'B' ], [ 'after_text' => 'A A', 'after_block' => '0' ], [ 'after_block' => 'x' ] ] as $where ) {
			self::assertRefused( 'arguments_invalid', $agent, 'insert_image', $call + $where );
		}
		self::assertRefused( 'target_not_found', $agent, 'insert_image', [ 'media' => 99999999 ] + $call );
		self::assertRefused( 'target_not_found', $agent, 'insert_image', [ 'id' => 99999999 ] + $call );
		update_post_meta( $post, '_edit_lock', time() . ':' . Site::user( 'editor' ) );
		self::assertRefused( 'target_locked', $agent, 'insert_image', $call );
		delete_post_meta( $post, '_edit_lock' );
		self::store( $post, '<!-- wp:group --><p>open' );
		self::assertRefused( 'target_changed', $agent, 'insert_image', $call );
		self::assertRefused( 'target_state', $agent, 'insert_image', [ 'fingerprint' => $agent->fingerprint( $post ) ] + $call );
		$public = Site::post( [ 'post_status' => 'publish', 'post_content' => $list ], 'author' );
		$call   = [ 'id' => $public, 'media' => $image, 'fingerprint' => $agent->fingerprint( $public ) ];
		self::assertRefused( 'confirmation_missing', $agent, 'insert_image', $call );
		self::assertArrayHasKey( 'revision', $agent->act( 'insert_image', $call )->content() );
		$others = Site::post( [ 'post_status' => 'publish' ], 'editor' );
		$others = [ 'id' => $others, 'fingerprint' => $agent->fingerprint( $others ) ] + $call;
		self::assertSame( 'capability_denied', $agent->call( 'request_review', [ 'tool' => 'insert_image', 'arguments' => $others ] )->reason() );
	}

	public function test_no_text_of_a_file_runs_as_a_script(): void {
		$agent = self::agent( 'admin' );
		$id    = $this->image( 'admin' );
		$texts = array_values( StoredScripts::texts() );
		// Three in each field: the tests of posts send them one by one through the same filters of WordPress.
		$mixed = array_map( static fn( array $some ): string => mb_strcut( implode( ' ', $some ), 0, 1000 ), array_chunk( $texts, 3 ) );
		$ids   = array_map( fn( string $text ): int => $this->image( 'admin' ), $mixed );
		$items = array_map( static fn( int $one, string $text ): array => [ 'id' => $one ] + array_fill_keys( [ 'title', 'alt', 'caption', 'description' ], $text ), $ids, $mixed );
		foreach ( $items as &$item ) {
			$item['title'] = mb_strcut( $item['title'], 0, 500 );
		}
		unset( $item );
		self::assertSame( count( $ids ), $agent->act( 'update_media', [ 'items' => $items ] )->content()['changed'] );
		foreach ( $ids as $at => $one ) {
			clean_post_cache( $one );
			wp_cache_delete( $one, 'post_meta' );
			$post = get_post( $one );
			// WordPress 6.8 reads it for the shortcodes of audio and video.
			$GLOBALS['post'] = $post;
			$page = wp_get_attachment_image( $one, 'full' ) . get_the_title( $post ) . apply_filters( 'the_excerpt', $post->post_excerpt ) . apply_filters( 'the_content', $post->post_content );
			self::assertSame( [], StoredScripts::found( $page ), $mixed[ $at ] );
		}
		unset( $GLOBALS['post'] );
		$post = Site::post( [ 'post_status' => 'draft', 'post_content' => '' ], 'admin' );
		$now  = $agent->fingerprint( $post );
		foreach ( array_chunk( $texts, 8 ) as $some ) {
			$now = $agent->do( 'insert_image', [ 'id' => $post, 'media' => $id, 'fingerprint' => $now, 'alt' => substr( implode( ' ', $some ), 0, 1000 ), 'caption' => substr( implode( "\n", $some ), 0, 2000 ) ] )['fingerprint'];
		}
		clean_post_cache( $post );
		self::assertSame( [], StoredScripts::found( apply_filters( 'the_content', get_post( $post )->post_content ) ) );
		$item = $this->upload( $agent, [ 'filename' => 'xss.png', 'data' => base64_encode( Files::picture( 'png', 33, 33 ) ) ] + array_fill_keys( [ 'title', 'alt', 'caption', 'description' ], $texts[0] . $texts[14] ) );
		$post = get_post( $item['id'] );
		self::assertSame( [], StoredScripts::found( wp_get_attachment_image( $post->ID, 'full' ) . $post->post_title . $post->post_excerpt . $post->post_content ) );
	}
}

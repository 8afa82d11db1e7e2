<?php

declare(strict_types=1);

namespace Countersign\Tests\Tools;

use Countersign\Plugin\Audit\Told;
use Countersign\Tests\Agent;
use Countersign\Tests\AuditTrail;
use Countersign\Tests\Http;
use Countersign\Tests\Pending;
use Countersign\Tests\Site;
use Countersign\Tests\TestCase;

/** Reading and writing posts: only what WordPress allows the connection's user. */
final class ContentTest extends TestCase {

	/** @var array<string, Agent> */
	private static array $agents = [];

	private static function as( string $user, string $preset = 'full_access' ): Agent {
		return self::$agents[ "$user $preset" ] ??= Site::connect( $user, $preset );
	}

	/** Returns a fingerprint of no item. */
	private static function no_fingerprint(): string {
		return rtrim( strtr( base64_encode( "\x01" . str_repeat( "\0", 104 ) ), '+/', '-_' ), '=' );
	}

	public function test_get_site_info_describes_the_site(): void {
		$info = self::as( 'editor' )->do( 'get_site_info' );
		self::assertSame( [ 'Alder & Finch', home_url( '/' ), 'en-US', 'Europe/Lisbon', get_bloginfo( 'version' ) ], [ $info['name'], $info['url'], $info['language'], $info['timezone'], $info['wordpress_version'] ] );
		$types = array_column( $info['post_types'], null, 'name' );
		self::assertSame( 'Books & more', $types['fixture_book']['label'] );
		self::assertTrue( $types['page']['hierarchical'] );
		self::assertArrayNotHasKey( 'attachment', $types );
		self::assertArrayNotHasKey( 'fixture_hidden', $types );
		self::assertSame( [ 'fixture_book' ], array_column( $info['taxonomies'], 'post_types', 'name' )['fixture_genre'] );
	}

	public function test_whoami_describes_connection_and_user(): void {
		$agent = Site::connect( 'contributor', 'draft_only' );
		$me    = $agent->do( 'whoami' );
		self::assertSame( [ 'id' => $agent->id, 'name' => 'Test connection' ], $me['connection'] );
		// The fixtures add a tool to the group media_manage; no tool here is in the group image.
		self::assertSame( [ 'read', 'create_edit', 'media_manage', 'taxonomy', 'seo', 'upload_portal' ], $me['groups'] );
		self::assertSame( [ 'id' => Site::user( 'contributor' ), 'name' => 'Contributor' ], $me['user'] );
	}

	/** @group tools-main */
	public function test_get_post_returns_the_stored_text(): void {
		$content = "<!-- wp:paragraph -->\n<p>“Quotes” &amp; <b>markup</b> 🦔 \\ back ' slash</p>\n<!-- /wp:paragraph -->";
		$id      = Site::post( [ 'post_title' => 'Tom & Jerry’s <i>day</i>', 'post_content' => $content, 'post_excerpt' => 'Short & sweet', 'post_status' => 'publish', 'post_name' => uniqid( 'slug-' ) ] );
		wp_set_object_terms( $id, [ 'Books', 'R & D' ], 'category' );
		wp_set_object_terms( $id, [ 'one', 'two' ], 'post_tag' );
		$post = self::as( 'editor' )->do( 'get_post', [ 'id' => $id ] );
		self::assertSame( $content, $post['content'] );
		self::assertSame( 'Tom & Jerry’s <i>day</i>', $post['title'] );
		self::assertSame( 'Short & sweet', $post['excerpt'] );
		self::assertSame( [ 'post', 'publish', get_permalink( $id ), false ], [ $post['type'], $post['status'], $post['link'], $post['truncated'] ] );
		self::assertSame( [ 'id' => Site::user( 'editor' ), 'name' => 'Editor' ], $post['author'] );
		self::assertSame( [ 'Books', 'R & D' ], array_column( $post['terms']['category'], 'name' ) );
		self::assertSame( [ 'one', 'two' ], array_column( $post['terms']['post_tag'], 'slug' ) );
		self::assertSame( get_post_timestamp( $id ), strtotime( $post['date'] ) );
		self::assertStringContainsString( "post=$id", $post['edit_link'] );
		self::assertArrayNotHasKey( 'edit_link', self::as( 'subscriber' )->do( 'get_post', [ 'id' => $id ] ) );
	}

	public function test_a_large_post_is_cut_between_characters_and_marked_truncated(): void {
		$id   = Site::post( [ 'post_content' => 'x' . str_repeat( '€', 50000 ) ] );
		$post = self::as( 'editor' )->do( 'get_post', [ 'id' => $id ] );
		self::assertTrue( $post['truncated'] );
		self::assertLessThanOrEqual( 102400, strlen( $post['content'] ) );
		self::assertGreaterThan( 102390, strlen( $post['content'] ) );
		self::assertStringEndsWith( '€', $post['content'] );
		wp_delete_post( $id, true );
	}

	/** @return array<string, array{array<string, mixed>, string, list<string>}> Post, its author, and who may see it. */
	public function visibility(): array {
		return [
			'published'           => [ [ 'post_status' => 'publish' ], 'author', [ 'admin', 'editor', 'author', 'contributor', 'subscriber' ] ],
			'a draft'             => [ [ 'post_status' => 'draft' ], 'author', [ 'admin', 'editor', 'author' ] ],
			'pending'             => [ [ 'post_status' => 'pending' ], 'contributor', [ 'admin', 'editor', 'contributor' ] ],
			'scheduled'           => [ [ 'post_status' => 'future', 'post_date' => '2099-01-01 12:00:00' ], 'author', [ 'admin', 'editor', 'author' ] ],
			'private'             => [ [ 'post_status' => 'private' ], 'author', [ 'admin', 'editor', 'author' ] ],
			'somebody else\'s private' => [ [ 'post_status' => 'private' ], 'admin', [ 'admin', 'editor' ] ],
			'an automatic draft'  => [ [ 'post_status' => 'auto-draft' ], 'editor', [] ],
			'a hidden type'       => [ [ 'post_status' => 'publish', 'post_type' => 'fixture_hidden' ], 'editor', [] ],
			'a menu item'         => [ [ 'post_status' => 'publish', 'post_type' => 'nav_menu_item' ], 'editor', [] ],
			'a ledger'            => [ [ 'post_status' => 'draft', 'post_type' => 'fixture_ledger' ], 'subscriber', [ 'subscriber' ] ],
		];
	}

	/** @dataProvider visibility */
	public function test_a_post_that_the_user_cannot_see_is_not_found( array $fields, string $author, array $who ): void {
		$word  = uniqid( 'word' );
		$id    = Site::post( $fields + [ 'post_title' => "Find $word" ], $author );
		$type  = $fields['post_type'] ?? 'post';
		$users = [ 'admin', 'editor', 'author', 'contributor', 'subscriber' ];
		$send  = [];
		foreach ( $users as $user ) {
			$agent = self::as( $user );
			array_push( $send, $agent->prepare( 'get_post', [ 'id' => $id ] ), $agent->prepare( 'search_content', [ 'query' => $word ] ) );
		}
		$answers = array_chunk( Http::all( $send ), 2 );
		foreach ( $users as $i => $user ) {
			[ $get, $search ] = $answers[ $i ];
			$may              = in_array( $user, $who, true );
			self::assertSame( $may ? null : 'target_not_found', $get->reason(), "$user: $get->body" );
			self::assertStringNotContainsString( $may ? 'nothing' : $word, $get->body );
			self::assertSame( $may ? [ $id ] : [], array_column( $search->content()['posts'], 'id' ), $user );
			self::assertSame( $may ? 1 : 0, $search->content()['total'], "$user: not even how many there are" );
		}
		$list = self::as( 'contributor' )->call( 'list_posts', [ 'type' => $type, 'order_by' => 'id', 'per_page' => 50 ] );
		if ( 'arguments_invalid' !== $list->reason() ) {
			self::assertSame( in_array( 'contributor', $who, true ), in_array( $id, array_column( $list->content()['posts'], 'id' ), true ) );
		}
	}

	public function test_a_missing_post_and_an_attachment_are_not_found(): void {
		$media = get_posts( [ 'post_type' => 'attachment', 'post_status' => 'inherit', 'fields' => 'ids' ] )[0];
		$page  = Site::post( [ 'post_status' => 'publish' ] );
		wp_set_current_user( Site::user( 'editor' ) );
		$revision = wp_save_post_revision( $page ) ?: wp_insert_post( [ 'post_type' => 'revision', 'post_status' => 'inherit', 'post_parent' => $page, 'post_title' => 'r' ] );
		foreach ( [ 999999999, $media, $revision ] as $id ) {
			self::assertRefused( 'target_not_found', self::as( 'admin' ), 'get_post', [ 'id' => $id ] );
			self::assertRefused( 'target_not_found', self::as( 'admin' ), 'update_content', [ 'id' => $id, 'title' => 'x', 'fingerprint' => self::no_fingerprint() ] );
		}
	}

	public function test_a_password_hides_content_and_excerpt_from_users_who_cannot_edit(): void {
		$word = uniqid( 'secretword' );
		$id   = Site::post( [ 'post_status' => 'publish', 'post_password' => 'open sesame', 'post_content' => "<p>$word</p>", 'post_excerpt' => "About $word" ], 'author' );
		foreach ( [ 'subscriber', 'contributor' ] as $user ) {
			$agent = self::as( $user );
			foreach ( Http::all( [ $agent->prepare( 'get_post', [ 'id' => $id ] ), $agent->prepare( 'list_posts', [ 'per_page' => 50 ] ), $agent->prepare( 'search_content', [ 'query' => 'A post of the tests', 'per_page' => 50 ] ) ] ) as $answer ) {
				$answer->content();
				self::assertStringNotContainsString( $word, $answer->body, $user );
			}
			self::assertSame( '', $agent->do( 'get_post', [ 'id' => $id ] )['content'] );
			self::assertSame( [], $agent->do( 'search_content', [ 'query' => $word ] )['posts'], 'the search does not reveal the words' );
		}
		self::assertStringContainsString( $word, self::as( 'author' )->do( 'get_post', [ 'id' => $id ] )['content'] );
		self::assertStringContainsString( $word, self::as( 'editor' )->do( 'get_post', [ 'id' => $id ] )['content'] );
	}

	/** @group tools-main */
	public function test_lists_are_filtered_sorted_and_paged_without_overlap(): void {
		$word = uniqid( 'list' );
		$ids  = [];
		// A day on which there are no other posts.
		$year = (string) random_int( 1975, 2018 );
		$day  = [ 'after' => "$year-01-01T00:00:00Z", 'before' => "$year-01-02T00:00:00Z" ];
		for ( $n = 0; $n < 7; $n++ ) {
			$ids[] = Site::post( [ 'post_title' => "$word " . chr( 71 - $n ), 'post_status' => $n % 2 ? 'draft' : 'publish', 'post_date' => "$year-01-01 10:00:00" ], $n < 3 ? 'author' : 'editor' );
		}
		wp_set_object_terms( $ids[0], [ $word ], 'post_tag' );
		$agent = self::as( 'editor' );
		$ids_of = static fn( array $page ): array => array_values( array_intersect( array_column( $page['posts'], 'id' ), $ids ) );
		self::assertSame( [ $ids[0] ], $ids_of( $agent->do( 'list_posts', [ 'taxonomy' => 'post_tag', 'terms' => [ $word ] ] ) ) );
		self::assertSame( [ $ids[5], $ids[3], $ids[1] ], $ids_of( $agent->do( 'list_posts', [ 'status' => 'draft', 'order_by' => 'id', 'per_page' => 50 ] ) ) );
		self::assertSame( array_slice( $ids, 0, 3 ), $ids_of( $agent->do( 'list_posts', [ 'author' => Site::user( 'author' ), 'order_by' => 'id', 'order' => 'asc' ] + $day ) ) );
		self::assertSame( array_reverse( $ids ), $ids_of( $agent->do( 'list_posts', [ 'order_by' => 'title', 'order' => 'asc' ] + $day ) ) );
		$seen = [];
		for ( $page = 1; $page <= 4; $page++ ) {
			$answer = $agent->do( 'list_posts', [ 'order_by' => 'date', 'per_page' => 2, 'page' => $page ] + $day );
			self::assertSame( [ $page, 2, 7, 4 ], [ $answer['page'], $answer['per_page'], $answer['total'], $answer['total_pages'] ] );
			array_push( $seen, ...array_column( $answer['posts'], 'id' ) );
		}
		self::assertSame( array_reverse( $ids ), $seen, 'posts of the same date are sorted by id' );
		self::assertSame( [], $agent->do( 'list_posts', [ 'page' => 9999 ] )['posts'] );
		foreach ( $agent->do( 'list_posts' )['posts'] as $post ) {
			self::assertArrayNotHasKey( 'content', $post );
		}
		self::assertRefused( 'arguments_invalid', $agent, 'list_posts', [ 'type' => 'attachment' ] );
		self::assertRefused( 'arguments_invalid', $agent, 'list_posts', [ 'type' => 'fixture_hidden' ] );
		self::assertRefused( 'arguments_invalid', $agent, 'list_posts', [ 'status' => 'trash' ] );
	}

	/** @group tools-main */
	public function test_only_users_who_can_write_create_drafts(): void {
		foreach ( [ 'admin', 'editor', 'author', 'contributor' ] as $user ) {
			$title = "Drafted by $user: “quotes”, 'single', \\ and 🦔";
			$draft = self::as( $user )->do( 'create_draft', [ 'title' => $title, 'content' => '<!-- wp:quote --><blockquote><p>It\'s \\ "so"</p></blockquote><!-- /wp:quote -->', 'excerpt' => 'E', 'slug' => 'My Slug ' . $user ] );
			$post  = get_post( $draft['id'] );
			self::assertSame( [ 'draft', 'post', (string) Site::user( $user ) ], [ $post->post_status, $post->post_type, $post->post_author ] );
			self::assertSame( $title, $draft['title'] );
			self::assertSame( '<!-- wp:quote --><blockquote><p>It\'s \\ "so"</p></blockquote><!-- /wp:quote -->', $post->post_content );
			self::assertStringStartsWith( "my-slug-$user", $draft['slug'] );
			self::assertNull( $draft['date'] );
		}
		self::assertRefused( 'capability_denied', self::as( 'subscriber' ), 'create_draft', [ 'title' => 'x' ] );
		self::assertRefused( 'capability_denied', self::as( 'author' ), 'create_draft', [ 'title' => 'x', 'type' => 'page' ] );
		self::assertRefused( 'capability_denied', self::as( 'admin' ), 'create_draft', [ 'title' => 'x', 'type' => 'fixture_ledger' ] );
	}

	public function test_a_draft_can_have_another_type_and_a_parent(): void {
		$agent  = self::as( 'editor' );
		$parent = $agent->do( 'create_draft', [ 'title' => 'Parent', 'type' => 'page' ] )['id'];
		$child  = $agent->do( 'create_draft', [ 'title' => 'Child', 'type' => 'page', 'parent' => $parent ] )['id'];
		self::assertSame( $parent, get_post( $child )->post_parent );
		self::assertSame( 'fixture_book', $agent->do( 'create_draft', [ 'title' => 'B', 'type' => 'fixture_book' ] )['type'] );
		self::assertRefused( 'arguments_invalid', $agent, 'create_draft', [ 'title' => 'x', 'parent' => $parent ] );
		self::assertRefused( 'arguments_invalid', $agent, 'create_draft', [ 'title' => 'x', 'type' => 'fixture_shelf', 'parent' => $parent ] );
		self::assertRefused( 'target_not_found', $agent, 'create_draft', [ 'title' => 'x', 'type' => 'page', 'parent' => 999999999 ] );
		self::assertRefused( 'arguments_invalid', $agent, 'create_draft', [ 'title' => 'x', 'type' => 'attachment' ] );
	}

	public function test_invalid_arguments_are_explained_to_the_model(): void {
		$agent = self::as( 'editor' );
		$cases = [
			[ 'create_draft', [] ],
			[ 'create_draft', [ 'title' => '' ] ],
			[ 'create_draft', [ 'title' => str_repeat( 'x', 401 ) ] ],
			[ 'create_draft', [ 'title' => 'x', 'status' => 'publish' ] ],
			[ 'create_draft', [ 'title' => 'x', 'content' => str_repeat( 'x', 500001 ) ] ],
			[ 'create_draft', [ 'title' => [ 'x' ] ] ],
			[ 'get_post', [ 'id' => '12' ] ],
			[ 'get_post', [ 'id' => 0 ] ],
			[ 'get_post', [ 'id' => -1 ] ],
			[ 'get_post', [ 'id' => 1.5 ] ],
			[ 'update_content', [ 'id' => 1 ] ],
			[ 'list_posts', [ 'per_page' => 51 ] ],
			[ 'list_posts', [ 'after' => 'yesterday' ] ],
			[ 'search_content', [] ],
		];
		foreach ( $cases as [ $tool, $arguments ] ) {
			$answer = self::assertRefused( 'arguments_invalid', $agent, $tool, $arguments );
			self::assertTrue( $answer->json()['result']['isError'] );
		}
	}

	public function test_content_of_the_largest_size_is_accepted(): void {
		$id = self::as( 'editor' )->do( 'create_draft', [ 'title' => str_repeat( 'ß', 400 ), 'content' => str_repeat( 'word ', 99999 ) ] )['id'];
		self::assertSame( hash( 'sha256', trim( str_repeat( 'word ', 99999 ) ) ), hash( 'sha256', trim( get_post( $id )->post_content ) ) );
		self::assertSame( str_repeat( 'ß', 400 ), get_post( $id )->post_title );
		wp_delete_post( $id, true );
	}

	/** @group tools-main */
	public function test_only_users_who_can_edit_change_content(): void {
		$id = Site::post( [ 'post_excerpt' => 'Old', 'post_status' => 'draft' ], 'author' );
		foreach ( [ 'author', 'editor', 'admin' ] as $user ) {
			$content = "<p>By $user: it's \\ “new”</p>";
			self::as( $user )->do( 'update_content', self::as( $user )->edit( $id, [ 'title' => "By $user", 'content' => $content ] ) );
			clean_post_cache( $id );
			self::assertSame( [ "By $user", $content, 'Old', 'draft', (string) Site::user( 'author' ) ], [ get_post( $id )->post_title, get_post( $id )->post_content, get_post( $id )->post_excerpt, get_post( $id )->post_status, get_post( $id )->post_author ] );
		}
		self::assertGreaterThanOrEqual( 2, count( wp_get_post_revisions( $id ) ) );
		self::assertRefused( 'target_not_found', self::as( 'contributor' ), 'update_content', [ 'id' => $id, 'title' => 'x', 'fingerprint' => self::no_fingerprint() ] );
		$public = Site::post( [ 'post_status' => 'publish' ], 'editor' );
		foreach ( [ 'author', 'contributor', 'subscriber' ] as $user ) {
			$edit = self::as( $user )->edit( $public, [ 'title' => 'x' ] );
			self::assertRefused( 'confirmation_missing', self::as( $user ), 'update_content', $edit );
			self::assertRefused( 'capability_denied', self::as( $user ), 'request_review', [ 'tool' => 'update_content', 'arguments' => (object) $edit ] );
		}
		// Contributors cannot edit their own posts once they are published.
		$own = Site::post( [ 'post_status' => 'publish' ], 'contributor' );
		self::assertRefused( 'capability_denied', self::as( 'contributor' ), 'request_review', [ 'tool' => 'update_content', 'arguments' => (object) self::as( 'contributor' )->edit( $own, [ 'title' => 'x' ] ) ] );
	}

	/** @group tools-main */
	public function test_an_update_of_a_post_that_was_changed_meanwhile_is_refused(): void {
		$agent = self::as( 'editor' );
		$id    = Site::post();
		$edit  = $agent->edit( $id, [ 'title' => 'x' ] );
		global $wpdb;
		$wpdb->update( $wpdb->posts, [ 'post_modified' => '2020-02-02 10:00:00', 'post_modified_gmt' => '2020-02-02 10:00:00' ], [ 'ID' => $id ] );
		self::assertSame( $edit['fingerprint'], $agent->fingerprint( $id ), 'a time of modification is no change' );
		$wpdb->update( $wpdb->posts, [ 'post_title' => 'By somebody else' ], [ 'ID' => $id ] );
		$answer = self::assertRefused( 'target_changed', $agent, 'update_content', $edit );
		self::assertStringContainsString( 'Changed: title.', $answer->body );
		$done = $agent->do( 'update_content', $agent->edit( $id, [ 'title' => 'Mine' ] ) );
		clean_post_cache( $id );
		self::assertSame( 'Mine', get_post( $id )->post_title );
		self::assertSame( $done['fingerprint'], $agent->fingerprint( $id ) );
	}

	public function test_a_post_in_the_trash_cannot_be_edited(): void {
		$id = Site::post();
		wp_trash_post( $id );
		self::assertRefused( 'target_state', self::as( 'editor' ), 'update_content', self::as( 'editor' )->edit( $id, [ 'title' => 'x' ] ) );
	}

	/** @group tools-main */
	public function test_the_entry_holds_the_target_and_commits_to_the_texts(): void {
		$agent = self::as( 'editor' );
		$from  = AuditTrail::size();
		$words = uniqid( 'very private words ' );
		$id    = $agent->do( 'create_draft', [ 'title' => $words, 'content' => $words ] )['id'];
		[ $intent, $outcome ] = AuditTrail::since( $from );
		self::assertSame( [ 'intent', 'outcome', 'ok', "post:$id" ], [ $intent['kind'], $outcome['kind'], $outcome['outcome'], $outcome['target'] ] );
		self::assertSame( $intent['correlation'], $outcome['correlation'] );
		self::assertStringNotContainsString( $words, $intent['body'] . $outcome['body'] );
		self::assertSame( [ $words, $words ], array_map( static fn( Told $told ): string => $told->arguments['title'], AuditTrail::told( $from ) ), 'but the texts beside it' );
		self::assertSame( (string) Site::user( 'editor' ), (string) $outcome['user'] );
	}

	public function test_every_kind_of_post_fits_the_output_schema(): void {
		global $wpdb;
		$titles   = [ '', '0', ' ', str_repeat( 'Long ', 80 ), '🦔👩‍👩‍👧‍👦 emoji', '<b>HTML</b> & &amp; &lt;', "Ünïcödé “quotes”", "tab\tnew\nline", '{"json": []}', "'; DROP TABLE wp_posts; --", 'العربية', "\u{202e}backwards" ];
		$contents = [ '', '0', '<!-- wp:paragraph --><p>x</p><!-- /wp:paragraph -->', '<!-- wp:broken {"a": -->', '<p>unclosed <b>tags', '[gallery ids="1,2"] [nope', str_repeat( '🦔', 2000 ), "<script>x</script>\0", '<!--more-->', '<!-- wp:core/query {"queryId":1} /-->' ];
		$statuses = [ 'publish', 'draft', 'pending', 'private', 'future' ];
		$types    = [ 'post', 'page', 'fixture_book', 'fixture_shelf' ];
		$ids      = [];
		for ( $n = 0; $n < 100; $n++ ) {
			$ids[] = Site::post(
				[
					'post_type'    => $types[ $n % 4 ],
					'post_status'  => $statuses[ $n % 5 ],
					'post_title'   => '' === trim( $titles[ $n % 12 ], " 0" ) ? "n$n" : $titles[ $n % 12 ],
					'post_content' => $contents[ $n % 10 ],
					'post_excerpt' => 0 === $n % 3 ? $titles[ ( $n + 5 ) % 12 ] : '',
					'post_date'    => 4 === $n % 5 ? '2099-01-01 00:00:00' : '',
				],
				[ 'author', 'editor', 'contributor' ][ $n % 3 ]
			);
		}
		// Values that other software leaves in the database.
		$wpdb->update( $wpdb->posts, [ 'post_title' => '', 'post_content' => '' ], [ 'ID' => $ids[0] ] );
		$wpdb->update( $wpdb->posts, [ 'post_title' => '0', 'post_excerpt' => '0', 'post_content' => ' ' ], [ 'ID' => $ids[4] ] );
		$wpdb->update( $wpdb->posts, [ 'post_author' => 0 ], [ 'ID' => $ids[1] ] );
		$wpdb->update( $wpdb->posts, [ 'post_author' => 987654 ], [ 'ID' => $ids[2] ] );
		$wpdb->query( "SET SESSION sql_mode = ''" );
		$wpdb->query( "UPDATE $wpdb->posts SET post_date = '0000-00-00 00:00:00', post_date_gmt = '0000-00-00 00:00:00', post_modified = '0000-00-00 00:00:00', post_modified_gmt = '0000-00-00 00:00:00' WHERE ID IN ($ids[3], $ids[5], $ids[10])" );
		$wpdb->update( $wpdb->posts, [ 'post_parent' => 99999999 ], [ 'ID' => $ids[7] ] );
		$wpdb->update( $wpdb->posts, [ 'post_name' => '' ], [ 'ID' => $ids[8] ] );
		update_post_meta( $ids[9], '_thumbnail_id', 'not a number' );
		update_post_meta( $ids[11], '_thumbnail_id', 99999999 );
		wp_set_object_terms( $ids[12], [ 'A & B <i>', '0' ], 'category' );

		$agent = self::as( 'editor' );
		$sent  = array_map( static fn( int $id ): Pending => $agent->prepare( 'get_post', [ 'id' => $id ] ), $ids );
		foreach ( $types as $type ) {
			foreach ( [ 1, 2 ] as $page ) {
				$sent[] = $agent->prepare( 'list_posts', [ 'type' => $type, 'per_page' => 50, 'page' => $page ] );
			}
		}
		$failed = [];
		foreach ( array_chunk( $sent, 8 ) as $some ) {
			foreach ( Http::all( $some ) as $answer ) {
				if ( null !== $answer->reason() ) {
					$failed[] = $answer->body;
				}
			}
		}
		self::assertSame( [], $failed );
	}
}

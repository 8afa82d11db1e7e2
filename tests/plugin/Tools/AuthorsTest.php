<?php

declare(strict_types=1);

namespace Countersign\Tests\Tools;

use Countersign\Plugin\Plugin;
use Countersign\Tests\Agent;
use Countersign\Tests\AuditTrail;
use Countersign\Tests\Site;
use Countersign\Tests\TestCase;

/** Listing authors, and making somebody else the author: only inside the allowlist of the connection. */
final class AuthorsTest extends TestCase {

	/** @var array<string, Agent> */
	private static array $agents = [];

	/** @param list<string> $authors Login names. */
	private static function as( string $user, array $authors = [] ): Agent {
		$key = implode( ' ', [ $user, ...$authors ] );
		if ( ! isset( self::$agents[ $key ] ) ) {
			self::$agents[ $key ] = Site::connect( $user, 'full_access' );
			self::allow( self::$agents[ $key ], $authors );
		}
		return self::$agents[ $key ];
	}

	/** @param list<string> $authors */
	private static function allow( Agent $agent, array $authors ): void {
		Plugin::composition()->manager()->set_authors( $agent->connection(), array_map( Site::user( ... ), $authors ) );
	}

	private static function author( int $id ): int {
		clean_post_cache( $id );
		return (int) get_post( $id )->post_author;
	}

	public function test_authors_are_listed_by_name_without_anything_private(): void {
		$answer = self::as( 'editor', [ 'author', 'admin' ] )->call( 'list_authors' );
		$people = array_column( $answer->content()['authors'], null, 'id' );
		self::assertSame( [ 'id' => Site::user( 'author' ), 'name' => get_userdata( Site::user( 'author' ) )->display_name, 'allowed' => true ], $people[ Site::user( 'author' ) ] );
		self::assertFalse( $people[ Site::user( 'contributor' ) ]['allowed'] );
		self::assertFalse( $people[ Site::user( 'editor' ) ]['allowed'], 'an allowlist replaces the own account' );
		self::assertArrayNotHasKey( Site::user( 'subscriber' ), $people, 'a subscriber cannot write' );
		// The account of an agent has no address.
		foreach ( array_filter( get_users(), static fn( \WP_User $user ): bool => '' !== $user->user_email ) as $user ) {
			self::assertStringNotContainsString( $user->user_email, $answer->body );
		}
		self::assertTrue( array_column( self::as( 'author' )->do( 'list_authors' )['authors'], 'allowed', 'id' )[ Site::user( 'author' ) ], 'without an allowlist the own account' );
	}

	public function test_authors_are_searched_and_paged(): void {
		$agent = self::as( 'editor' );
		self::assertSame( [ Site::user( 'author' ) ], array_column( $agent->do( 'list_authors', [ 'search' => 'uthor' ] )['authors'], 'id' ) );
		self::assertSame( [], $agent->do( 'list_authors', [ 'search' => 'example.' ] )['authors'], 'only names are searched, not addresses' );
		$all  = $agent->do( 'list_authors', [ 'per_page' => 50 ] );
		$seen = [];
		for ( $page = 1; $page <= $all['total']; $page++ ) {
			$one = $agent->do( 'list_authors', [ 'per_page' => 1, 'page' => $page ] );
			self::assertSame( [ $all['total'], $all['total'] ], [ $one['total'], $one['total_pages'] ] );
			$seen[] = $one['authors'][0]['id'];
		}
		self::assertSame( array_column( $all['authors'], 'id' ), $seen );
	}

	public function test_who_cannot_write_sees_no_authors(): void {
		self::assertRefused( 'capability_denied', self::as( 'subscriber' ), 'list_authors' );
		self::assertRefused( 'capability_denied', self::as( 'author' ), 'list_authors', [ 'type' => 'page' ] );
		self::assertRefused( 'arguments_invalid', self::as( 'editor' ), 'list_authors', [ 'type' => 'attachment' ] );
		self::assertRefused( 'arguments_invalid', self::as( 'editor' ), 'list_authors', [ 'type' => 'fixture_book' ] );
		self::assertRefused( 'tool_unknown', Site::connect( 'editor', 'draft_only' ), 'list_authors' );
	}

	/** @group tools-main */
	public function test_drafts_change_their_author_at_once(): void {
		$ids   = [ Site::post(), Site::post( [ 'post_content' => '<script>1</script> & "kept"' ], 'admin' ) ];
		$since = AuditTrail::size();
		$done  = self::as( 'editor', [ 'author' ] )->do( 'reassign_posts', [ 'ids' => $ids, 'author' => Site::user( 'author' ) ] )['results'];
		self::assertSame( [ true, true ], array_column( $done, 'ok' ) );
		self::assertSame( [ Site::user( 'author' ), Site::user( 'author' ) ], array_map( self::author( ... ), $ids ) );
		self::assertSame( '<script>1</script> & "kept"', get_post( $ids[1] )->post_content, 'nothing else changes' );
		self::assertSame( [], array_diff( [ "post:$ids[0]", "post:$ids[1]" ], array_column( AuditTrail::since( $since ), 'target' ) ) );
	}

	/** @group tools-main */
	public function test_an_author_outside_the_allowlist_is_refused(): void {
		$id = Site::post();
		foreach ( [ [ [ 'author' ], 'admin' ], [ [ 'author' ], 'editor' ], [ [], 'author' ] ] as [ $allowed, $author ] ) {
			$arguments = [ 'ids' => [ $id ], 'author' => Site::user( $author ) ];
			self::assertRefused( 'author_not_allowed', self::as( 'editor', $allowed ), 'reassign_posts', $arguments );
			self::assertRefused( 'author_not_allowed', self::as( 'editor', $allowed ), 'request_review', [ 'tool' => 'reassign_posts', 'arguments' => $arguments ] );
		}
		$own = Site::post( [], 'admin' );
		self::as( 'editor' )->do( 'reassign_posts', [ 'ids' => [ $own ], 'author' => Site::user( 'editor' ) ] );
		self::assertSame( Site::user( 'editor' ), self::author( $own ), 'the own account is allowed without an allowlist' );
	}

	public function test_an_allowlist_that_was_shortened_holds_from_the_next_call(): void {
		$agent = Site::connect( 'editor', 'full_access' );
		self::allow( $agent, [ 'author', 'contributor' ] );
		$ids = [ Site::post() ];
		$agent->do( 'reassign_posts', [ 'ids' => $ids, 'author' => Site::user( 'author' ) ] );
		self::allow( $agent, [ 'contributor' ] );
		self::assertRefused( 'author_not_allowed', $agent, 'reassign_posts', [ 'ids' => $ids, 'author' => Site::user( 'author' ) ] );
	}

	public function test_visible_items_need_a_confirmation(): void {
		$id        = Site::post( [ 'post_status' => 'publish' ], 'admin' );
		$agent     = self::as( 'editor', [ 'author' ] );
		$arguments = [ 'ids' => [ $id ], 'author' => Site::user( 'author' ) ];
		self::assertRefused( 'confirmation_missing', $agent, 'reassign_posts', $arguments );
		$review = $agent->do( 'request_review', [ 'tool' => 'reassign_posts', 'arguments' => $arguments ] );
		self::assertStringContainsString( 'The author changes from', $review['targets'][0]['warnings'][0] );
		self::assertTrue( $agent->do( 'reassign_posts', $arguments + [ 'confirmation_token' => $review['confirmation_token'] ] )['results'][0]['ok'] );
		self::assertSame( Site::user( 'author' ), self::author( $id ) );
	}

	public function test_items_that_are_refused_do_not_stop_the_others(): void {
		$good   = Site::post();
		$trash  = Site::post( [ 'post_status' => 'trash' ] );
		$page   = Site::post( [ 'post_type' => 'page' ] );
		$ledger = Site::post( [ 'post_type' => 'fixture_ledger' ], 'admin' );
		$locked = Site::post();
		update_post_meta( $locked, '_edit_lock', time() . ':' . Site::user( 'admin' ) );
		$done = self::as( 'editor', [ 'author' ] )->do( 'reassign_posts', [ 'ids' => [ 999999999, $trash, $page, $ledger, $locked, $good ], 'author' => Site::user( 'author' ) ] )['results'];
		self::assertSame( [ 'target_not_found', 'target_state', 'arguments_invalid', 'target_not_found', 'target_locked', null ], array_map( static fn( array $item ): ?string => $item['reason'] ?? null, $done ) );
		self::assertStringContainsString( 'list_authors', $done[2]['message'], 'an author cannot write pages' );
		self::assertSame( [ Site::user( 'author' ), Site::user( 'editor' ) ], [ self::author( $good ), self::author( $locked ) ] );
	}

	public function test_who_may_not_edit_items_of_others_cannot_reassign_own_ones(): void {
		$id   = Site::post( [], 'author' );
		$done = self::as( 'author', [ 'editor' ] )->do( 'reassign_posts', [ 'ids' => [ $id ], 'author' => Site::user( 'editor' ) ] )['results'];
		self::assertSame( 'capability_denied', $done[0]['reason'] );
		self::assertSame( Site::user( 'author' ), self::author( $id ) );
	}

	public function test_a_connection_without_the_group_has_no_tool_for_authors(): void {
		$agent = Site::connect( 'editor', 'seo_specialist' );
		self::assertSame( [], array_intersect( [ 'list_authors', 'reassign_posts' ], $agent->tools() ) );
		self::assertRefused( 'tool_unknown', $agent, 'reassign_posts', [ 'ids' => [ 1 ], 'author' => 1 ] );
	}
}

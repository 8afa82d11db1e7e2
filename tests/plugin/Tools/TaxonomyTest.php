<?php

declare(strict_types=1);

namespace Countersign\Tests\Tools;

use Countersign\Access;
use Countersign\Plugin\Plugin;
use Countersign\Tests\Agent;
use Countersign\Tests\AuditTrail;
use Countersign\Tests\Http;
use Countersign\Tests\Site;
use Countersign\Tests\StoredScripts;
use Countersign\Tests\TestCase;

/** Creating terms, and assigning them to many items in one call. */
final class TaxonomyTest extends TestCase {

	/** @var array<string, Agent> */
	private static array $agents = [];

	private static function as( string $user, string $preset = 'full_access' ): Agent {
		return self::$agents[ "$user $preset" ] ??= Site::connect( $user, $preset );
	}

	private static function term( string $taxonomy = 'category', array $more = [] ): int {
		$made = wp_insert_term( uniqid( 'Term ' ), $taxonomy, $more );
		return $made['term_id'];
	}

	/** @return list<int> */
	private static function terms( int $id, string $taxonomy = 'category' ): array {
		clean_object_term_cache( $id, 'post' );
		$ids = array_map( intval( ... ), (array) wp_get_object_terms( $id, $taxonomy, [ 'fields' => 'ids' ] ) );
		sort( $ids );
		return $ids;
	}

	/** @group tools-main */
	public function test_a_term_is_created_with_all_of_its_fields(): void {
		$parent = self::term();
		$name   = uniqid( 'Bücher & “mehr” \\ ' );
		$agent  = self::as( 'editor' );
		$since  = AuditTrail::size();
		$term   = $agent->do( 'create_term', [ 'taxonomy' => 'category', 'name' => $name, 'slug' => 'Books ' . $name, 'parent' => $parent, 'description' => 'About R&D' ] );
		$stored = get_term( $term['id'] );
		self::assertSame( [ $name, $parent, true, 'category' ], [ $term['name'], $term['parent'], $term['created'], $term['taxonomy'] ] );
		self::assertSame( [ $parent, sanitize_title( 'Books ' . $name ), 'About R&amp;D' ], [ $stored->parent, $stored->slug, $stored->description ] );
		self::assertRecorded( [ 'intent create_term', 'outcome create_term ok' ], $since );
		self::assertSame( "term:{$term['id']}", AuditTrail::since( $since )[1]['target'] );
	}

	public function test_a_name_that_is_there_is_not_doubled(): void {
		$agent = self::as( 'editor' );
		foreach ( [ [ 'taxonomy' => 'post_tag', 'name' => uniqid( 'R & D ' ) ], [ 'taxonomy' => 'category', 'name' => uniqid( 'Top ' ), 'parent' => self::term() ], [ 'taxonomy' => 'fixture_genre', 'name' => uniqid( 'Genre ' ) ] ] as $arguments ) {
			$first = $agent->do( 'create_term', $arguments );
			$again = $agent->do( 'create_term', [ 'slug' => 'another-' . uniqid() ] + $arguments );
			self::assertSame( [ $first['id'], false ], [ $again['id'], $again['created'] ] );
			self::assertCount( 1, get_terms( [ 'taxonomy' => $arguments['taxonomy'], 'name' => $arguments['name'], 'hide_empty' => false ] ) );
		}
		$other = $agent->do( 'create_term', [ 'taxonomy' => 'category', 'name' => get_term( self::term() )->name, 'parent' => self::term() ] );
		self::assertTrue( $other['created'], 'the same name below another term is another term' );
	}

	/** @return array<string, array{string, string, array<string, mixed>}> */
	public function refused_terms(): array {
		return [
			'without the capability'    => [ 'capability_denied', 'author', [ 'taxonomy' => 'category', 'name' => 'x' ] ],
			'an unknown taxonomy'       => [ 'arguments_invalid', 'editor', [ 'taxonomy' => 'nothing', 'name' => 'x' ] ],
			'an internal taxonomy'      => [ 'arguments_invalid', 'admin', [ 'taxonomy' => 'nav_menu', 'name' => 'x' ] ],
			'a missing parent'          => [ 'arguments_invalid', 'editor', [ 'taxonomy' => 'category', 'name' => 'x', 'parent' => 999999999 ] ],
			'a parent of a tag'         => [ 'arguments_invalid', 'editor', [ 'taxonomy' => 'post_tag', 'name' => 'x', 'parent' => 1 ] ],
			'a name of marks only'      => [ 'arguments_invalid', 'editor', [ 'taxonomy' => 'post_tag', 'name' => "\u{202E}\u{2066}" ] ],
			'a slug that is too long'   => [ 'arguments_invalid', 'editor', [ 'taxonomy' => 'post_tag', 'name' => 'x', 'slug' => str_repeat( 'x', 201 ) ] ],
			'an argument that is none'  => [ 'arguments_invalid', 'editor', [ 'taxonomy' => 'post_tag', 'name' => 'x', 'meta' => 'y' ] ],
		];
	}

	/** @dataProvider refused_terms */
	public function test_a_term_that_may_not_be_created_is_refused( string $reason, string $user, array $arguments ): void {
		self::assertRefused( $reason, self::as( $user ), 'create_term', $arguments );
	}

	public function test_connections_without_the_group_have_no_tools_for_terms(): void {
		$agent = self::as( 'editor', 'seo_specialist' );
		self::assertSame( [], array_intersect( [ 'create_term', 'assign_terms' ], $agent->tools() ) );
		self::assertRefused( 'tool_unknown', $agent, 'create_term', [ 'taxonomy' => 'category', 'name' => 'x' ] );
		self::assertRefused( 'tool_unknown', $agent, 'assign_terms', [ 'items' => [ [ 'id' => 1, 'taxonomy' => 'category', 'terms' => [ 1 ] ] ] ] );
	}

	/** @group tools-main */
	public function test_terms_of_drafts_are_added_set_and_removed_at_once(): void {
		[ $a, $b, $c ] = [ self::term(), self::term(), self::term() ];
		$tag           = self::term( 'post_tag' );
		$posts         = [ Site::post(), Site::post(), Site::post(), Site::post() ];
		array_map( static fn( int $id ) => wp_set_post_categories( $id, [ $a, $b ] ), $posts );
		$since = AuditTrail::size();
		$done  = self::as( 'editor' )->do(
			'assign_terms',
			[
				'items' => [
					[ 'id' => $posts[0], 'taxonomy' => 'category', 'terms' => [ $c ] ],
					[ 'id' => $posts[1], 'taxonomy' => 'category', 'terms' => [ $c ], 'mode' => 'set' ],
					[ 'id' => $posts[2], 'taxonomy' => 'category', 'terms' => [ $a ], 'mode' => 'remove' ],
					[ 'id' => $posts[3], 'taxonomy' => 'post_tag', 'terms' => [ $tag ] ],
				],
			]
		)['results'];
		self::assertSame( $posts, array_column( $done, 'id' ) );
		self::assertSame( [ true, true, true, true ], array_column( $done, 'ok' ) );
		self::assertSame( [ [ $a, $b, $c ], [ $c ], [ $b ], [ $a, $b ] ], array_map( self::terms( ... ), $posts ) );
		self::assertSame( [ $tag ], self::terms( $posts[3], 'post_tag' ) );
		self::assertSame( [ $tag ], array_column( $done[3]['terms'], 'id' ) );
		$entries = AuditTrail::since( $since );
		foreach ( $posts as $id ) {
			self::assertContains( "post:$id", array_column( $entries, 'target' ) );
		}
		self::assertCount( 1, array_unique( array_column( $entries, 'correlation' ) ) );
	}

	public function test_taxonomies_that_the_connection_may_not_write_are_refused(): void {
		$agent = Site::connect( 'editor', 'full_access' );
		Plugin::composition()->manager()->set_denied_fields( $agent->connection(), Access::fields( [ 'terms:category' ] ) );
		[ $id, $category, $tag ] = [ Site::post(), self::term(), self::term( 'post_tag' ) ];
		$answer = $agent->call( 'assign_terms', [ 'items' => [ [ 'id' => $id, 'taxonomy' => 'category', 'terms' => [ $category ] ] ] ] );
		self::assertSame( 'field_denied', $answer->reason() ?? $answer->content()['results'][0]['reason'] ?? null );
		self::assertNotContains( $category, self::terms( $id ) );
		self::assertTrue( $agent->do( 'assign_terms', [ 'items' => [ [ 'id' => $id, 'taxonomy' => 'post_tag', 'terms' => [ $tag ] ] ] ] )['results'][0]['ok'] );
	}

	public function test_scripts_in_names_and_descriptions_do_not_run(): void {
		$agent = self::as( 'editor' );
		$send  = [];
		foreach ( array_filter( StoredScripts::texts(), static fn( string $text ): bool => strlen( $text ) <= 180 ) as $way => $text ) {
			$send[ $way ] = $agent->prepare( 'create_term', [ 'taxonomy' => 'post_tag', 'name' => $text . ' ' . uniqid(), 'description' => $text ] );
		}
		foreach ( Http::all( array_values( $send ) ) as $n => $answer ) {
			$way = array_keys( $send )[ $n ];
			if ( null === $answer->reason() ) {
				$id   = $answer->content()['id'];
				$post = Site::post();
				wp_set_object_terms( $post, [ $id ], 'post_tag' );
				self::assertSame( [], StoredScripts::found( get_the_term_list( $post, 'post_tag' ) . term_description( $id ) . '<h1>' . get_term( $id )->name . '</h1>' ), $way );
				wp_delete_term( $id, 'post_tag' );
			}
		}
	}

	public function test_a_post_without_a_category_gets_the_default_one(): void {
		$id = Site::post();
		wp_set_post_categories( $id, [ self::term() ] );
		self::as( 'editor' )->do( 'assign_terms', [ 'items' => [ [ 'id' => $id, 'taxonomy' => 'category', 'terms' => [], 'mode' => 'set' ] ] ] );
		self::assertSame( [ (int) get_option( 'default_category' ) ], self::terms( $id ) );
	}

	/** @group tools-main */
	public function test_a_visible_item_needs_a_confirmation_of_the_whole_call(): void {
		$term  = self::term();
		$seen  = Site::post( [ 'post_status' => 'publish' ] );
		$draft = Site::post();
		$items = [ 'items' => array_map( static fn( int $id ): array => [ 'id' => $id, 'taxonomy' => 'category', 'terms' => [ $term ], 'mode' => 'set' ], [ $draft, $seen ] ) ];
		$agent = self::as( 'editor' );
		self::assertRefused( 'confirmation_missing', $agent, 'assign_terms', $items );
		$review = $agent->do( 'request_review', [ 'tool' => 'assign_terms', 'arguments' => $items ] );
		self::assertSame( [ $draft, $seen ], array_column( $review['targets'], 'id' ) );
		self::assertSame( [ [ 'The item loses 1 of its 1 terms of the taxonomy category.' ], [ 'The item loses 1 of its 1 terms of the taxonomy category.' ] ], array_column( $review['targets'], 'warnings' ) );
		$done = $agent->do( 'assign_terms', $items + [ 'confirmation_token' => $review['confirmation_token'] ] )['results'];
		self::assertSame( [ true, true ], array_column( $done, 'ok' ) );
		self::assertSame( [ [ $term ], [ $term ] ], [ self::terms( $seen ), self::terms( $draft ) ] );
	}

	public function test_items_that_are_refused_do_not_stop_the_others(): void {
		$term   = self::term();
		$author = Site::post( [], 'author' );
		$other  = Site::post( [], 'admin' );
		$trash  = Site::post( [ 'post_status' => 'trash' ], 'author' );
		$book   = Site::post( [ 'post_type' => 'fixture_book' ], 'author' );
		$wrong  = Site::post( [], 'author' );
		$locked = Site::post( [], 'author' );
		update_post_meta( $locked, '_edit_lock', time() . ':' . Site::user( 'editor' ) );
		$entry = static fn( int $id ): array => [ 'id' => $id, 'taxonomy' => 'category', 'terms' => [ $term ] ];
		$done  = self::as( 'author' )->do( 'assign_terms', [ 'items' => [ $entry( 999999999 ), $entry( $other ), $entry( $trash ), $entry( $book ), [ 'terms' => [ 999999999 ] ] + $entry( $wrong ), $entry( $locked ), $entry( $author ) ] ] )['results'];
		self::assertSame( [ 'target_not_found', 'target_not_found', 'target_state', 'arguments_invalid', 'arguments_invalid', 'target_locked', null ], array_map( static fn( array $item ): ?string => $item['reason'] ?? null, $done ) );
		self::assertSame( [ $term ], array_values( array_intersect( self::terms( $author ), [ $term ] ) ) );
		self::assertNotContains( $term, self::terms( $locked ) );
		self::assertStringContainsString( 'list_terms', $done[4]['message'] );
	}

	public function test_a_contributor_cannot_change_items_of_others(): void {
		$published = Site::post( [ 'post_status' => 'publish' ], 'editor' );
		$done      = self::as( 'contributor' )->call( 'assign_terms', [ 'items' => [ [ 'id' => $published, 'taxonomy' => 'category', 'terms' => [ self::term() ] ] ] ] );
		self::assertSame( 'confirmation_missing', $done->reason() );
		$review = self::as( 'contributor' )->call( 'request_review', [ 'tool' => 'assign_terms', 'arguments' => [ 'items' => [ [ 'id' => $published, 'taxonomy' => 'category', 'terms' => [ 1 ] ] ] ] ] );
		self::assertSame( 'capability_denied', $review->reason() );
	}

	public function test_a_term_changed_after_the_review_ends_the_confirmation(): void {
		$id    = Site::post( [ 'post_status' => 'publish' ] );
		$items = [ 'items' => [ [ 'id' => $id, 'taxonomy' => 'category', 'terms' => [ self::term() ] ] ] ];
		$agent = self::as( 'editor' );
		$token = $agent->review( 'assign_terms', $items );
		wp_set_post_categories( $id, [ self::term() ] );
		$answer = $agent->call( 'assign_terms', $items + [ 'confirmation_token' => $token ] );
		self::assertSame( 'target_changed', $answer->reason(), $answer->body );
		self::assertNotContains( $items['items'][0]['terms'][0], self::terms( $id ) );
	}

	public function test_more_than_fifty_items_are_refused(): void {
		$entry = [ 'id' => 1, 'taxonomy' => 'category', 'terms' => [ 1 ] ];
		self::assertRefused( 'arguments_invalid', self::as( 'editor' ), 'assign_terms', [ 'items' => array_map( static fn( int $id ): array => [ 'id' => $id ] + $entry, range( 1, 51 ) ) ] );
		self::assertRefused( 'arguments_invalid', self::as( 'editor' ), 'assign_terms', [ 'items' => [ $entry, $entry ] ] );
		self::assertRefused( 'arguments_invalid', self::as( 'editor' ), 'assign_terms', [ 'items' => [] ] );
	}
}

<?php

declare(strict_types=1);

namespace Countersign\Tests\Calls;

use Countersign\Tests\Agent;
use Countersign\Tests\AuditTrail;
use Countersign\Tests\Http;
use Countersign\Tests\Pending;
use Countersign\Tests\Site;
use Countersign\Tests\TestCase;

/** Calls on many items: what changes between the review, the beginning of the call and the write of each item. */
final class ItemsTest extends TestCase {

	private static ?Agent $editor = null;

	private static ?int $term = null;

	private static function agent(): Agent {
		return self::$editor ??= Site::connect( 'editor', 'full_access' );
	}

	/** @param list<int> $ids @return array{items: list<array<string, mixed>>} */
	private static function items( array $ids ): array {
		self::$term ??= (int) wp_insert_term( uniqid( 'Many ' ), 'post_tag' )['term_id'];
		return [ 'items' => array_map( static fn( int $id ): array => [ 'id' => $id, 'taxonomy' => 'post_tag', 'terms' => [ self::$term ] ], $ids ) ];
	}

	/** @return list<int> */
	private static function posts( int $count, string $status = 'draft' ): array {
		return array_map( static fn(): int => Site::post( [ 'post_status' => $status ] ), range( 1, $count ) );
	}

	private static function has_term( int $id ): bool {
		wp_cache_flush();
		return has_term( (int) self::$term, 'post_tag', $id );
	}

	public function test_each_item_has_a_result_and_an_entry(): void {
		[ $first, $second ] = self::posts( 2 );
		$agent              = self::agent();
		$from               = AuditTrail::size();
		$results            = $agent->do( 'assign_terms', self::items( [ $first, 999999999, $second ] ) )['results'];
		self::assertSame( [ [ $first, true ], [ 999999999, false ], [ $second, true ] ], array_map( static fn( array $result ): array => [ $result['id'], $result['ok'] ], $results ) );
		self::assertSame( 'target_not_found', $results[1]['reason'] );
		$rows = AuditTrail::since( $from );
		self::assertSame( [ 'posts:3', "post:$first", 'post:999999999', "post:$second", 'posts:3' ], array_column( $rows, 'target' ) );
		self::assertSame( [ '', 'ok', 'denied', 'ok', 'ok' ], array_map( static fn( array $row ): string => (string) $row['outcome'], $rows ) );
		self::assertCount( 1, array_unique( array_column( $rows, 'correlation' ) ) );
		self::assertStringContainsString( '"digest_after"', $rows[1]['body'] );
	}

	public function test_an_item_that_changed_since_the_review_refuses_all_of_them(): void {
		$ids   = self::posts( 3, 'publish' );
		$agent = self::agent();
		$token = $agent->review( 'assign_terms', self::items( $ids ) );
		wp_update_post( [ 'ID' => $ids[1], 'post_title' => 'Changed by a person' ] );
		$from   = AuditTrail::size();
		$answer = $agent->call( 'assign_terms', self::items( $ids ) + [ 'confirmation_token' => $token ] );
		self::assertSame( 'target_changed', $answer->reason(), $answer->body );
		self::assertStringContainsString( 'in at least one item: title', $answer->body );
		self::assertSame( [ false, false, false ], array_map( self::has_term( ... ), $ids ) );
		self::assertRecorded( [ 'intent assign_terms', 'outcome assign_terms denied target_changed' ], $from );
		// With a new review it is done, and the token of that one works once.
		$token = $agent->review( 'assign_terms', self::items( $ids ) );
		$sent  = array_map( static fn(): Pending => $agent->prepare( 'assign_terms', self::items( $ids ) + [ 'confirmation_token' => $token ] ), range( 1, 4 ) );
		$done  = array_filter( Http::all( $sent ), static fn( $answer ): bool => null === $answer->reason() );
		self::assertCount( 1, $done );
		self::assertSame( [ true, true, true ], array_map( self::has_term( ... ), $ids ) );
	}

	public function test_an_item_that_changes_while_the_call_runs_is_refused_without_the_others(): void {
		[ $first, $second, $third ] = self::posts( 3 );
		update_option( 'fixture_change_on_terms', "$first:$second" );
		$results = self::agent()->do( 'assign_terms', self::items( [ $first, $second, $third ] ) )['results'];
		delete_option( 'fixture_change_on_terms' );
		self::assertSame( [ true, false, true ], array_column( $results, 'ok' ) );
		self::assertSame( 'target_changed', $results[1]['reason'] );
		self::assertStringContainsString( 'Changed: title.', $results[1]['message'] );
		self::assertSame( [ true, false, true ], array_map( self::has_term( ... ), [ $first, $second, $third ] ) );
	}

	public function test_visible_items_without_a_confirmation_are_named_and_nothing_is_done(): void {
		[ $draft ] = self::posts( 1 );
		[ $seen ]  = self::posts( 1, 'publish' );
		$answer    = self::assertRefused( 'confirmation_missing', self::agent(), 'assign_terms', self::items( [ $draft, $seen ] ) );
		self::assertStringContainsString( "Visitors see these items: $seen.", $answer->body );
		self::assertFalse( self::has_term( $draft ) );
	}

	public function test_a_call_that_dies_keeps_the_entries_of_what_it_has_done(): void {
		[ $first, $second ] = self::posts( 2 );
		update_option( 'fixture_die_on_terms', $second );
		$agent  = self::agent();
		$from   = AuditTrail::size();
		$answer = $agent->call( 'assign_terms', self::items( [ $first, $second ] ) );
		delete_option( 'fixture_die_on_terms' );
		self::assertSame( 'tool_failed', $answer->reason(), $answer->body );
		self::assertSame( [ 'posts:2', "post:$first", 'posts:2' ], array_column( AuditTrail::since( $from ), 'target' ) );
		self::assertRecorded( [ 'intent assign_terms', 'outcome assign_terms ok', 'outcome assign_terms failed tool_failed' ], $from );
	}

	public function test_a_refused_write_ends_the_call_after_the_items_that_are_done(): void {
		[ $first, $second, $third ] = self::posts( 3 );
		update_option( 'fixture_rule_on_terms', $second );
		$answer = self::agent()->call( 'assign_terms', self::items( [ $first, $second, $third ] ) );
		delete_option( 'fixture_rule_on_terms' );
		self::assertSame( 'write_refused', $answer->reason(), $answer->body );
		self::assertSame( [ true, false ], array_map( self::has_term( ... ), [ $first, $third ] ) );
	}
}

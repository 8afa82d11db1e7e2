<?php

declare(strict_types=1);

namespace Countersign\Tests\Tools;

use Countersign\Tests\Agent;
use Countersign\Tests\AuditTrail;
use Countersign\Tests\PostAttack;
use Countersign\Tests\Site;

/** Earlier states of posts: listed, compared and restored by those who may edit the post. */
final class RevisionsTest extends PostAttack {

	/** @var array<string, Agent> */
	private static array $agents = [];

	private static function as( string $user, string $preset = 'full_access' ): Agent {
		return self::$agents[ "$user $preset" ] ??= Site::connect( $user, $preset );
	}

	/** Returns a post of the editor with the states One, Two and Three, and the ids of their revisions. @return array{int, list<int>} */
	private static function states( string $status = 'draft' ): array {
		$agent = self::as( 'editor' );
		$id    = Site::post( [ 'post_title' => 'One', 'post_content' => "a\nb\nc\nd\ne", 'post_status' => 'draft' ] );
		foreach ( [ [ 'title' => 'Two', 'content' => "a\nb\nC\nd\ne" ], [ 'title' => 'Three', 'content' => "a\nb\nC\nd\ne\nf", 'excerpt' => 'New' ] ] as $fields ) {
			$agent->do( 'update_content', $agent->edit( $id, $fields ) );
		}
		if ( 'draft' !== $status ) {
			self::overwrite( $id, [ 'post_status' => $status ] );
		}
		$revisions = array_reverse( $agent->do( 'list_revisions', [ 'id' => $id ] )['revisions'] );
		self::assertSame( [ 'One', 'Two', 'Three' ], array_column( $revisions, 'title' ) );
		return [ $id, array_column( $revisions, 'id' ) ];
	}

	/** @group tools-main */
	public function test_revisions_are_listed_with_date_and_author_and_paged(): void {
		[ $id, $ids ] = self::states();
		$list         = self::as( 'editor' )->do( 'list_revisions', [ 'id' => $id, 'per_page' => 2, 'page' => 2 ] );
		self::assertSame( [ [ $ids[0] ], 3, 2 ], [ array_column( $list['revisions'], 'id' ), $list['total'], $list['total_pages'] ] );
		self::assertSame( [ 'revision', 9 ], [ $list['revisions'][0]['kind'], $list['revisions'][0]['bytes'] ] );
		self::assertEqualsWithDelta( time(), strtotime( $list['revisions'][0]['date'] ), 60 );
		self::assertIsString( $list['revisions'][0]['author']['name'] );
	}

	public function test_states_are_compared_line_by_line(): void {
		[ $id, [ $one, $two, $three ] ] = self::states();
		$agent                          = self::as( 'editor' );
		self::assertSame( [ 'title' => [ '-One', '+Two' ], 'content' => [ ' b', '-c', '+C', ' d' ] ], $agent->do( 'compare_revisions', [ 'id' => $id, 'from' => $one, 'to' => $two ] )['changes'] );
		$now = $agent->do( 'compare_revisions', [ 'id' => $id, 'from' => $two ] );
		self::assertSame( [ 'title' => [ '-Two', '+Three' ], 'content' => [ '@@', ' e', '+f' ], 'excerpt' => [ '-', '+New' ] ], $now['changes'] );
		self::assertSame( [ null, false ], [ $now['to'], $now['truncated'] ] );
		self::assertSame( [], $agent->do( 'compare_revisions', [ 'id' => $id, 'from' => $three ] )['changes'] );
	}

	public function test_a_comparison_is_bounded(): void {
		$agent = self::as( 'editor' );
		$id    = Site::post( [ 'post_content' => implode( "\n", range( 1, 3000 ) ) . "\n" . str_repeat( 'word ', 300 ) . 'end' ] );
		$done  = $agent->do( 'update_content', $agent->edit( $id, [ 'content' => implode( "\n", range( 5001, 8000 ) ) . "\n" . str_repeat( 'word ', 300 ) . 'END' ] ) );
		$all   = $agent->do( 'compare_revisions', [ 'id' => $id, 'from' => $done['revision'] ] );
		self::assertTrue( $all['truncated'] );
		self::assertLessThanOrEqual( 300, count( $all['changes']['content'] ) );
		$id   = Site::post( [ 'post_content' => str_repeat( 'word ', 300 ) . 'end' ] );
		$done = $agent->do( 'update_content', $agent->edit( $id, [ 'content' => str_repeat( 'word ', 300 ) . 'END' ] ) );
		self::assertSame( [ '-[cut] ' . str_repeat( 'word ', 12 ) . 'end', '+[cut] ' . str_repeat( 'word ', 12 ) . 'END' ], $agent->do( 'compare_revisions', [ 'id' => $id, 'from' => $done['revision'] ] )['changes']['content'], 'what differs in a long line is shown' );
	}

	/** @group tools-main */
	public function test_a_draft_is_restored_at_once(): void {
		[ $id, [ $one ] ] = self::states();
		$agent            = self::as( 'editor' );
		$from             = AuditTrail::size();
		$done             = $agent->do( 'restore_revision', [ 'id' => $id, 'revision' => $one ] );
		self::assertRecorded( [ 'intent restore_revision', 'outcome restore_revision ok' ], $from );
		self::assertSame( [ 'One', "a\nb\nc\nd\ne", '' ], [ self::row( $id )['post_title'], self::row( $id )['post_content'], self::row( $id )['post_excerpt'] ] );
		self::assertSame( 'Three', self::row( $done['revision'] )['post_title'], 'the state before is kept' );
		self::assertSame( 'draft', $done['status'] );
	}

	public function test_a_public_post_is_restored_after_a_review(): void {
		[ $id, [ $one, $two ] ] = self::states( 'publish' );
		$agent                  = self::as( 'editor' );
		$arguments              = [ 'id' => $id, 'revision' => $two ];
		self::assertRefused( 'confirmation_missing', $agent, 'restore_revision', $arguments );
		self::assertRefused( 'needs_publish', self::as( 'editor', 'draft_only' ), 'restore_revision', $arguments );
		$review = $agent->do( 'request_review', [ 'tool' => 'restore_revision', 'arguments' => $arguments ] );
		self::assertStringContainsString( 'These fields change: title, content, excerpt.', implode( ' ', $review['warnings'] ) );
		self::assertRefused( 'confirmation_mismatch', $agent, 'restore_revision', [ 'id' => $id, 'revision' => $one, 'confirmation_token' => $review['confirmation_token'] ] );
		self::overwrite( $id, [ 'post_title' => 'Changed by a person' ] );
		self::assertSame( 'target_changed', $agent->call( 'restore_revision', $arguments + [ 'confirmation_token' => $review['confirmation_token'] ] )->reason() );
		self::assertSame( 'Two', $agent->act( 'restore_revision', $arguments )->content()['title'] );
		self::assertSame( 'publish', self::row( $id )['post_status'] );
	}

	public function test_revisions_are_for_those_who_may_edit_the_post(): void {
		[ $id, [ $one ] ] = self::states( 'publish' );
		[ , [ $other ] ]  = self::states();
		foreach ( [ 'list_revisions' => [], 'compare_revisions' => [ 'from' => $one ], 'restore_revision' => [ 'revision' => $one ] ] as $tool => $more ) {
			$call = 'restore_revision' === $tool ? [ 'request_review', [ 'tool' => $tool, 'arguments' => [ 'id' => $id ] + $more ] ] : [ $tool, [ 'id' => $id ] + $more ];
			self::assertRefused( 'capability_denied', self::as( 'author' ), ...$call );
			self::assertRefused( 'target_not_found', self::as( 'editor' ), $tool, [ 'id' => 999999999 ] + $more );
		}
		$agent = self::as( 'editor' );
		self::assertRefused( 'arguments_invalid', $agent, 'compare_revisions', [ 'id' => $id, 'from' => $other ] );
		self::assertRefused( 'arguments_invalid', $agent, 'request_review', [ 'tool' => 'restore_revision', 'arguments' => [ 'id' => $id, 'revision' => $other ] ] );
		self::assertRefused( 'tool_unknown', self::as( 'editor', 'read_only' ), 'restore_revision', [ 'id' => $id, 'revision' => $one ] );
		[ $trashed, [ $revision ] ] = self::states( 'trash' );
		self::assertRefused( 'target_state', $agent, 'restore_revision', [ 'id' => $trashed, 'revision' => $revision ] );
		[ $locked, [ $revision ] ] = self::states();
		update_post_meta( $locked, '_edit_lock', time() . ':' . Site::user( 'admin' ) );
		self::assertRefused( 'target_locked', $agent, 'restore_revision', [ 'id' => $locked, 'revision' => $revision ] );
	}
}

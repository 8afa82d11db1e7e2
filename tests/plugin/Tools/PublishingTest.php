<?php

declare(strict_types=1);

namespace Countersign\Tests\Tools;

use Countersign\Tests\Agent;
use Countersign\Tests\AuditTrail;
use Countersign\Tests\Http;
use Countersign\Tests\Pending;
use Countersign\Tests\Site;
use Countersign\Tests\TestCase;
use Countersign\TokenKind;
use Countersign\Tokens;

/** Publishing, scheduling, trashing and restoring need a review and a confirmation token that is valid once. */
final class PublishingTest extends TestCase {

	private static ?Agent $editor = null;

	private static function agent(): Agent {
		return self::$editor ??= Site::connect( 'editor', 'full_access' );
	}

	/** @return array<string, mixed> */
	private static function review( Agent $agent, string $tool, array $arguments ): array {
		return $agent->do( 'request_review', [ 'tool' => $tool, 'arguments' => (object) $arguments ] );
	}

	/** @group tools-main */
	public function test_review_and_publication_are_recorded_and_linked(): void {
		$agent  = self::agent();
		$id     = Site::post( [ 'post_title' => 'R & D' ] );
		$from   = AuditTrail::size();
		$before = Site::digest();
		$review = self::review( $agent, 'publish_post', [ 'id' => $id ] );
		self::assertSame( $before, Site::digest(), 'the review changes nothing' );
		self::assertSame( [ 'publish_post', [ 'id' => $id ], 300 ], [ $review['tool'], $review['arguments'], $review['expires_in'] ] );
		self::assertSame( [ 'id' => $id, 'title' => 'R & D', 'status' => 'draft', 'type' => 'post', 'link' => get_permalink( $id ) ], $review['target'] );
		self::assertContains( 'The item becomes public immediately.', $review['warnings'] );
		$post = $agent->do( 'publish_post', [ 'id' => $id, 'confirmation_token' => $review['confirmation_token'] ] );
		self::assertSame( [ 'publish', $id ], [ $post['status'], $post['id'] ] );
		self::assertSame( 'publish', Site::status( $id ) );
		self::assertEqualsWithDelta( time(), strtotime( $post['date'] ), 10 );
		$rows = AuditTrail::since( $from );
		self::assertRecorded( [ 'intent request_review', 'outcome request_review ok', 'intent publish_post', 'outcome publish_post ok' ], $from );
		self::assertCount( 1, array_unique( array_column( $rows, 'correlation' ) ) );
		self::assertSame( [ "post:$id" ], array_values( array_unique( array_column( $rows, 'target' ) ) ) );
		self::assertStringContainsString( '"approval":"confirmed"', $rows[3]['body'] );
		foreach ( $rows as $row ) {
			self::assertStringNotContainsString( substr( $review['confirmation_token'], 5, 20 ), implode( ' ', array_map( strval( ... ), $row ) ) );
		}
	}

	public function test_sixteen_parallel_calls_with_one_token_publish_once(): void {
		$agent   = self::agent();
		$id      = Site::post();
		$token   = $agent->review( 'publish_post', [ 'id' => $id ] );
		$answers = Http::all( array_map( static fn(): Pending => $agent->prepare( 'publish_post', [ 'id' => $id, 'confirmation_token' => $token ] ), range( 1, 16 ) ) );
		$reasons = array_count_values( array_map( static fn( $answer ): string => $answer->reason() ?? 'done', $answers ) );
		ksort( $reasons );
		self::assertSame( [ 'confirmation_used' => 15, 'done' => 1 ], $reasons );
		self::assertSame( 'publish', Site::status( $id ) );
	}

	public function test_sixteen_parallel_calls_of_another_plugins_tool_with_one_token_act_once(): void {
		$agent = self::agent();
		$title = uniqid( 'Confirmed ' );
		$token = $agent->review( 'fixture_confirmed', [ 'title' => $title ] );
		$sent  = array_map( static fn(): Pending => $agent->prepare( 'fixture_confirmed', [ 'title' => $title, 'confirmation_token' => $token ] ), range( 1, 16 ) );
		$done  = array_filter( Http::all( $sent ), static fn( $answer ): bool => null === $answer->reason() );
		self::assertCount( 1, $done );
		self::assertCount( 1, get_posts( [ 'title' => $title, 'post_status' => 'any' ] ) );
	}

	/** @group tools-main */
	public function test_a_missing_or_wrong_token_is_refused(): void {
		$agent = self::agent();
		$id    = Site::post();
		$other = Site::post();
		self::assertRefused( 'confirmation_missing', $agent, 'publish_post', [ 'id' => $id ] );
		foreach ( [ 'nonsense', $agent->token, str_repeat( 'x', 500 ) ] as $token ) {
			self::assertRefused( 'confirmation_malformed', $agent, 'publish_post', [ 'id' => $id, 'confirmation_token' => $token ] );
		}
		$token   = $agent->review( 'publish_post', [ 'id' => $id ] );
		$damaged = substr_replace( $token, 'A' === $token[40] ? 'B' : 'A', 40, 1 );
		self::assertRefused( 'confirmation_malformed', $agent, 'publish_post', [ 'id' => $id, 'confirmation_token' => $damaged ] );
		self::assertRefused( 'confirmation_mismatch', $agent, 'publish_post', [ 'id' => $other, 'confirmation_token' => $token ] );
		self::assertRefused( 'confirmation_mismatch', $agent, 'trash_post', [ 'id' => $id, 'confirmation_token' => $token ] );
		self::assertRefused( 'confirmation_mismatch', $agent, 'schedule_post', [ 'id' => $id, 'date' => '2099-01-01T00:00:00Z', 'confirmation_token' => $token ] );
		self::assertRefused( 'confirmation_mismatch', Site::connect( 'editor', 'full_access' ), 'publish_post', [ 'id' => $id, 'confirmation_token' => $token ] );
		// Refused calls do not use up the token.
		$agent->do( 'publish_post', [ 'id' => $id, 'confirmation_token' => $token ] );
		wp_update_post( [ 'ID' => $id, 'post_status' => 'draft' ] );
		self::assertRefused( 'confirmation_used', $agent, 'publish_post', [ 'id' => $id, 'confirmation_token' => $token ] );
	}

	public function test_an_expired_token_is_refused(): void {
		$agent  = self::agent();
		$id     = Site::post();
		$tokens = new Tokens( \Countersign\Plugin\Plugin::composition()->extension()->keyring() );
		$old    = $tokens->issue( TokenKind::Confirmation, $agent->id, 1, 'whatever it was for' );
		// Tokens are accepted for a while after they expire, to allow for clock differences.
		$until = microtime( true ) + 45;
		do {
			usleep( 300000 );
			$reason = $agent->call( 'publish_post', [ 'id' => $id, 'confirmation_token' => $old ] )->reason();
		} while ( 'confirmation_mismatch' === $reason && microtime( true ) < $until );
		self::assertSame( 'confirmation_expired', $reason );
		self::assertSame( 'draft', Site::status( $id ) );
	}

	public function test_a_token_of_an_earlier_epoch_is_refused(): void {
		$agent = Site::connect( 'editor', 'full_access' );
		$id    = Site::post();
		$token = $agent->review( 'publish_post', [ 'id' => $id ] );
		Site::end_access_tokens( $agent->id );
		$again = new Agent( $agent->id, Agent::issue( $agent->id, 1 ) );
		self::assertRefused( 'confirmation_mismatch', $again, 'publish_post', [ 'id' => $id, 'confirmation_token' => $token ] );
	}

	public function test_a_call_needs_the_users_own_capabilities(): void {
		$own   = Site::post( [], 'contributor' );
		$agent = Site::connect( 'contributor', 'full_access' );
		foreach ( [ 'publish_post' => [ 'id' => $own ], 'schedule_post' => [ 'id' => $own, 'date' => '2099-01-01T00:00:00Z' ] ] as $tool => $arguments ) {
			self::assertRefused( 'capability_denied', $agent, 'request_review', [ 'tool' => $tool, 'arguments' => $arguments ] );
		}
		$public = Site::post( [ 'post_status' => 'publish' ], 'editor' );
		foreach ( [ 'author', 'contributor', 'subscriber' ] as $user ) {
			self::assertRefused( 'capability_denied', Site::connect( $user, 'full_access' ), 'request_review', [ 'tool' => 'trash_post', 'arguments' => [ 'id' => $public ] ] );
		}
		self::assertRefused( 'target_not_found', Site::connect( 'author', 'full_access' ), 'request_review', [ 'tool' => 'publish_post', 'arguments' => [ 'id' => Site::post( [], 'editor' ) ] ] );
	}

	public function test_a_capability_lost_after_the_review_is_refused(): void {
		$agent = Site::connect( 'author', 'full_access' );
		$id    = Site::post( [], 'author' );
		$token = $agent->review( 'publish_post', [ 'id' => $id ] );
		try {
			// A role that changes pauses no connection; an account that changes does.
			get_role( 'author' )->remove_cap( 'publish_posts' );
			self::assertRefused( 'capability_denied', $agent, 'publish_post', [ 'id' => $id, 'confirmation_token' => $token ] );
		} finally {
			get_role( 'author' )->add_cap( 'publish_posts' );
		}
	}

	/** @return array<string, array{string, string}> */
	public function wrong_states(): array {
		$wrong = [];
		foreach ( [ 'publish_post' => [ 'publish', 'private', 'trash' ], 'schedule_post' => [ 'publish', 'private', 'trash' ], 'trash_post' => [ 'trash' ], 'restore_post' => [ 'draft', 'publish', 'future' ] ] as $tool => $statuses ) {
			foreach ( $statuses as $status ) {
				$wrong[ "$tool of $status" ] = [ $tool, $status ];
			}
		}
		return $wrong;
	}

	/** @dataProvider wrong_states */
	public function test_a_review_of_an_item_in_the_wrong_status_is_refused( string $tool, string $status ): void {
		$id = Site::post( [ 'post_status' => 'trash' === $status ? 'draft' : $status, 'post_date' => 'future' === $status ? '2099-01-01 00:00:00' : '' ] );
		if ( 'trash' === $status ) {
			wp_trash_post( $id );
		}
		$arguments = [ 'id' => $id ] + ( 'schedule_post' === $tool ? [ 'date' => '2099-01-01T00:00:00Z' ] : [] );
		self::assertRefused( 'target_state', self::agent(), 'request_review', [ 'tool' => $tool, 'arguments' => $arguments ] );
	}

	public function test_a_status_that_changed_after_the_review_is_refused(): void {
		$id    = Site::post();
		$token = self::agent()->review( 'publish_post', [ 'id' => $id ] );
		wp_trash_post( $id );
		$changed = self::agent()->call( 'publish_post', [ 'id' => $id, 'confirmation_token' => $token ] );
		self::assertSame( 'target_state', $changed->reason(), $changed->body );
		self::assertSame( 'trash', Site::status( $id ) );
	}

	public function test_a_review_validates_the_arguments_like_the_call(): void {
		$agent = self::agent();
		$id    = Site::post();
		foreach ( [ [ 'publish_post', [] ], [ 'publish_post', [ 'id' => "$id" ] ], [ 'publish_post', [ 'id' => $id, 'force' => true ] ], [ 'schedule_post', [ 'id' => $id ] ], [ 'schedule_post', [ 'id' => $id, 'date' => 'tomorrow, at eight' ] ] ] as [ $tool, $arguments ] ) {
			self::assertRefused( 'arguments_invalid', $agent, 'request_review', [ 'tool' => $tool, 'arguments' => (object) $arguments ] );
		}
		self::assertRefused( 'target_not_found', $agent, 'request_review', [ 'tool' => 'publish_post', 'arguments' => [ 'id' => 999999999 ] ] );
		foreach ( [ 'create_draft', 'nonsense' ] as $tool ) {
			self::assertRefused( 'arguments_invalid', $agent, 'request_review', [ 'tool' => $tool, 'arguments' => (object) [ 'title' => 'x' ] ] );
		}
	}

	/** @group tools-main */
	public function test_scheduling_keeps_the_second_and_uses_the_sites_time_zone(): void {
		$id   = Site::post();
		$post = self::agent()->act( 'schedule_post', [ 'id' => $id, 'date' => '2099-07-01T12:00:00+02:00' ] )->content();
		self::assertSame( 'future', $post['status'] );
		self::assertSame( strtotime( '2099-07-01T10:00:00Z' ), strtotime( $post['date'] ) );
		wp_cache_flush();
		self::assertSame( [ '2099-07-01 10:00:00', '2099-07-01 11:00:00' ], [ get_post( $id )->post_date_gmt, get_post( $id )->post_date ], 'Lisbon has summer time' );
		$review = self::review( self::agent(), 'publish_post', [ 'id' => $id ] );
		self::assertStringContainsString( '2099-07-01T11:00:00+01:00', implode( ' ', $review['warnings'] ) );
		$now = self::agent()->do( 'publish_post', [ 'id' => $id, 'confirmation_token' => $review['confirmation_token'] ] );
		self::assertSame( 'publish', $now['status'] );
		self::assertEqualsWithDelta( time(), strtotime( $now['date'] ), 10 );
	}

	public function test_a_past_date_cannot_be_scheduled(): void {
		$id = Site::post();
		foreach ( [ '2001-01-01T00:00:00Z', gmdate( 'Y-m-d\TH:i:s\Z', time() + 30 ) ] as $date ) {
			self::assertRefused( 'arguments_invalid', self::agent(), 'request_review', [ 'tool' => 'schedule_post', 'arguments' => [ 'id' => $id, 'date' => $date ] ] );
		}
	}

	/** @group tools-main */
	public function test_a_trashed_item_is_restored_as_a_draft(): void {
		$id     = Site::post( [ 'post_status' => 'publish' ] );
		$review = self::review( self::agent(), 'trash_post', [ 'id' => $id ] );
		self::assertContains( 'The item is public, and would disappear from the site immediately.', $review['warnings'] );
		self::assertSame( 'trash', self::agent()->do( 'trash_post', [ 'id' => $id, 'confirmation_token' => $review['confirmation_token'] ] )['status'] );
		self::assertSame( 'trash', Site::status( $id ) );
		self::assertSame( 'draft', self::agent()->act( 'restore_post', [ 'id' => $id ] )->content()['status'] );
		self::assertSame( 'draft', Site::status( $id ) );
	}

	public function test_a_review_warns_about_content_password_image_and_children(): void {
		$id = Site::post( [ 'post_content' => '', 'post_password' => 'x' ] );
		self::assertSame( [ 'The item becomes public immediately.', 'It has no content.', 'It is protected by a password.' ], self::review( self::agent(), 'publish_post', [ 'id' => $id ] )['warnings'] );
		$page = Site::post( [ 'post_type' => 'page', 'post_status' => 'publish' ] );
		Site::post( [ 'post_type' => 'page', 'post_parent' => $page, 'post_status' => 'publish' ] );
		self::assertContains( 'It has child items.', self::review( self::agent(), 'trash_post', [ 'id' => $page ] )['warnings'] );
		// WordPress requires manage_options to delete the front page.
		update_option( 'page_on_front', $page );
		$answer = Site::connect( 'admin', 'full_access' )->call( 'request_review', [ 'tool' => 'trash_post', 'arguments' => [ 'id' => $page ] ] );
		update_option( 'page_on_front', 0 );
		self::assertSame( 'capability_denied', $answer->reason() );
	}

	public function test_the_order_of_arguments_does_not_matter(): void {
		$id    = Site::post();
		$token = self::agent()->review( 'schedule_post', [ 'id' => $id, 'date' => '2099-01-01T00:00:00Z' ] );
		self::assertSame( 'future', self::agent()->do( 'schedule_post', [ 'confirmation_token' => $token, 'date' => '2099-01-01T00:00:00Z', 'id' => $id ] )['status'] );
	}
}

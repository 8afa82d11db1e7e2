<?php

declare(strict_types=1);

namespace Countersign\Tests\Tools;

use Countersign\Tests\Agent;
use Countersign\Tests\AuditTrail;
use Countersign\Tests\PostAttack;
use Countersign\Tests\Site;

/** Taking a post off the site: it becomes a draft, after a review. */
final class UnpublishTest extends PostAttack {

	/** @var array<string, Agent> */
	private static array $agents = [];

	private static function as( string $user, string $preset = 'full_access' ): Agent {
		return self::$agents[ "$user $preset" ] ??= Site::connect( $user, $preset );
	}

	/** @return array<string, array{array<string, string>, string}> Fields, and what the review says. */
	public function visible(): array {
		return [
			'published' => [ [ 'post_status' => 'publish' ], 'would disappear from the site immediately' ],
			'private'   => [ [ 'post_status' => 'private' ], 'would become a draft' ],
			'scheduled' => [ [ 'post_status' => 'future', 'post_date' => '2099-01-01 12:00:00' ], 'would not be published then' ],
		];
	}

	/**
	 * @dataProvider visible
	 * @group tools-main
	 */
	public function test_a_visible_post_becomes_a_draft_byte_for_byte( array $fields, string $warning ): void {
		$agent  = self::as( 'admin' );
		$id     = self::plant( $fields + [ 'post_content' => self::MARKUP, 'post_name' => 'slug-' . wp_rand() ] );
		$before = self::row( $id );
		$from   = AuditTrail::size();
		self::assertRefused( 'confirmation_missing', $agent, 'unpublish_post', [ 'id' => $id ] );
		$review = $agent->do( 'request_review', [ 'tool' => 'unpublish_post', 'arguments' => [ 'id' => $id ] ] );
		self::assertStringContainsString( $warning, implode( ' ', $review['warnings'] ) );
		$done = $agent->do( 'unpublish_post', [ 'id' => $id, 'confirmation_token' => $review['confirmation_token'] ] );
		self::assertSame( [ $id, 'draft' ], [ $done['id'], $done['status'] ] );
		self::assertOnlyChanged( [ 'post_status' ], $before, $id );
		wp_cache_flush();
		self::assertFalse( wp_next_scheduled( 'publish_future_post', [ $id ] ) );
		self::assertSame( [ 'refusal unpublish_post denied confirmation_missing', 'intent request_review', 'outcome request_review ok', 'intent unpublish_post', 'outcome unpublish_post ok' ], array_values( array_filter( AuditTrail::lines( $from ), static fn( string $line ): bool => str_contains( $line, 'unpublish' ) || str_contains( $line, 'review' ) ) ) );
	}

	public function test_a_post_that_may_not_be_unpublished_stays(): void {
		$agent  = self::as( 'editor' );
		$public = Site::post( [ 'post_status' => 'publish' ], 'admin' );
		$review = static fn( int $id ): array => [ 'request_review', [ 'tool' => 'unpublish_post', 'arguments' => [ 'id' => $id ] ] ];
		self::assertRefused( 'tool_unknown', self::as( 'editor', 'draft_only' ), 'unpublish_post', [ 'id' => $public ] );
		self::assertRefused( 'target_not_found', $agent, ...$review( 999999999 ) );
		self::assertRefused( 'capability_denied', self::as( 'author' ), ...$review( $public ) );
		self::assertRefused( 'target_state', $agent, ...$review( Site::post() ) );
		self::assertRefused( 'target_state', $agent, ...$review( Site::post( [ 'post_status' => 'trash' ] ) ) );
		self::assertRefused( 'arguments_invalid', $agent, 'unpublish_post', [ 'id' => 'x' ] );
		$token = $agent->review( 'unpublish_post', [ 'id' => $public ] );
		update_post_meta( $public, '_edit_lock', time() . ':' . Site::user( 'admin' ) );
		self::assertSame( 'target_locked', $agent->call( 'unpublish_post', [ 'id' => $public, 'confirmation_token' => $token ] )->reason() );
		delete_post_meta( $public, '_edit_lock' );
		$token = $agent->review( 'unpublish_post', [ 'id' => $public ] );
		self::overwrite( $public, [ 'post_title' => 'Changed by a person' ] );
		self::assertSame( 'target_changed', $agent->call( 'unpublish_post', [ 'id' => $public, 'confirmation_token' => $token ] )->reason() );
		self::assertSame( 'publish', Site::status( $public ) );
	}
}

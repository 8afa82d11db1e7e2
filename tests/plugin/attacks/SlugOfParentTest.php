<?php
/**
 * Who: B, an agent that may write drafts only.
 * Has: a draft page, below which there is a published page, at once or with another draft in between.
 * Does: changes the slug or the parent of the draft, and with it the address of the published page.
 * Gets: `needs_publish`, and an entry. A draft with drafts below it is changed.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Tests\PostAttack;
use Countersign\Tests\Site;

/** A page whose slug is part of a public address counts as visible. */
final class SlugOfParentTest extends PostAttack {

	private static function below( int $parent, string $status ): int {
		return self::plant( [ 'post_type' => 'page', 'post_status' => $status, 'post_parent' => $parent, 'post_name' => "$status-below-$parent" ] );
	}

	public function test_a_draft_above_a_published_page(): void {
		$agent = Site::connect( 'admin', 'draft_only' );
		$top   = self::below( 0, 'draft' );
		$draft = self::below( $top, 'draft' );
		self::assertSame( 'mine', $agent->do( 'update_content', $agent->edit( $top, [ 'slug' => 'mine' ] ) )['slug'] );
		$child   = self::below( $draft, 'publish' );
		$address = get_permalink( $child );
		foreach ( [ $top, $draft ] as $id ) {
			self::assertDenied( 'needs_publish', $agent, 'update_content', $agent->edit( $id, [ 'slug' => 'owned' ] ) );
			self::assertDenied( 'needs_publish', $agent, 'fixture_save', [ 'id' => $id, 'fields' => [ 'post_parent' => 0 ] ] );
		}
		wp_cache_flush();
		self::assertSame( $address, get_permalink( $child ) );
	}

	public function test_a_circle_of_parents_ends(): void {
		$one = self::below( 0, 'draft' );
		$two = self::below( $one, 'draft' );
		self::overwrite( $one, [ 'post_parent' => $two ] );
		$agent = Site::connect( 'admin', 'draft_only' );
		self::assertSame( 'Mine', $agent->do( 'update_content', $agent->edit( $one, [ 'title' => 'Mine' ] ) )['title'] );
	}
}

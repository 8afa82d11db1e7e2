<?php
/**
 * Who: a plugin function gone astray in an agent's call (attacker B).
 * Has: plugin's tools that do not say which post they change, or fail when they are asked.
 * Does: changes a published post, with connections of several presets.
 * Gets: `needs_publish` or `confirmation_missing`: what is not known counts as visible.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Tests\PostAttack;
use Countersign\Tests\Site;

/** A tool without a target does not get around the rule. */
final class UnnamedTargetTest extends PostAttack {

	public function test_titles(): void {
		$this->expected_error = '~no target~';
		$id                   = self::plant( [ 'post_status' => 'publish' ] );
		foreach ( [ 'fixture_save_unnamed', 'fixture_save_broken', 'fixture_save' ] as $tool ) {
			$arguments = [ 'id' => $id, 'fields' => [ 'post_title' => 'Owned' ] ];
			self::assertDenied( 'needs_publish', Site::connect( 'admin', 'draft_only' ), $tool, $arguments );
			self::assertDenied( 'confirmation_missing', Site::connect( 'admin' ), $tool, $arguments );
		}
	}

	public function test_seo_fields_need_their_own_group_and_a_confirmation(): void {
		$id        = self::plant( [ 'post_status' => 'publish' ] );
		$arguments = [ 'id' => $id, 'text' => 'Owned' ];
		foreach ( [ 'fixture_seo', 'fixture_seo_unnamed' ] as $tool ) {
			self::assertDenied( 'tool_outside_groups', Site::connect( 'admin', 'read_only' ), $tool, $arguments );
			self::assertDenied( 'confirmation_missing', Site::connect( 'admin', 'seo_specialist' ), $tool, $arguments );
			Site::connect( 'admin', 'seo_specialist' )->act( $tool, [ 'id' => $id, 'text' => $tool ] )->content();
			self::assertSame( $tool, get_metadata_raw( 'post', $id, 'fixture_seo', true ) );
			wp_cache_flush();
		}
	}

	public function test_a_draft_needs_neither(): void {
		$id = Site::post();
		Site::connect( 'admin', 'draft_only' )->do( 'fixture_save', [ 'id' => $id, 'fields' => [ 'post_title' => 'Mine' ] ] );
		self::assertSame( 'Mine', self::row( $id )['post_title'] );
	}

	public function test_a_post_that_the_account_cannot_read_is_not_told_from_one_that_does_not_exist(): void {
		$agent  = Site::connect( 'author' );
		$hidden = self::plant( [ 'post_status' => 'draft' ] );
		foreach ( [ $hidden, 999999999 ] as $id ) {
			self::assertDenied( 'confirmation_missing', $agent, 'fixture_save', [ 'id' => $id, 'fields' => [] ] );
			self::assertDenied( 'target_not_found', $agent, 'update_content', [ 'id' => $id, 'title' => 'x', 'fingerprint' => Site::connect( 'admin' )->fingerprint( $hidden ) ] );
		}
	}
}

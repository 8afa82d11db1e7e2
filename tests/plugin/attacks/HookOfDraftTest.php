<?php
/**
 * Who: B, a function of a plugin gone astray, which WordPress runs whenever a post is saved.
 * Has: the calls of this plugin's own tools for drafts, which need no confirmation, and the title that an attacker chose.
 * Does: writes the title into metadata of a published post, in the calls of agents that may publish and of one that may not.
 * Gets: `write_refused`, `confirmation_missing` or `needs_publish`, an entry in the audit log, and a site that is unchanged.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Tests\PostAttack;
use Countersign\Tests\Site;

/** A tool that has no confirmation changes nothing that visitors see. */
final class HookOfDraftTest extends PostAttack {

	public function test_a_draft(): void {
		$draft  = Site::post();
		$public = self::plant( [ 'post_status' => 'publish' ] );
		update_option( 'fixture_relates_to', $public );
		foreach ( [ 'draft_only' => [ 'needs_publish', 'needs_publish' ], 'full_access' => [ 'write_refused', 'confirmation_missing' ] ] as $preset => [ $creates, $updates ] ) {
			$agent = Site::connect( 'admin', $preset );
			self::assertDenied( $creates, $agent, 'create_draft', [ 'title' => 'Owned', 'content' => 'x' ] );
			self::assertDenied( $updates, $agent, 'update_content', [ 'id' => $draft, 'title' => 'Owned', 'fingerprint' => $agent->fingerprint( $draft ) ] );
		}
	}

	public function test_what_is_related_to_a_draft(): void {
		$other = Site::post();
		update_option( 'fixture_relates_to', $other );
		foreach ( [ 'draft_only', 'full_access' ] as $preset ) {
			Site::connect( 'admin', $preset )->do( 'create_draft', [ 'title' => "By $preset", 'content' => 'x' ] );
			wp_cache_flush();
			self::assertSame( "By $preset", get_post_meta( $other, 'fixture_related', true ) );
		}
	}
}

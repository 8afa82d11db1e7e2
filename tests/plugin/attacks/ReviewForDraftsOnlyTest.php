<?php
/**
 * Who: a tool gone astray in an agent's call (attacker B), with arguments that an attacker chose.
 * Has: a connection with the preset "Drafts only".
 * Does: requests a review of a change of a published post, to get a confirmation without the permission to publish.
 * Gets: a refusal. No token is issued.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Tests\PostAttack;
use Countersign\Tests\Site;

/** A confirmation does not stand in for a permission. */
final class ReviewForDraftsOnlyTest extends PostAttack {

	public function test_no_review(): void {
		$agent = Site::connect( 'admin', 'draft_only' );
		$id    = self::plant( [ 'post_status' => 'publish' ] );
		$edit  = $agent->edit( $id, [ 'title' => 'x' ] );
		foreach ( [ [ 'update_content', $edit ], [ 'fixture_save', [ 'id' => $id, 'fields' => [] ] ], [ 'publish_post', [ 'id' => $id ] ] ] as [ $tool, $arguments ] ) {
			self::assertDenied( 'tool_outside_groups', $agent, 'request_review', [ 'tool' => $tool, 'arguments' => (object) $arguments ] );
		}
	}

	public function test_a_token_of_the_time_when_it_could_publish(): void {
		$agent = Site::connect( 'admin', 'standard' );
		$id    = self::plant( [ 'post_status' => 'publish' ] );
		$edit  = $agent->edit( $id, [ 'title' => 'x' ] );
		$token = $agent->review( 'update_content', $edit );
		$few   = Site::connect( 'admin', 'draft_only' );
		self::assertDenied( 'confirmation_mismatch', $few, 'update_content', $edit + [ 'confirmation_token' => $token ] );
	}
}

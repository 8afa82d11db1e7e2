<?php
/**
 * Who: a tool gone astray in an agent's call (attacker B), with arguments that an attacker chose.
 * Has: fingerprints of other posts, of earlier states, and invented ones.
 * Does: updates a post whose current state it has not read.
 * Gets: `arguments_invalid` without a fingerprint or with an invented one, `target_changed` with that of another state.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Tests\PostAttack;
use Countersign\Tests\Site;

/** An agent changes only what it has read. */
final class StaleFingerprintTest extends PostAttack {

	public function test_fingerprints(): void {
		$agent = Site::connect( 'admin', 'full_access' );
		$id    = Site::post();
		$old   = $agent->fingerprint( $id );
		$agent->do( 'update_content', $agent->edit( $id, [ 'content' => 'New' ] ) );
		self::assertDenied( 'arguments_invalid', $agent, 'update_content', [ 'id' => $id, 'title' => 'x' ] );
		foreach ( [ 'x', substr( $old, 1 ), $old . 'A', str_repeat( '!', 140 ) ] as $invented ) {
			self::assertDenied( 'arguments_invalid', $agent, 'update_content', [ 'id' => $id, 'title' => 'x', 'fingerprint' => $invented ] );
		}
		$answer = self::assertDenied( 'target_changed', $agent, 'update_content', [ 'id' => $id, 'title' => 'x', 'fingerprint' => $old ] );
		self::assertStringContainsString( 'Changed: content.', $answer->body );
		self::assertDenied( 'target_changed', $agent, 'update_content', [ 'id' => $id, 'title' => 'x', 'fingerprint' => $agent->fingerprint( Site::post() ) ] );
	}

	public function test_the_end_of_a_long_text_that_get_post_cuts(): void {
		$agent = Site::connect( 'admin', 'full_access' );
		$id    = self::plant( [ 'post_content' => str_repeat( 'word ', 30000 ) ] );
		$read  = $agent->do( 'get_post', [ 'id' => $id ] );
		self::assertTrue( $read['truncated'] );
		self::assertDenied( 'target_state', $agent, 'update_content', $agent->edit( $id, [ 'content' => $read['content'] ] ) );
		$agent->do( 'update_content', $agent->edit( $id, [ 'title' => 'x' ] ) );
	}
}

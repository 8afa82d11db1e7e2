<?php
/**
 * Who: a tool gone astray in an agent's call (attacker B), with arguments that an attacker chose.
 * Has: a confirmation token for one post.
 * Does: uses it for another post with the same contents, for other fields, and with the digests of another token.
 * Gets: `confirmation_mismatch` or `confirmation_malformed`.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Tests\PostAttack;
use Countersign\Tests\Site;

/** A confirmation is for one item in one state. */
final class ConfirmationForAnotherPostTest extends PostAttack {

	public function test_another_post(): void {
		$agent = Site::connect( 'admin', 'full_access' );
		$id    = Site::post();
		$twin  = Site::post();
		$one   = $agent->review( 'publish_post', [ 'id' => $id ] );
		$two   = $agent->review( 'publish_post', [ 'id' => $twin ] );
		self::assertDenied( 'confirmation_mismatch', $agent, 'publish_post', [ 'id' => $twin, 'confirmation_token' => $one ] );
		self::assertDenied( 'confirmation_mismatch', $agent, 'publish_post', [ 'id' => $twin, 'confirmation_token' => substr( $one, 0, 158 ) . substr( $two, 158 ) ] );
		self::assertDenied( 'confirmation_mismatch', $agent, 'publish_post', [ 'id' => $id, 'confirmation_token' => substr( $one, 0, 158 ) . substr( $two, 158 ) ] );
		self::assertDenied( 'confirmation_mismatch', $agent, 'publish_post', [ 'id' => $id, 'confirmation_token' => substr( $one, 0, 158 ) ] );
		self::assertDenied( 'confirmation_malformed', $agent, 'publish_post', [ 'id' => $id, 'confirmation_token' => $one . 'A' ] );
	}

	public function test_other_fields_and_another_tool(): void {
		$agent = Site::connect( 'admin', 'full_access' );
		$id    = self::plant( [ 'post_status' => 'publish' ] );
		$edit  = $agent->edit( $id, [ 'title' => 'Harmless' ] );
		$token = $agent->review( 'update_content', $edit );
		self::assertDenied( 'confirmation_mismatch', $agent, 'update_content', [ 'title' => 'Harmful', 'confirmation_token' => $token ] + $edit );
		self::assertDenied( 'confirmation_mismatch', $agent, 'update_content', $edit + [ 'content' => 'Harmful', 'confirmation_token' => $token ] );
		self::assertDenied( 'confirmation_mismatch', $agent, 'trash_post', [ 'id' => $id, 'confirmation_token' => $token ] );
	}
}

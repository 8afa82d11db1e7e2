<?php
/**
 * Who: a tool gone astray (B), or a second agent, that changes a post after it was reviewed.
 * Has: a confirmation token for publishing a harmless draft.
 * Does: changes one field of the draft by other means, then publishes with the token.
 * Gets: `target_changed`, which names the field, and nothing is published. The token is used up.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Tests\PostAttack;
use Countersign\Tests\Site;

/** What is published is what was reviewed. */
final class DriftAfterReviewTest extends PostAttack {

	/** @return array<string, array{string, array<string, mixed>}> */
	public function fields(): array {
		return [
			'title'    => [ 'title', [ 'post_title' => 'Worse' ] ],
			'content'  => [ 'content', [ 'post_content' => 'Worse' ] ],
			'a space'  => [ 'content', [ 'post_content' => '<!-- wp:paragraph --><p>Words.</p><!-- /wp:paragraph --> ' ] ],
			'excerpt'  => [ 'excerpt', [ 'post_excerpt' => 'Worse' ] ],
			'slug'     => [ 'slug', [ 'post_name' => 'worse' ] ],
			'parent'   => [ 'parent', [ 'post_parent' => 1 ] ],
			'date'     => [ 'date', [ 'post_date_gmt' => '2001-01-01 00:00:00' ] ],
			'password' => [ 'password', [ 'post_password' => 'x' ] ],
			'author'   => [ 'author', [ 'post_author' => 1 ] ],
			'status'   => [ 'status', [ 'post_status' => 'pending' ] ],
			'type'     => [ 'type', [ 'post_type' => 'page' ] ],
		];
	}

	/** @dataProvider fields */
	public function test_a_field( string $field, array $change ): void {
		$agent = Site::connect( 'admin', 'full_access' );
		$id    = Site::post();
		$call  = [ 'id' => $id, 'confirmation_token' => $agent->review( 'publish_post', [ 'id' => $id ] ) ];
		self::overwrite( $id, $change );
		$answer = self::assertDenied( 'target_changed', $agent, 'publish_post', $call );
		self::assertStringContainsString( "Changed: $field.", $answer->body );
		self::assertDenied( 'confirmation_used', $agent, 'publish_post', $call );
	}

	public function test_what_an_agent_changed_itself(): void {
		$agent = Site::connect( 'admin', 'full_access' );
		$id    = Site::post();
		$token = $agent->review( 'publish_post', [ 'id' => $id ] );
		$agent->do( 'update_content', $agent->edit( $id, [ 'content' => 'Worse' ] ) );
		self::assertDenied( 'target_changed', $agent, 'publish_post', [ 'id' => $id, 'confirmation_token' => $token ] );
		self::assertSame( 'draft', Site::status( $id ) );
	}

	public function test_what_is_no_change(): void {
		$agent = Site::connect( 'admin', 'full_access' );
		$id    = Site::post();
		$token = $agent->review( 'publish_post', [ 'id' => $id ] );
		self::overwrite( $id, [ 'post_modified' => '2001-01-01 00:00:00', 'post_modified_gmt' => '2001-01-01 00:00:00', 'post_date' => '2001-01-01 00:00:00', 'pinged' => 'x', 'guid' => 'x', 'comment_count' => 7 ] );
		update_post_meta( $id, '_edit_last', 1 );
		update_post_meta( $id, 'seo_score', 99 );
		self::assertSame( 'publish', $agent->do( 'publish_post', [ 'id' => $id, 'confirmation_token' => $token ] )['status'] );
	}
}

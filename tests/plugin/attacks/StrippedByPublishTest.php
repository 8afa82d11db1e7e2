<?php
/**
 * Who: a tool gone astray in an agent's call (attacker B), with arguments that an attacker chose.
 * Has: a post of an administrator with markup that only its author may write, and a connection of that administrator.
 * Does: publishes the post.
 * Gets: the status changes. Every other stored field is the same, byte for byte, also in the revisions.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Tests\PostAttack;
use Countersign\Tests\Site;

/** WordPress's filters do not strip what the agent did not send. */
final class StrippedByPublishTest extends PostAttack {

	public function test_bytes_stay(): void {
		$agent  = Site::connect( 'admin', 'full_access' );
		$id     = self::plant( [ 'post_title' => 'A <script>t</script> &lt;', 'post_content' => self::MARKUP, 'post_excerpt' => '<form>', 'post_content_filtered' => '<script>f</script>', 'post_name' => 'a-slug-' . wp_rand(), 'to_ping' => '', 'post_password' => 'p"w\\' ] );
		$before = self::row( $id );
		$agent->act( 'publish_post', [ 'id' => $id ] )->content();
		self::assertOnlyChanged( [ 'post_status', 'post_date', 'post_date_gmt' ], [ 'post_date' => '' ] + $before, $id );
		foreach ( wp_get_post_revisions( $id ) as $revision ) {
			self::assertSame( $before['post_content'], self::row( $revision->ID )['post_content'] );
		}
		self::assertNotSame( [], wp_get_post_revisions( $id ) );
	}
}

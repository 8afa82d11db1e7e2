<?php
/**
 * Who: a tool gone astray in an agent's call (attacker B), with arguments that an attacker chose.
 * Has: a post of an administrator with markup that only its author may write, and a connection of that administrator.
 * Does: schedules the post.
 * Gets: the status changes. Every other stored field is the same, byte for byte, also in the revisions.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Tests\PostAttack;
use Countersign\Tests\Site;

/** WordPress's filters do not strip what the agent did not send. */
final class StrippedByScheduleTest extends PostAttack {

	public function test_bytes_stay(): void {
		$agent  = Site::connect( 'admin', 'full_access' );
		$id     = self::plant( [ 'post_content' => self::MARKUP, 'post_name' => 'slug-' . wp_rand() ] );
		$before = self::row( $id );
		$agent->act( 'schedule_post', [ 'id' => $id, 'date' => '2099-01-01T00:00:00Z' ] )->content();
		self::assertOnlyChanged( [ 'post_status', 'post_date', 'post_date_gmt' ], $before, $id );
	}
}

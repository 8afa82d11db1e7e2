<?php
/**
 * Who: a tool gone astray in an agent's call (attacker B), with arguments that an attacker chose.
 * Has: a post of an administrator with markup that only its author may write, and a connection of that administrator.
 * Does: publishes the post while a plugin saves it a second time in its own hook.
 * Gets: the status changes. Every other stored field is the same, byte for byte, also in the revisions.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Tests\PostAttack;
use Countersign\Tests\Site;

/** WordPress's filters do not strip what the agent did not send. */
final class StrippedByNestedSaveTest extends PostAttack {

	public function test_bytes_stay_and_the_plugin_gets_its_change(): void {
		update_option( 'fixture_saves_again', 1 );
		$agent  = Site::connect( 'admin', 'full_access' );
		$id     = self::plant( [ 'post_content' => self::MARKUP, 'post_title' => '<script>t</script>', 'post_name' => 'slug-' . wp_rand() ] );
		$agent->act( 'publish_post', [ 'id' => $id ] )->content();
		$row = self::row( $id );
		self::assertSame( [ self::MARKUP, '<script>t</script>', 'by a plugin', 'publish' ], [ $row['post_content'], $row['post_title'], $row['post_excerpt'], $row['post_status'] ] );
	}
}

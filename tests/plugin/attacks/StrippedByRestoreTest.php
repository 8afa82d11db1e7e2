<?php
/**
 * Who: a tool gone astray in an agent's call (attacker B), with arguments that an attacker chose.
 * Has: a post of an administrator with markup that only its author may write, and a connection of that administrator.
 * Does: moves the post to the trash and restores it.
 * Gets: the status changes. Every other stored field is the same, byte for byte, also in the revisions.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Tests\PostAttack;
use Countersign\Tests\Site;

/** WordPress's filters do not strip what the agent did not send. */
final class StrippedByRestoreTest extends PostAttack {

	public function test_bytes_comments_and_terms_come_back(): void {
		$agent   = Site::connect( 'admin', 'full_access' );
		$id      = self::plant( [ 'post_status' => 'draft', 'post_content' => self::MARKUP, 'post_name' => 'slug-' . wp_rand(), 'comment_status' => 'closed', 'menu_order' => 3 ] );
		$comment = wp_insert_comment( [ 'comment_post_ID' => $id, 'comment_content' => 'Hello', 'comment_approved' => 1 ] );
		wp_set_object_terms( $id, [ 'One, two & three' ], 'post_tag' );
		update_post_meta( $id, '_wp_page_template', 'gone.php' );
		$meta   = get_post_meta( $id );
		$terms  = wp_get_object_terms( $id, [ 'category', 'post_tag' ], [ 'fields' => 'tt_ids' ] );
		$before = self::row( $id );
		$agent->act( 'trash_post', [ 'id' => $id ] )->content();
		$agent->act( 'restore_post', [ 'id' => $id ] )->content();
		wp_cache_flush();
		self::assertSame( $before, self::row( $id ) );
		self::assertSame( '1', get_comment( $comment )->comment_approved );
		self::assertSame( $terms, wp_get_object_terms( $id, [ 'category', 'post_tag' ], [ 'fields' => 'tt_ids' ] ) );
		self::assertSame( $meta, get_post_meta( $id ) );
	}
}

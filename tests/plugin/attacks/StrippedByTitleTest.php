<?php
/**
 * Who: a tool gone astray in an agent's call (attacker B), with arguments that an attacker chose.
 * Has: a post of an administrator with markup that only its author may write, and a connection of that administrator.
 * Does: changes only the title with update_content, of a draft and of a public post.
 * Gets: the status changes. Every other stored field is the same, byte for byte, also in the revisions.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Tests\PostAttack;
use Countersign\Tests\Site;

/** WordPress's filters do not strip what the agent did not send. */
final class StrippedByTitleTest extends PostAttack {

	/** @dataProvider statuses */
	public function test_bytes_stay( string $status ): void {
		$agent  = Site::connect( 'admin', 'full_access' );
		$id     = self::plant( [ 'post_status' => $status, 'post_content' => self::MARKUP, 'post_excerpt' => '<iframe>', 'post_name' => 'slug-' . wp_rand() ] );
		$before = self::row( $id );
		$terms  = wp_get_object_terms( $id, 'category', [ 'fields' => 'tt_ids' ] );
		$edit   = $agent->edit( $id, [ 'title' => 'Only this' ] );
		$done   = 'draft' === $status ? $agent->do( 'update_content', $edit ) : $agent->act( 'update_content', $edit )->content();
		self::assertOnlyChanged( [ 'post_title' ], $before, $id );
		self::assertSame( $before['post_content'], self::row( $done['revision'] )['post_content'] );
		self::assertSame( $terms, wp_get_object_terms( $id, 'category', [ 'fields' => 'tt_ids' ] ) );
		foreach ( wp_get_post_revisions( $id ) as $revision ) {
			self::assertSame( self::MARKUP, self::row( $revision->ID )['post_content'], 'the revision after the change, too' );
		}
	}

	/** @return array<string, array{string}> */
	public function statuses(): array {
		return [ 'a draft' => [ 'draft' ], 'published' => [ 'publish' ], 'private' => [ 'private' ] ];
	}
}

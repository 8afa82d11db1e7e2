<?php
/**
 * Who: a tool gone astray in an agent's call (attacker B), with arguments that an attacker chose.
 * Has: a connection with the preset "Media manager", and a plugin's tool for captions.
 * Does: changes the caption of an image of a published post, of one without a post, and of an image of an image.
 * Gets: `confirmation_missing`: an attachment is as visible as the post to which it belongs. That of a draft is changed.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Tests\PostAttack;
use Countersign\Tests\Site;

/** The media of a public item are public. */
final class AttachmentOfPublicPostTest extends PostAttack {

	private static function image( int $parent ): int {
		return Site::post( [ 'post_type' => 'attachment', 'post_status' => 'inherit', 'post_parent' => $parent, 'post_mime_type' => 'image/png', 'post_excerpt' => 'A hedgehog' ] );
	}

	public function test_captions(): void {
		$agent  = Site::connect( 'editor', 'media_manager' );
		$public = self::plant( [ 'post_status' => 'publish' ] );
		foreach ( [ self::image( $public ), self::image( 0 ), self::image( self::image( $public ) ), self::image( 999999999 ), self::image( self::plant( [ 'post_status' => 'private' ] ) ) ] as $id ) {
			self::assertDenied( 'confirmation_missing', $agent, 'fixture_caption', [ 'id' => $id, 'fields' => [ 'post_excerpt' => 'Owned' ] ] );
		}
		$hidden = self::image( Site::post() );
		$agent->do( 'fixture_caption', [ 'id' => $hidden, 'fields' => [ 'post_excerpt' => 'Mine' ] ] );
		self::assertSame( 'Mine', self::row( $hidden )['post_excerpt'] );
	}

	public function test_a_confirmed_caption_is_written(): void {
		$agent = Site::connect( 'editor', 'media_manager' );
		$id    = self::image( self::plant( [ 'post_status' => 'publish' ] ) );
		$agent->act( 'fixture_caption', [ 'id' => $id, 'fields' => [ 'post_excerpt' => 'Two hedgehogs' ] ] )->content();
		self::assertSame( 'Two hedgehogs', self::row( $id )['post_excerpt'] );
	}
}

<?php
/**
 * Who: whoever has a connection that may read, and wants the password of a post.
 * Has: the fingerprint of a post with a password, which contains a digest of it.
 * Does: computes digests of likely passwords, with and without the id of the post.
 * Gets: nothing: the digests are made with a key of the site, and none of the guesses matches.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Tests\PostAttack;
use Countersign\Tests\Site;

/** A fingerprint reveals nothing about fields that its holder may not see. */
final class GuessedPasswordTest extends PostAttack {

	public function test_no_guess_matches(): void {
		$id     = self::plant( [ 'post_status' => 'publish', 'post_password' => '123456' ] );
		$print  = Site::connect( 'subscriber', 'read_only' )->fingerprint( $id );
		$bytes  = base64_decode( strtr( $print, '-_', '+/' ) );
		self::assertSame( 105, strlen( $bytes ) );
		foreach ( [ '123456', "$id:123456", "password\0123456" ] as $guess ) {
			foreach ( [ 'sha256', 'sha1', 'md5', 'sha512' ] as $hash ) {
				self::assertStringNotContainsString( substr( hash( $hash, $guess, true ), 0, 8 ), $bytes );
			}
		}
		self::overwrite( $id, [ 'post_password' => '654321' ] );
		self::assertNotSame( $print, Site::connect( 'subscriber', 'read_only' )->fingerprint( $id ) );
	}
}

<?php
/**
 * Who: B, an agent that names media whose parents are each other, as an SQL statement of a plugin can leave them.
 * Has: the presets "Media manager" and "Read only". WordPress itself follows the parents without an end.
 * Does: reads such an item, and changes its caption.
 * Gets: `target_not_found` and `confirmation_missing`, each with an entry, and no request that dies.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Tests\PostAttack;
use Countersign\Tests\Site;

/** A circle of parents ends, and counts as visible. */
final class ParentCircleTest extends PostAttack {

	private static function image( int $parent = 0 ): int {
		return Site::post( [ 'post_type' => 'attachment', 'post_status' => 'inherit', 'post_mime_type' => 'image/png', 'post_parent' => $parent ] );
	}

	public function test_media(): void {
		$one = self::image();
		$two = self::image( $one );
		self::overwrite( $one, [ 'post_parent' => $two ] );
		self::assertDenied( 'target_not_found', Site::connect( 'editor', 'read_only' ), 'get_media', [ 'id' => $one ] );
		self::assertDenied( 'confirmation_missing', Site::connect( 'editor', 'media_manager' ), 'fixture_caption', [ 'id' => $one, 'fields' => [ 'post_excerpt' => 'Owned' ] ] );
		foreach ( [ $two, $one ] as $id ) {
			self::overwrite( $id, [ 'post_parent' => 0 ] );
			wp_delete_attachment( $id, true );
		}
	}
}

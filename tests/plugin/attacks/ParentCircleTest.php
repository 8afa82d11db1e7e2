<?php
/**
 * Who: B, an agent that names media whose parents are each other, as an SQL statement of a plugin can leave them.
 * Has: the presets "Media manager" and "Read only". WordPress itself follows the parents without an end.
 * Does: reads such an item, changes its caption, and lists the media library.
 * Gets: `target_not_found` and `confirmation_missing`, each with an entry, a list of all other items, and no request that dies.
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
		self::remove( $two, $one );
	}

	public function test_lists_have_all_other_media(): void {
		$one    = self::image();
		$two    = self::image( $one );
		$three  = self::image( $two );
		$own    = self::image();
		$of_own = self::image( $own );
		self::overwrite( $one, [ 'post_parent' => $two ] );
		self::overwrite( $own, [ 'post_parent' => $own ] );
		foreach ( [ 'admin', 'editor', 'author', 'subscriber' ] as $account ) {
			$agent  = Site::connect( $account, 'read_only' );
			$answer = $agent->do( 'list_media', [ 'per_page' => 50 ] );
			$listed = array_column( $answer['media'], 'id' );
			self::assertSame( [ $of_own, $own ], array_values( array_intersect( $listed, [ $one, $two, $three, $own, $of_own ] ) ), $account );
			self::assertSame( count( $listed ), $answer['total'], "$account: a total without what is hidden" );
			foreach ( [ $own, $of_own ] as $id ) {
				self::assertSame( $id, $agent->do( 'get_media', [ 'id' => $id ] )['id'] );
			}
			self::assertRefused( 'target_not_found', $agent, 'get_media', [ 'id' => $three ] );
		}
		self::remove( $of_own, $own, $three, $two, $one );
	}

	public function test_pages_below_each_other_are_listed(): void {
		$one = Site::post( [ 'post_type' => 'page', 'post_status' => 'publish' ] );
		$two = Site::post( [ 'post_type' => 'page', 'post_status' => 'publish', 'post_parent' => $one ] );
		$own = Site::post( [ 'post_type' => 'page', 'post_status' => 'publish' ] );
		self::overwrite( $one, [ 'post_parent' => $two ] );
		self::overwrite( $own, [ 'post_parent' => $own ] );
		$agent  = Site::connect( 'admin', 'full_access' );
		$listed = array_column( $agent->do( 'list_posts', [ 'type' => 'page', 'per_page' => 50 ] )['posts'], 'id' );
		foreach ( [ $one, $two, $own ] as $id ) {
			self::assertContains( $id, $listed );
			$agent->act( 'update_content', [ 'id' => $id, 'excerpt' => 'Changed', 'fingerprint' => $agent->fingerprint( $id ) ] );
			self::assertSame( 'Changed', self::row( $id )['post_excerpt'] );
		}
		self::remove( $one, $two, $own );
	}

	private static function remove( int ...$ids ): void {
		foreach ( $ids as $id ) {
			self::overwrite( $id, [ 'post_parent' => 0 ] );
			wp_delete_post( $id, true );
		}
	}
}

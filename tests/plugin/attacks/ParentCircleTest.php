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

	/** @var list<int> Posts with parents that never end. WordPress in the process of the tests would not return from them either. */
	private array $circle = [];

	protected function tearDown(): void {
		foreach ( $this->circle as $id ) {
			self::overwrite( $id, [ 'post_parent' => 0 ] );
		}
		foreach ( $this->circle as $id ) {
			wp_delete_post( $id, true );
		}
		parent::tearDown();
	}

	private static function image( int $parent = 0, string $title = 'Of a circle' ): int {
		return Site::post( [ 'post_type' => 'attachment', 'post_status' => 'inherit', 'post_mime_type' => 'image/png', 'post_parent' => $parent, 'post_title' => $title ] );
	}

	public function test_media(): void {
		$one          = self::image();
		$two          = self::image( $one );
		$this->circle = [ $one, $two ];
		self::overwrite( $one, [ 'post_parent' => $two ] );
		self::assertDenied( 'target_not_found', Site::connect( 'editor', 'read_only' ), 'get_media', [ 'id' => $one ] );
		self::assertDenied( 'confirmation_missing', Site::connect( 'editor', 'media_manager' ), 'fixture_caption', [ 'id' => $one, 'fields' => [ 'post_excerpt' => 'Owned' ] ] );
	}

	public function test_lists_have_all_other_media(): void {
		$title  = 'Of a circle ' . wp_generate_uuid4();
		$one    = self::image( 0, $title );
		$two    = self::image( $one, $title );
		$three  = self::image( $two, $title );
		$own    = self::image( 0, $title );
		$of_own = self::image( $own, $title );

		$this->circle = [ $one, $two, $three, $own, $of_own ];
		self::overwrite( $one, [ 'post_parent' => $two ] );
		self::overwrite( $own, [ 'post_parent' => $own ] );
		foreach ( [ 'admin', 'editor', 'author', 'subscriber' ] as $account ) {
			$agent  = Site::connect( $account, 'read_only' );
			$agent->do( 'list_media', [ 'per_page' => 50 ] );
			$answer = $agent->do( 'list_media', [ 'query' => $title ] );
			self::assertSame( [ $of_own, $own ], array_column( $answer['media'], 'id' ), $account );
			self::assertSame( 2, $answer['total'], $account );
			foreach ( [ $own, $of_own ] as $id ) {
				self::assertSame( $id, $agent->do( 'get_media', [ 'id' => $id ] )['id'] );
			}
			self::assertRefused( 'target_not_found', $agent, 'get_media', [ 'id' => $three ] );
		}
	}

	public function test_pages_below_each_other_are_listed(): void {
		$one = Site::post( [ 'post_type' => 'page', 'post_status' => 'publish' ] );
		$two = Site::post( [ 'post_type' => 'page', 'post_status' => 'publish', 'post_parent' => $one ] );
		$own = Site::post( [ 'post_type' => 'page', 'post_status' => 'publish' ] );

		$this->circle = [ $one, $two, $own ];
		self::overwrite( $one, [ 'post_parent' => $two ] );
		self::overwrite( $own, [ 'post_parent' => $own ] );
		$agent  = Site::connect( 'admin', 'full_access' );
		$listed = array_column( $agent->do( 'list_posts', [ 'type' => 'page', 'per_page' => 50 ] )['posts'], 'id' );
		foreach ( [ $one, $two, $own ] as $id ) {
			self::assertContains( $id, $listed );
			$agent->act( 'update_content', [ 'id' => $id, 'excerpt' => 'Changed', 'fingerprint' => $agent->fingerprint( $id ) ] );
			self::assertSame( 'Changed', self::row( $id )['post_excerpt'] );
		}
	}
}

<?php

declare(strict_types=1);

namespace Countersign\Tests\Tools;

use Countersign\Tests\Site;
use Countersign\Tests\TestCase;

/** Reading the media library. */
final class MediaTest extends TestCase {

	/** @return array<string, int> Title => id. */
	private static function pictures(): array {
		return array_column( get_posts( [ 'post_type' => 'attachment', 'post_status' => 'inherit', 'numberposts' => -1 ] ), 'ID', 'post_title' );
	}

	/** @group tools-main */
	public function test_get_media_returns_all_facts_of_an_image(): void {
		$id   = self::pictures()['River'];
		$item = Site::connect( 'author' )->do( 'get_media', [ 'id' => $id ] );
		self::assertSame( [ $id, 'River', 'image/jpeg', 640, 400, 'The river in the morning', null ], [ $item['id'], $item['title'], $item['mime_type'], $item['width'], $item['height'], $item['alt'], $item['attached_to'] ] );
		self::assertSame( filesize( get_attached_file( $id ) ), $item['size'] );
		self::assertSame( wp_get_attachment_url( $id ), $item['url'] );
		self::assertContains( 'thumbnail', array_keys( $item['sizes'] ) );
	}

	/** @group tools-main */
	public function test_media_can_be_searched_by_any_text_and_by_type(): void {
		$agent = Site::connect();
		$found = static fn( array $arguments ): array => array_column( $agent->do( 'list_media', $arguments )['media'], 'title' );
		self::assertContains( 'Shelves', $found( [ 'query' => 'by the window' ] ), 'alternative text' );
		self::assertContains( 'Press', $found( [ 'query' => 'press.jpg' ] ), 'file name' );
		self::assertContains( 'River', $found( [ 'query' => 'River' ] ), 'title' );
		self::assertSame( [], $found( [ 'query' => "x' OR 1=1 -- " ] ) );
		self::assertSame( [], $found( [ 'mime_type' => 'video' ] ) );
		self::assertGreaterThanOrEqual( 3, count( $found( [ 'mime_type' => 'image' ] ) ) );
		self::assertSame( [ 1, 1 ], [ count( $found( [ 'per_page' => 1 ] ) ), count( $found( [ 'per_page' => 1, 'page' => 2 ] ) ) ] );
	}

	public function test_media_without_metadata_fits_the_output_schema(): void {
		$id = wp_insert_attachment( [ 'post_title' => '', 'post_mime_type' => 'application/pdf', 'post_status' => 'inherit' ], 'nowhere/gone.pdf' );
		update_post_meta( $id, '_wp_attachment_metadata', 'not an array' );
		$agent = Site::connect();
		$item  = $agent->do( 'get_media', [ 'id' => $id ] );
		self::assertSame( [ null, null, null, [] ], [ $item['width'], $item['height'], $item['size'], $item['sizes'] ] );
		$agent->do( 'list_media' );
		wp_delete_attachment( $id, true );
	}

	public function test_missing_media_and_posts_are_not_found(): void {
		$agent = Site::connect( 'admin' );
		self::assertRefused( 'target_not_found', $agent, 'get_media', [ 'id' => 999999999 ] );
		self::assertRefused( 'target_not_found', $agent, 'get_media', [ 'id' => Site::post( [ 'post_status' => 'publish' ] ) ] );
	}

	public function test_an_image_of_a_private_post_is_not_found(): void {
		$post = Site::post( [ 'post_status' => 'private', 'post_title' => 'Secret' ], 'admin' );
		$id   = wp_insert_attachment( [ 'post_title' => 'Of a secret', 'post_mime_type' => 'image/png', 'post_status' => 'inherit', 'post_parent' => $post, 'post_author' => Site::user( 'admin' ) ], 'x/secret.png' );
		self::assertRefused( 'target_not_found', Site::connect( 'subscriber' ), 'get_media', [ 'id' => $id ] );
		self::assertNotContains( 'Of a secret', array_column( Site::connect( 'subscriber' )->do( 'list_media', [ 'per_page' => 50 ] )['media'], 'title' ) );
		Site::connect( 'editor' )->do( 'get_media', [ 'id' => $id ] );
		wp_delete_attachment( $id, true );
	}
}

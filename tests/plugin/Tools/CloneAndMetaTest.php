<?php

declare(strict_types=1);

namespace Countersign\Tests\Tools;

use Countersign\Access;
use Countersign\Plugin\Plugin;
use Countersign\Tests\Agent;
use Countersign\Tests\AuditTrail;
use Countersign\Tests\PostAttack;
use Countersign\Tests\Site;

/** Copies of posts, and metadata that the site opens for editing. */
final class CloneAndMetaTest extends PostAttack {

	/** @var array<string, Agent> */
	private static array $agents = [];

	private static function as( string $user, string $preset = 'full_access' ): Agent {
		return self::$agents[ "$user $preset" ] ??= Site::connect( $user, $preset );
	}

	/** @group tools-main */
	public function test_a_clone_is_a_draft_of_the_agents_user_with_all_that_the_user_may_write(): void {
		$agent = self::as( 'editor' );
		$image = Site::image();
		$id    = self::plant( [ 'post_status' => 'publish', 'post_title' => 'Tom & Jerry', 'post_content' => self::MARKUP . '<p>It\'s \\ "so"</p>', 'post_excerpt' => 'Short', 'post_name' => 'slug-' . wp_rand() ] );
		wp_set_object_terms( $id, [ 'Books', 'News' ], 'category' );
		wp_set_object_terms( $id, [ 'one' ], 'post_tag' );
		set_post_thumbnail( $id, $image );
		foreach ( [ 'fixture_subtitle' => 'Sub \\ "title"', 'plain_field' => 'x', '_fixture_shown' => 'shown', '_fixture_internal' => 'internal', '_price' => '12', 'fixture_closed' => 'closed' ] as $key => $value ) {
			add_post_meta( $id, $key, wp_slash( $value ) );
		}
		$before = self::row( $id );
		$from   = AuditTrail::size();
		$clone  = $agent->do( 'clone_post', [ 'id' => $id, 'title' => 'A copy' ] );
		self::assertRecorded( [ 'intent clone_post', 'outcome clone_post ok' ], $from );
		self::assertOnlyChanged( [], $before, $id );
		wp_cache_flush();
		$copy = self::row( $clone['id'] );
		self::assertSame( [ 'draft', 'A copy', 'Short', (string) Site::user( 'editor' ) ], [ $copy['post_status'], $copy['post_title'], $copy['post_excerpt'], $copy['post_author'] ] );
		self::assertStringNotContainsString( '<script', $copy['post_content'] );
		self::assertStringContainsString( '<p>It\'s \\ "so"</p>', $copy['post_content'] );
		self::assertSame( $copy['post_content'], $clone['stored']['content'], 'the agent is told that markup was left out' );
		self::assertEqualsCanonicalizing( wp_get_object_terms( $id, [ 'category', 'post_tag' ], [ 'fields' => 'ids' ] ), wp_get_object_terms( $clone['id'], [ 'category', 'post_tag' ], [ 'fields' => 'ids' ] ) );
		self::assertSame( $image, get_post_thumbnail_id( $clone['id'] ) );
		$meta = array_intersect_key( get_post_meta( $clone['id'] ), array_flip( [ 'fixture_subtitle', 'plain_field', '_fixture_shown', '_fixture_internal', '_price', 'fixture_closed' ] ) );
		self::assertSame( [ 'fixture_subtitle' => [ 'Sub \\ "title"' ], 'plain_field' => [ 'x' ], '_fixture_shown' => [ 'shown' ] ], $meta );
		self::assertSame( [ 'meta:fixture_closed' ], $clone['skipped'] );
		self::assertNotSame( $before['post_name'], $copy['post_name'] );
	}

	public function test_a_clone_needs_the_right_to_edit_the_original_and_to_write_its_type(): void {
		$public = Site::post( [ 'post_status' => 'publish' ], 'admin' );
		$page   = Site::post( [ 'post_type' => 'page' ], 'author' );
		self::assertRefused( 'capability_denied', self::as( 'author' ), 'clone_post', [ 'id' => $public ] );
		self::assertRefused( 'target_not_found', self::as( 'author' ), 'clone_post', [ 'id' => Site::post( [], 'admin' ) ] );
		self::assertRefused( 'capability_denied', self::as( 'author' ), 'clone_post', [ 'id' => $page ] );
		self::assertRefused( 'target_not_found', self::as( 'editor' ), 'clone_post', [ 'id' => 999999999 ] );
		$trashed = Site::post( [ 'post_status' => 'trash' ] );
		self::assertRefused( 'target_state', self::as( 'editor' ), 'clone_post', [ 'id' => $trashed ] );
		self::assertRefused( 'tool_unknown', self::as( 'editor', 'read_only' ), 'clone_post', [ 'id' => $public ] );
		self::assertRefused( 'arguments_invalid', self::as( 'editor' ), 'clone_post', [] );
	}

	/** @group tools-main */
	public function test_metadata_is_set_read_and_removed(): void {
		$agent = self::as( 'editor' );
		$id    = Site::post();
		$from  = AuditTrail::size();
		$set   = [ 'fixture_subtitle' => '  Sub <b>title</b> \\ "x" ', 'fixture_teaser' => 'Tom & <em onclick="x">Jerry</em>', 'fixture_stars' => 4, '_fixture_shown' => 's', 'my_field' => 'é "quoted" \\', 'my_number' => 7.5 ];
		$done  = $agent->do( 'set_post_meta', [ 'id' => $id, 'meta' => $set ] );
		self::assertRecorded( [ 'intent set_post_meta', 'outcome set_post_meta ok' ], $from );
		$want = [ 'fixture_subtitle' => 'Sub title \\ "x"', 'fixture_teaser' => 'Tom &amp; <em>Jerry</em>', 'fixture_stars' => 4, '_fixture_shown' => 's', 'my_field' => 'é "quoted" \\', 'my_number' => '7.5' ];
		self::assertEquals( $want, $done['meta'] );
		wp_cache_flush();
		foreach ( $want as $key => $value ) {
			self::assertSame( [ (string) $value ], get_post_meta( $id )[ $key ] );
		}
		self::assertEquals( $want, $agent->do( 'get_post', [ 'id' => $id, 'fields' => [ 'meta' ] ] )['meta'] );
		self::assertSame( [ 'id' => $id, 'meta' => [ 'my_field' => null ] ], $agent->do( 'set_post_meta', [ 'id' => $id, 'meta' => [ 'my_field' => null ] ] ) );
		wp_cache_flush();
		self::assertSame( [], get_post_meta( $id, 'my_field' ) );
		self::assertNull( $agent->call( 'set_post_meta', [ 'id' => $id, 'meta' => [ 'my_number' => 7.5 ] ] )->reason(), 'the same value again' );
	}

	/** @return array<string, array{string, array<string, mixed>}> Reason, metadata. */
	public function unusable(): array {
		return [
			'an internal key'              => [ 'arguments_invalid', [ '_fixture_internal' => 'x' ] ],
			'a protected key'              => [ 'arguments_invalid', [ '_price' => '1' ] ],
			'the lock'                     => [ 'arguments_invalid', [ '_edit_lock' => '1' ] ],
			'the template'                 => [ 'arguments_invalid', [ '_wp_page_template' => 'x.php' ] ],
			'the featured image'           => [ 'arguments_invalid', [ '_thumbnail_id' => '1' ] ],
			'a key of spaces'              => [ 'arguments_invalid', [ ' ' => 'x' ] ],
			'a key that its site closed'   => [ 'capability_denied', [ 'fixture_closed' => 'x' ] ],
			'a text for a number'          => [ 'arguments_invalid', [ 'fixture_stars' => 'many' ] ],
			'a number out of range'        => [ 'arguments_invalid', [ 'fixture_stars' => 6 ] ],
			'a list for a custom field'    => [ 'arguments_invalid', [ 'my_field' => [ 'x' ] ] ],
			'an object for a text'         => [ 'arguments_invalid', [ 'fixture_teaser' => [ 'a' => 'b' ] ] ],
			'one good and one bad'         => [ 'arguments_invalid', [ 'my_field' => 'x', '_price' => '1' ] ],
			'nothing'                      => [ 'arguments_invalid', [] ],
		];
	}

	/** @dataProvider unusable */
	public function test_metadata_that_is_not_open_stays( string $reason, array $meta ): void {
		static $id;
		$id ??= Site::post();
		self::assertRefused( $reason, self::as( 'admin' ), 'set_post_meta', [ 'id' => $id, 'meta' => (object) $meta ] );
	}

	/** @group tools-main */
	public function test_metadata_of_visible_posts_needs_a_review(): void {
		$agent = self::as( 'editor' );
		$id    = Site::post( [ 'post_status' => 'publish' ] );
		$call  = [ 'id' => $id, 'meta' => [ 'my_field' => 'new' ] ];
		add_post_meta( $id, 'my_field', 'old' );
		self::assertRefused( 'confirmation_missing', $agent, 'set_post_meta', $call );
		self::assertRefused( 'needs_publish', self::as( 'editor', 'draft_only' ), 'set_post_meta', $call );
		$token = $agent->review( 'set_post_meta', $call );
		update_post_meta( $id, 'my_field', 'changed by a person' );
		self::assertSame( 'target_changed', $agent->call( 'set_post_meta', $call + [ 'confirmation_token' => $token ] )->reason(), 'the review covers the value before' );
		self::assertSame( [ 'my_field' => 'new' ], $agent->act( 'set_post_meta', $call )->content()['meta'] );
	}

	public function test_a_clone_leaves_out_fields_that_the_connection_may_not_write(): void {
		$agent = Site::connect( 'editor', 'full_access' );
		self::assertTrue( Plugin::composition()->manager()->set_denied_fields( $agent->connection(), Access::fields( [ 'excerpt', 'terms:post_tag', 'meta:my_*' ] ) )->isAllowed() );
		$id = Site::post( [ 'post_excerpt' => 'Short' ] );
		wp_set_object_terms( $id, [ 'one' ], 'post_tag' );
		add_post_meta( $id, 'my_field', 'x' );
		add_post_meta( $id, 'other_field', 'y' );
		$clone = $agent->do( 'clone_post', [ 'id' => $id ] );
		self::assertEqualsCanonicalizing( [ 'excerpt', 'terms:post_tag', 'meta:my_field' ], $clone['skipped'] );
		wp_cache_flush();
		self::assertSame( [ '', [], [], [ 'y' ] ], [ get_post( $clone['id'] )->post_excerpt, wp_get_object_terms( $clone['id'], 'post_tag' ), get_post_meta( $clone['id'], 'my_field' ), get_post_meta( $clone['id'], 'other_field' ) ] );
		self::assertRefused( 'field_denied', $agent, 'set_post_meta', [ 'id' => $id, 'meta' => [ 'my_field' => 'z' ] ] );
		self::assertRefused( 'field_denied', $agent, 'create_draft', [ 'title' => 'x', 'tags' => [ 'one' ] ] );
	}

	public function test_metadata_is_refused_where_the_post_is(): void {
		$meta = [ 'meta' => [ 'my_field' => 'x' ] ];
		self::assertRefused( 'target_not_found', self::as( 'editor' ), 'set_post_meta', [ 'id' => 999999999 ] + $meta );
		self::assertRefused( 'target_not_found', self::as( 'author' ), 'set_post_meta', [ 'id' => Site::post( [], 'admin' ) ] + $meta );
		self::assertRefused( 'capability_denied', self::as( 'author' ), 'request_review', [ 'tool' => 'set_post_meta', 'arguments' => [ 'id' => Site::post( [ 'post_status' => 'publish' ], 'admin' ) ] + $meta ] );
		self::assertRefused( 'target_state', self::as( 'editor' ), 'set_post_meta', [ 'id' => Site::post( [ 'post_status' => 'trash' ] ) ] + $meta );
		self::assertRefused( 'arguments_invalid', self::as( 'editor' ), 'set_post_meta', [ 'id' => Site::post( [ 'post_type' => 'fixture_shelf' ] ) ] + $meta );
		$locked = Site::post();
		update_post_meta( $locked, '_edit_lock', time() . ':' . Site::user( 'admin' ) );
		self::assertRefused( 'target_locked', self::as( 'editor' ), 'set_post_meta', [ 'id' => $locked ] + $meta );
		$hidden = Site::post( [ 'post_status' => 'publish' ], 'admin' );
		add_post_meta( $hidden, 'my_field', 'internal note' );
		add_post_meta( $hidden, 'fixture_subtitle', 'shown' );
		self::assertSame( [ 'fixture_subtitle' => 'shown' ], self::as( 'author' )->do( 'get_post', [ 'id' => $hidden, 'fields' => [ 'meta' ] ] )['meta'] );
	}
}

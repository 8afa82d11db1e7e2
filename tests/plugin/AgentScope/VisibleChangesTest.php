<?php

declare(strict_types=1);

namespace Countersign\Tests\AgentScope;

use Countersign\Tests\PostAttack;
use Countersign\Tests\Site;

/** What honest tools and plugins change without the right to publish, and with it. */
final class VisibleChangesTest extends PostAttack {

	/** A PNG of one pixel. */
	private const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

	/** @return array<string, array{string}> Code that returns true, with `$draft`, `$public` and a category `$used` of a published post. */
	public function hidden(): array {
		return self::each(
			'return (bool) add_post_meta( $draft, "fixture", "é \\\\ \'" ) && update_post_meta( $draft, "fixture", [ 1 ] ) && delete_post_meta( $draft, "fixture" );',
			'return (bool) update_post_meta( $draft, "_yoast_wpseo_title", "Mine" );',
			'return (bool) $wpdb->query( "INSERT INTO $wpdb->postmeta ( post_id, meta_key, meta_value ) VALUES ( $draft, \'a\', \'b\' ), ( $draft, \'c\', NULL )" );',
			'return is_array( wp_set_object_terms( $draft, [ $used ], "category" ) );',
			'return is_array( wp_set_post_tags( $draft, "new " . uniqid() ) ) && true === wp_remove_object_terms( $draft, wp_get_post_tags( $draft )[0]->term_id, "post_tag" );',
			'$term = wp_insert_term( "New " . uniqid(), "category", [ "parent" => $used ] ); wp_set_object_terms( $draft, [ $term["term_id"] ], "category" ); return is_array( wp_update_term( $term["term_id"], "category", [ "name" => "Mine " . uniqid() ] ) ) && (bool) add_term_meta( $term["term_id"], "a", "b" ) && true === wp_delete_term( $term["term_id"], "category" );',
			'return true === wp_update_term_count_now( [ get_term( $used )->term_taxonomy_id ], "category" ) && false !== $wpdb->query( "UPDATE $wpdb->term_taxonomy SET count = count + 0" );',
			'stick_post( $draft ); $stuck = is_sticky( $draft ); unstick_post( $draft ); return $stuck;',
			'return (bool) update_post_meta( $public, "_edit_last", 7 ) && (bool) update_post_meta( $public, "_edit_lock", time() . ":1" ) && delete_post_meta( $public, "_edit_lock" );',
			'return (bool) update_post_meta( $public, "_fixture_views", 7 );',
			'return (bool) add_metadata( "post", _wp_put_post_revision( $public ), "fixture", 1 );',
			'return (bool) update_post_meta( $public, "fixture_same", "same" ) === false;',
			'$id = wp_insert_post( [ "post_title" => "New", "tags_input" => "a tag", "meta_input" => [ "fixture" => 1 ], "page_template" => "default" ] ); return "1" === get_post_meta( $id, "fixture", true ) && (bool) wp_trash_post( $id ) && (bool) wp_untrash_post( $id ) && (bool) wp_delete_post( $id, true );',
			'return false !== $wpdb->query( "DELETE FROM $wpdb->postmeta WHERE post_id = 999999999" ) && false !== $wpdb->query( "DELETE m FROM $wpdb->postmeta m LEFT JOIN $wpdb->posts p ON p.ID = m.post_id WHERE p.ID IS NULL" );',
			'return (bool) update_option( "fixture_option", uniqid() ) && set_transient( "fixture_t", uniqid(), 60 );',
			'return (bool) apply_filters( "the_content", get_post( $public )->post_content );'
		);
	}

	/** @dataProvider hidden */
	public function test_what_visitors_do_not_see_passes( string $code ): void {
		$public = self::plant( [ 'post_status' => 'publish' ] );
		$used   = wp_insert_term( 'Term ' . wp_generate_uuid4(), 'category' )['term_id'];
		add_post_meta( $public, 'fixture_same', 'same' );
		wp_set_object_terms( $public, [ $used ], 'category' );
		foreach ( [ 'draft_only', 'full_access' ] as $preset ) {
			$draft = Site::post();
			wp_set_object_terms( $draft, [ $used ], 'category' );
			self::assertCodePasses( self::filled( $code, [ '$draft' => $draft, '$public' => $public, '$used' => $used ] ), $preset );
			delete_post_meta( $public, '_fixture_views' );
			delete_post_meta( $public, '_edit_last' );
		}
		delete_option( 'fixture_option' );
	}

	public function test_an_upload_can_be_described(): void {
		$upload = sprintf(
			'require_once ABSPATH . "wp-admin/includes/image.php"; require_once ABSPATH . "wp-admin/includes/file.php"; require_once ABSPATH . "wp-admin/includes/media.php";
			$file = wp_tempnam( "fixture.png" ); file_put_contents( $file, base64_decode( "%s" ) );
			$id = media_handle_sideload( [ "name" => "fixture.png", "tmp_name" => $file ], 0 );
			update_post_meta( $id, "_wp_attachment_image_alt", "A pixel" );
			wp_update_post( [ "ID" => $id, "post_excerpt" => "Mine" ] );',
			self::PNG
		);
		$draft = Site::post();
		foreach ( [ [ 'draft_only', 'fixture_php' ], [ 'media_manager', 'fixture_php_media' ] ] as [ $preset, $tool ] ) {
			self::assertCodePasses( $upload . ' return 1 === wp_get_attachment_metadata( $id )["width"] && "A pixel" === get_post_meta( $id, "_wp_attachment_image_alt", true ) && (bool) wp_delete_attachment( $id, true );', $preset, $tool );
		}
		self::assertCodePasses( $upload . " wp_update_post( [ 'ID' => \$id, 'post_parent' => $draft ] ); return (bool) set_post_thumbnail( $draft, \$id ) && (bool) wp_delete_attachment( \$id, true );" );
	}

	public function test_an_upload_that_visitors_then_see_is_judged_as_such(): void {
		$public = self::plant( [ 'post_status' => 'publish' ] );
		$insert = 'try { $id = wp_insert_attachment( [ "post_title" => "New", "post_mime_type" => "image/png" ], "new.png" ); %s } finally { wp_delete_attachment( $id, true ); } return 1;';
		foreach ( [ "wp_update_post( [ 'ID' => \$id, 'post_parent' => $public ] );", "update_post_meta( $public, '_thumbnail_id', \$id );", '$wpdb->update( $wpdb->posts, [ "post_status" => "publish" ], [ "ID" => $id ] );' ] as $code ) {
			self::assertDenied( 'needs_publish', Site::connect( 'admin', 'draft_only' ), 'fixture_php', [ 'code' => sprintf( $insert, $code ) ] );
		}
	}

	public function test_another_insert_does_not_pass_for_an_upload(): void {
		$public = self::plant( [ 'post_status' => 'publish' ] );
		$image  = Site::post( [ 'post_type' => 'attachment', 'post_status' => 'inherit', 'post_mime_type' => 'image/png' ] );
		$code   = "\$wpdb->insert( \$wpdb->prefix . 'comments', [ 'comment_ID' => $image, 'comment_post_ID' => $public ] ); update_post_meta( $image, '_wp_attachment_image_alt', 'Owned' ); return 1;";
		self::assertSame( 'needs_publish', Site::connect( 'admin', 'draft_only' )->call( 'fixture_php', [ 'code' => $code ] )->reason() );
		wp_delete_comment( $image, true );
		wp_delete_attachment( $image, true );
	}

	public function test_a_confirmed_call_with_the_right_changes_what_visitors_see(): void {
		$public = self::plant( [ 'post_status' => 'publish' ] );
		$term   = wp_insert_term( 'Term ' . wp_generate_uuid4(), 'category' )['term_id'];
		$name   = 'Renamed ' . wp_generate_uuid4();
		wp_set_object_terms( $public, [ $term ], 'category' );
		$tagline = get_option( 'blogdescription' );
		foreach (
			[
				"return (bool) update_post_meta( $public, 'fixture_seo', uniqid() );",
				"return is_array( wp_update_term( $term, 'category', [ 'name' => '$name' ] ) );",
				"return is_array( wp_set_object_terms( $public, [ 'confirmed' ], 'post_tag' ) );",
				"stick_post( $public ); return is_sticky( $public );",
				"unstick_post( $public ); return ! is_sticky( $public );",
				'return update_option( "blogdescription", uniqid() );',
			] as $code
		) {
			self::assertTrue( Site::connect( 'admin', 'full_access' )->act( 'fixture_php', [ 'code' => $code ] )->content()['returned'], $code );
		}
		self::assertTrue( Site::connect( 'admin', 'seo_specialist' )->act( 'fixture_php_seo', [ 'code' => "return (bool) update_post_meta( $public, 'fixture_seo', uniqid() );" ] )->content()['returned'] );
		update_option( 'blogdescription', $tagline );
	}

	public function test_a_confirmed_change_of_the_address_leaves_wordpresss_note(): void {
		$agent = Site::connect( 'admin', 'full_access' );
		$id    = self::plant( [ 'post_status' => 'publish', 'post_name' => 'before-' . wp_generate_uuid4() ] );
		$slug  = self::row( $id )['post_name'];
		$agent->act( 'update_content', [ 'id' => $id, 'slug' => 'after-' . wp_generate_uuid4(), 'fingerprint' => $agent->fingerprint( $id ) ] )->content();
		wp_cache_flush();
		self::assertSame( [ $slug ], get_post_meta( $id, '_wp_old_slug' ) );
	}

	public function test_the_plugins_own_tools_write_drafts_with_their_terms(): void {
		$agent = Site::connect( 'admin', 'draft_only' );
		$id    = $agent->do( 'create_draft', [ 'title' => 'New', 'content' => 'x' ] )['id'];
		$agent->do( 'update_content', [ 'id' => $id, 'title' => 'Newer', 'fingerprint' => $agent->fingerprint( $id ) ] );
		self::assertSame( 'Newer', self::row( $id )['post_title'] );
		self::assertCount( 1, wp_get_post_categories( $id ) );
	}
}

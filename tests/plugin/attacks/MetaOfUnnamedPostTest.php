<?php
/**
 * Who: B, a tool of a plugin gone astray.
 * Has: a tool that names no post, and arguments that an attacker chose: in the call of an agent that may write drafts only, in
 *   the unconfirmed call of one that may publish, and in that of one for SEO fields.
 * Does: adds, changes, moves or deletes metadata of a published post, by functions of WordPress and by SQL.
 * Gets: `needs_publish` or `confirmation_missing`, an entry in the audit log, and a site that is unchanged.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Tests\AuditTrail;
use Countersign\Tests\PostAttack;
use Countersign\Tests\Site;

/** The metadata of a post is as visible as the post. */
final class MetaOfUnnamedPostTest extends PostAttack {

	/** @return array<string, array{string}> `$public` has the metadata `fixture_seo`, and `$draft` has `fixture_own`. */
	public function ways(): array {
		$ways = [
			'update_post_meta( $public, "fixture_seo", "Owned" );',
			'update_post_meta( $public, "_yoast_wpseo_title", "Owned" );',
			'add_post_meta( $public, "fixture_seo", "Owned" );',
			'add_post_meta( $public, "_edit_lock ", "Owned" );',
			'delete_post_meta( $public, "fixture_seo" );',
			'delete_post_meta_by_key( "fixture_seo" );',
			'update_metadata_by_mid( "post", $meta, "Owned" );',
			'wp_delete_attachment( $thumbnail, true );',
			'delete_metadata_by_mid( "post", $meta );',
			'update_post_meta( $public, "_thumbnail_id", $image );',
			'update_post_meta( $public, "_wp_page_template", "owned.php" );',
			'update_post_meta( $public, "_wp_old_slug", "owned" );',
			'update_post_meta( $image, "_wp_attachment_image_alt", "Owned" );',
			'wp_update_attachment_metadata( $image, [ "file" => "owned.png" ] );',
			'update_attached_file( $image, "owned.png" );',
			'update_post_meta( 999999999, "fixture_seo", "for a post to come" );',
			'$wpdb->insert( $wpdb->postmeta, [ "post_id" => $public, "meta_key" => "fixture_seo", "meta_value" => "Owned" ] );',
			'$wpdb->insert( $wpdb->postmeta, [ "post_id" => "$public", "meta_key" => "fixture_seo", "meta_value" => "Owned" ], [ "%s", "%s", "%s" ] );',
			'$wpdb->replace( $wpdb->postmeta, [ "meta_id" => $meta, "post_id" => $draft, "meta_key" => "fixture_seo", "meta_value" => "Owned" ] );',
			'$wpdb->query( "INSERT INTO $wpdb->postmeta ( post_id, meta_key, meta_value ) VALUES ( $draft, \'a\', \'b\' ), ( $public, \'a\', \'b\' )" );',
			'$wpdb->query( "INSERT INTO $wpdb->postmeta ( post_id, meta_key, meta_value ) SELECT ID, \'a\', \'b\' FROM $wpdb->posts" );',
			'$wpdb->query( "INSERT INTO $wpdb->postmeta ( post_id, meta_key, meta_value ) VALUES ( $draft + $public - $draft, \'a\', \'b\' )" );',
			'$wpdb->query( "UPDATE $wpdb->postmeta SET meta_value = \'Owned\' WHERE meta_id = $meta" );',
			'$wpdb->query( "UPDATE $wpdb->postmeta SET post_id = $public WHERE meta_id = $own" );',
			'$wpdb->query( "UPDATE $wpdb->postmeta SET post_id = $public, meta_key = \'fixture_seo\' WHERE meta_id = $last" );',
			'$wpdb->query( "UPDATE $wpdb->postmeta SET post_id = post_id + 0, meta_value = CONCAT( meta_value, \'Owned\' ) WHERE meta_id = $own OR meta_id = $meta" );',
			'$wpdb->query( "UPDATE $wpdb->postmeta SET meta_key = \'_edit_lock\' WHERE meta_id = $meta" );',
			'$wpdb->query( "UPDATE $wpdb->postmeta SET meta_id = 999999999 WHERE meta_id = $own" );',
			'$wpdb->query( "DELETE FROM $wpdb->postmeta WHERE meta_key LIKE \'fixture%\' AND post_id >= $public" );',
			'$wpdb->query( "DELETE FROM $wpdb->postmeta WHERE post_id = $public AND RAND() >= 0" );',
		];
		return self::each(
			...$ways,
			...Site::is_sqlite() ? [] : [
				'$wpdb->query( "UPDATE $wpdb->postmeta SET meta_value = \'Owned\' WHERE post_id = $public AND ( @seen := IFNULL( @seen, 0 ) + 1 ) > 1" );',
				'$wpdb->query( "UPDATE $wpdb->postmeta m JOIN $wpdb->posts p ON p.ID = m.post_id SET m.meta_value = \'Owned\' WHERE p.ID = $public" );',
				'$wpdb->query( "DELETE m FROM $wpdb->postmeta m JOIN $wpdb->posts p ON p.ID = m.post_id WHERE p.post_status = \'publish\' AND p.ID = $public" );',
				'$wpdb->query( "DELETE m, t FROM $wpdb->postmeta m JOIN $wpdb->term_relationships t ON t.object_id = m.post_id WHERE m.post_id = $draft" );',
				'$wpdb->query( "INSERT INTO $wpdb->postmeta ( meta_id, post_id ) VALUES ( $meta, $draft ) ON DUPLICATE KEY UPDATE meta_value = \'Owned\'" );',
			]
		);
	}

	/** @return array<string, int> Variables of the code. */
	private static function site(): array {
		$public = self::plant( [ 'post_status' => 'publish' ] );
		$draft  = Site::post();
		$image  = static fn( int $parent ): int => Site::post( [ 'post_type' => 'attachment', 'post_status' => 'inherit', 'post_parent' => $parent, 'post_mime_type' => 'image/png' ] );
		$hidden = $image( $draft );
		add_post_meta( $public, '_thumbnail_id', (string) $hidden );
		return [
			'$public'    => $public,
			'$draft'     => $draft,
			'$thumbnail' => $hidden,
			'$image'     => $image( $public ),
			'$meta'      => (int) add_post_meta( $public, 'fixture_seo', 'By a person' ),
			'$own'       => (int) add_post_meta( $draft, 'fixture_own', 'Own' ),
			'$last'      => (int) add_post_meta( $draft, '_edit_last', '1' ),
		];
	}

	/** @dataProvider ways */
	public function test_metadata( string $way ): void {
		self::assertCodeDenied( self::filled( $way, self::site() ) );
	}

	public function test_after_the_answer_nothing_is_sent(): void {
		$ids  = self::site();
		$from = AuditTrail::size();
		Site::connect( 'admin', 'draft_only' )->do( 'fixture_php', [ 'code' => self::filled( 'register_shutdown_function( fn() => update_post_meta( $public, "fixture_seo", "Owned" ) ); return 1;', $ids ) ] );
		for ( $look = 0; $look < 100 && AuditTrail::size() < $from + 3; $look++ ) {
			usleep( 50000 );
		}
		self::assertContains( 'refusal call.write denied needs_publish', AuditTrail::lines( $from ) );
		self::assertSame( 'By a person', get_metadata_raw( 'post', $ids['$public'], 'fixture_seo', true ) );
	}

	public function test_a_cache_of_what_visitors_see_is_not_stored(): void {
		$id   = self::plant( [ 'post_status' => 'publish' ] );
		$code = sprintf( 'return update_post_meta( %d, "_oembed_%s", "<b>Owned</b>" );', $id, md5( 'x' ) );
		foreach ( [ 'draft_only', 'full_access' ] as $preset ) {
			self::assertFalse( Site::connect( 'admin', $preset )->do( 'fixture_php', [ 'code' => $code ] )['returned'] );
			wp_cache_flush();
			self::assertSame( '', get_post_meta( $id, '_oembed_' . md5( 'x' ), true ) );
		}
	}
}

<?php
/**
 * Who: B, a tool of a plugin gone astray.
 * Has: a tool that names no post, and arguments that an attacker chose: in the call of an agent that may write drafts only,
 *   and in the unconfirmed call of one that may publish.
 * Does: changes what visitors see by functions of WordPress that check nothing, by a request to the REST API within the
 *   process, and by SQL.
 * Gets: `needs_publish` or `confirmation_missing`, an entry in the audit log, and a site that is unchanged.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Tests\AuditTrail;
use Countersign\Tests\PostAttack;
use Countersign\Tests\Site;

/** What a call may show to visitors does not depend on which post its tool has named. */
final class OtherPostThanNamedTest extends PostAttack {

	/** @return array<string, array{string}> Code; `$public` is a published post, `$draft` a draft, `$page` a published page. */
	public function ways(): array {
		$ways = [
			'wp_update_post( [ "ID" => $public, "post_title" => "Owned" ] );',
			'wp_update_post( [ "ID" => $page, "post_name" => "owned" ] );',
			'wp_update_post( [ "ID" => $page, "post_parent" => $draft ] );',
			'wp_update_post( [ "ID" => $public, "post_password" => "locked out" ] );',
			'wp_update_post( [ "ID" => $public, "post_status" => "draft" ] );',
			'wp_update_post( [ "ID" => $draft, "post_status" => "publish" ] );',
			'wp_update_post( [ "ID" => $draft, "post_status" => "private" ] );',
			'wp_update_post( [ "ID" => $draft, "post_status" => "future", "post_date" => "2099-01-01 00:00:00", "edit_date" => true ] );',
			'wp_insert_post( [ "post_title" => "Owned", "post_content" => "x", "post_status" => "publish" ] );',
			'wp_insert_post( [ "post_title" => "Owned", "post_content" => "x", "post_status" => "publish", "post_type" => "wp_block" ] );',
			'wp_insert_post( [ "post_title" => "Owned", "post_content" => "x", "post_status" => "fixture_unknown" ] );',
			'wp_insert_attachment( [ "post_title" => "Owned", "post_mime_type" => "image/png" ], "owned.png", $public );',
			'wp_publish_post( $draft );',
			'wp_trash_post( $public );',
			'wp_delete_post( $public, true );',
			'set_post_type( $public, "page" );',
			'$request = new WP_REST_Request( "POST", "/wp/v2/posts/$public" ); $request->set_body_params( [ "title" => "Owned" ] ); rest_do_request( $request );',
			'$request = new WP_REST_Request( "DELETE", "/wp/v2/posts/$public" ); rest_do_request( $request );',
			'$wpdb->update( $wpdb->posts, [ "post_content" => "Owned" ], [ "ID" => $public ] );',
			'$wpdb->update( $wpdb->posts, [ "post_status" => "publish" ], [ "ID" => $draft ] );',
			'$wpdb->update( $wpdb->posts, [ "ID" => 999999 ], [ "ID" => $draft ] );',
			'$wpdb->delete( $wpdb->posts, [ "ID" => $public ] );',
			'$wpdb->insert( $wpdb->posts, [ "post_title" => "Owned", "post_status" => "publish" ] );',
			'$wpdb->insert( $wpdb->posts, [ "post_title" => "Owned" ] );',
			'$wpdb->replace( $wpdb->posts, [ "ID" => $public, "post_title" => "Owned", "post_status" => "draft" ] );',
			'$wpdb->query( "UPDATE $wpdb->posts SET post_content = REPLACE( post_content, \'e\', \'owned\' )" );',
			'$wpdb->query( "UPDATE $wpdb->posts SET post_title = \'Owned\' WHERE ID IN ( SELECT ID FROM ( SELECT $public AS ID ) AS x )" );',
			'$wpdb->query( "UPDATE $wpdb->posts SET menu_order = ( SELECT 1 WHERE 1 = 1 ), post_status = \'publish\' WHERE ID = $draft" );',
			'$wpdb->query( "UPDATE $wpdb->posts SET POST_STATUS = CONCAT( \'pub\', \'lish\' ) WHERE ID = $draft" );',
			'$wpdb->query( "DELETE FROM $wpdb->posts WHERE post_status >= \'publish\' AND ID = $public" );',
			'$wpdb->query( "INSERT INTO $wpdb->posts ( post_title, post_status ) VALUES ( \'a\', \'draft\' ), ( \'b\', \'publish\' )" );',
			'$wpdb->query( "INSERT INTO $wpdb->posts ( post_title, post_status ) SELECT post_title, \'publish\' FROM $wpdb->posts WHERE ID = $draft" );',
		];
		if ( ! Site::is_sqlite() ) {
			$ways = [
				...$ways,
				'$wpdb->query( "INSERT INTO $wpdb->posts ( ID, post_status ) VALUES ( $public, \'draft\' ) ON DUPLICATE KEY UPDATE post_title = \'Owned\'" );',
				'$wpdb->query( "UPDATE $wpdb->posts AS p SET p.post_title = \'Owned\' WHERE p.ID = $public" );',
				'$wpdb->query( "UPDATE $wpdb->posts p JOIN $wpdb->postmeta m SET p.post_title = \'Owned\' WHERE p.ID = $public" );',
				'$wpdb->query( "DELETE p FROM $wpdb->posts p LEFT JOIN $wpdb->postmeta m ON m.post_id = p.ID WHERE p.ID = $public" );',
			];
		}
		return array_combine( $ways, array_map( static fn( string $way ): array => [ $way ], $ways ) );
	}

	/** @dataProvider ways */
	public function test_what_visitors_see( string $way ): void {
		$code = strtr(
			$way,
			[
				'$public' => (string) self::plant( [ 'post_status' => 'publish' ] ),
				'$draft'  => (string) Site::post(),
				'$page'   => (string) self::plant( [ 'post_status' => 'publish', 'post_type' => 'page' ] ),
			]
		) . ' return 1;';
		foreach ( [ 'draft_only' => 'needs_publish', 'full_access' => 'confirmation_missing' ] as $preset => $reason ) {
			self::assertDenied( $reason, Site::connect( 'admin', $preset ), 'fixture_php', [ 'code' => $code ] );
			self::assertDenied( $reason, Site::connect( 'admin', $preset ), 'fixture_php', [ 'code' => "try { $code } catch ( \\Throwable ) {} return 1;" ] );
		}
	}

	public function test_a_draft_that_becomes_public_by_the_tool_that_names_it(): void {
		$id = Site::post();
		self::assertDenied( 'needs_publish', Site::connect( 'admin', 'draft_only' ), 'fixture_save', [ 'id' => $id, 'fields' => [ 'post_status' => 'publish' ] ] );
		self::assertDenied( 'confirmation_missing', Site::connect( 'admin', 'full_access' ), 'fixture_save', [ 'id' => $id, 'fields' => [ 'post_status' => 'publish' ] ] );
		Site::connect( 'admin', 'full_access' )->act( 'fixture_save', [ 'id' => $id, 'fields' => [ 'post_status' => 'publish' ] ] )->content();
		wp_cache_flush();
		self::assertSame( 'publish', Site::status( $id ) );
	}

	public function test_after_the_answer_nothing_is_sent(): void {
		$id   = self::plant( [ 'post_status' => 'publish', 'post_title' => 'Mine' ] );
		$from = AuditTrail::size();
		Site::connect( 'admin', 'draft_only' )->do( 'fixture_php', [ 'code' => "register_shutdown_function( fn() => wp_update_post( [ 'ID' => $id, 'post_title' => 'Owned' ] ) ); return 1;" ] );
		for ( $look = 0; $look < 100 && AuditTrail::size() < $from + 3; $look++ ) {
			usleep( 50000 );
		}
		self::assertContains( 'refusal call.write denied needs_publish', AuditTrail::lines( $from ) );
		self::assertSame( 'Mine', self::row( $id )['post_title'] );
	}

	public function test_what_visitors_do_not_see_can_be_changed(): void {
		$agent = Site::connect( 'admin', 'draft_only' );
		$draft = Site::post();
		$other = Site::post();
		$image = Site::post( [ 'post_type' => 'attachment', 'post_status' => 'inherit', 'post_parent' => $draft, 'post_mime_type' => 'image/png' ] );
		$public = self::plant( [ 'post_status' => 'publish' ] );
		foreach (
			[
				"return wp_update_post( [ 'ID' => $draft, 'post_title' => 'It\\'s mine', 'post_status' => 'pending' ] ) === $draft;",
				"return is_int( wp_insert_post( [ 'post_title' => 'New', 'post_type' => 'page' ], true ) );",
				"return is_int( wp_insert_attachment( [ 'post_title' => 'New', 'post_mime_type' => 'image/png' ], 'new.png' ) );",
				"return is_int( wp_insert_attachment( [ 'post_title' => 'New', 'post_mime_type' => 'image/png' ], 'new.png', $draft ) );",
				"return wp_update_post( [ 'ID' => $image, 'post_excerpt' => 'A caption' ] ) === $image;",
				"return (bool) wp_insert_comment( [ 'comment_post_ID' => $public, 'comment_content' => 'x', 'comment_approved' => 1 ] );",
				"return is_int( _wp_put_post_revision( $public ) );",
				"return (bool) wp_trash_post( $other ) && (bool) wp_untrash_post( $other ) && (bool) wp_delete_post( $other, true );",
				'return false !== $wpdb->query( "UPDATE $wpdb->posts SET comment_count = comment_count + 0 WHERE ID = ' . $public . '" );',
			] as $code
		) {
			$answer = $agent->call( 'fixture_php', [ 'code' => $code ] );
			self::assertNull( $answer->reason(), "$code $answer->body" );
			self::assertTrue( $answer->content()['returned'], $code );
		}
		wp_cache_flush();
		self::assertNull( get_post( $other ) );
	}
}

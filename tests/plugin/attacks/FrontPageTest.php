<?php
/**
 * Who: B, a tool of a plugin gone astray.
 * Has: a tool that names no post, and arguments that an attacker chose: in the call of an agent that may write drafts only, in
 *   the unconfirmed call of one that may publish, and in that of one for SEO fields.
 * Does: shows another page on the front page, or changes the name of the site, its tagline, its icon, or whether search engines
 *   may see it.
 * Gets: `needs_publish` or `confirmation_missing`, an entry in the audit log, and a site that is unchanged.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Tests\PostAttack;
use Countersign\Tests\Site;

/** The options that choose what visitors see first are visible. */
final class FrontPageTest extends PostAttack {

	/** @return array<string, array{string}> */
	public function ways(): array {
		return self::each(
			'update_option( "show_on_front", "page" );',
			'update_option( "page_on_front", $page );',
			'update_option( "page_for_posts", $page );',
			'update_option( "blogname", "Owned" );',
			'update_option( "blogdescription", "Owned" );',
			'update_option( "blog_public", 0 );',
			'update_option( "site_icon", $page );',
			'delete_option( "show_on_front" );',
			'$wpdb->update( $wpdb->options, [ "option_value" => $page ], [ "option_name" => "Page_On_Front" ] );',
			'$wpdb->query( "UPDATE $wpdb->options SET option_value = \'x\' WHERE option_name IN ( \'fixture_x\', \'blogname\' )" );',
			'$wpdb->query( "DELETE FROM $wpdb->options WHERE option_name LIKE \'page_on%\'" );'
		);
	}

	/** @dataProvider ways */
	public function test_an_option( string $way ): void {
		$page = self::plant( [ 'post_status' => 'publish', 'post_type' => 'page' ] );
		self::assertCodeDenied( self::filled( $way, [ '$page' => $page ] ) );
	}

	public function test_a_draft_that_is_the_front_page_is_not_removed(): void {
		$page = Site::post( [ 'post_type' => 'page' ] );
		update_option( 'page_on_front', $page );
		foreach ( [ 'wp_trash_post', 'wp_delete_post' ] as $function ) {
			self::assertDenied( 'needs_publish', Site::connect( 'admin', 'draft_only' ), 'fixture_php', [ 'code' => "return $function( $page );" ] );
		}
		update_option( 'page_on_front', 0 );
	}
}

<?php
/**
 * Who: B, a tool of a plugin gone astray.
 * Has: a tool that names no post, and arguments that an attacker chose: in the call of an agent that may write drafts only, in
 *   the unconfirmed call of one that may publish, and in that of one for SEO fields.
 * Does: makes a published post sticky, or takes one away from the top of the front page.
 * Gets: `needs_publish` or `confirmation_missing`, an entry in the audit log, and a site that is unchanged.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Tests\PostAttack;
use Countersign\Tests\Site;

/** Whether a post is sticky is as visible as the post. */
final class StickyPostTest extends PostAttack {

	/** @return array<string, array{string}> `$stuck` is sticky and `$public` is not. */
	public function ways(): array {
		return self::each(
			'stick_post( $public );',
			'unstick_post( $stuck );',
			'update_option( "sticky_posts", [ $public ] );',
			'update_option( "sticky_posts", [ $draft, 999999999 ] );',
			'update_option( "sticky_posts", "x" );',
			'delete_option( "sticky_posts" );',
			'$wpdb->update( $wpdb->options, [ "option_value" => serialize( [ $public ] ) ], [ "option_name" => "STICKY_POSTS" ] );',
			'$wpdb->query( "DELETE FROM $wpdb->options WHERE option_name LIKE \'sticky%\'" );',
			'$wpdb->query( "INSERT INTO $wpdb->options ( option_name, option_value ) VALUES ( \'sticky_posts\', \'a:1:{i:0;i:$public;}\' ) ON DUPLICATE KEY UPDATE option_value = VALUES(option_value)" );'
		);
	}

	/** @dataProvider ways */
	public function test_sticky_posts( string $way ): void {
		$ids = [ '$public' => self::plant( [ 'post_status' => 'publish' ] ), '$stuck' => self::plant( [ 'post_status' => 'publish' ] ), '$draft' => Site::post() ];
		update_option( 'sticky_posts', [ $ids['$stuck'] ] );
		self::assertCodeDenied( self::filled( $way, $ids ) );
		update_option( 'sticky_posts', [] );
	}
}

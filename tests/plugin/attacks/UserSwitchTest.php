<?php
/**
 * Who: B, a tool of a plugin gone astray.
 * Has: a call of an author's agent.
 * Does: switches to an administrator, to another author, or to nobody.
 * Gets: no capability that the author lacks, and not the drafts of others.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Tests\AstrayTool;
use Countersign\Tests\Site;

/** Nobody has more than the user of the call. */
final class UserSwitchTest extends AstrayTool {

	public function test_switching_gives_nothing(): void {
		$author = Site::connect( 'author', 'full_access' );
		$draft  = Site::post( [], 'contributor' );
		$admin  = Site::user( 'admin' );
		$asked  = "array_map( fn( \$case ) => current_user_can( ...\$case ), [ [ 'manage_options' ], [ 'unfiltered_html' ], [ 'edit_others_posts' ], [ 'edit_pages' ], [ 'edit_post', $draft ], [ 'delete_post', $draft ], [ 'read_post', $draft ], [ 'publish_posts' ] ] )";
		$none   = [ false, false, false, false, false, false, false ];
		foreach ( [ $admin => true, Site::user( 'contributor' ) => false, 0 => false ] as $user => $publishes ) {
			foreach ( [ "wp_set_current_user( $user )", "\$GLOBALS['current_user'] = new WP_User( $user )", "add_filter( 'determine_current_user', fn() => $user ) && ( \$GLOBALS['current_user'] = null )" ] as $switch ) {
				self::assertSame( [ ...$none, $publishes ], self::value( "$switch; return $asked;", $author ), $switch );
			}
		}
		self::assertFalse( self::value( "return user_can( $admin, 'edit_others_posts' );", $author ) );
	}

	public function test_content_stays_filtered(): void {
		$id = self::value( 'wp_set_current_user( 1 ); kses_init(); return wp_insert_post( [ "post_content" => "<script>x</script><b>y</b>" ] );' );
		self::assertSame( 'x<b>y</b>', get_post( $id )->post_content );
	}

	public function test_signing_in_as_another_user_is_refused(): void {
		self::assertStopped( 'wp_set_current_user( 1 ); wp_set_auth_cookie( 1 ); return 1;' );
	}
}

<?php
/**
 * Attacker B: a plugin that publishes overdue posts by itself ("missed schedule"), during any request and past WordPress's cron.
 * Has: a post that an agent scheduled, whose connection is revoked.
 * Does: calls wp_publish_post() or wp_update_post(), as nobody or during the page view of an administrator.
 * Gets: a post with the status `pending`, and an entry. Code that was told of the publication is told that it was taken back.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Plugin\Plugin;
use Countersign\Tests\AuditTrail;
use Countersign\Tests\Schedules;
use Countersign\Tests\Site;
use Countersign\Tests\TestCase;

/** A held post cannot be published past the cron of WordPress. */
final class ScheduleBypassTest extends TestCase {

	/** @return array<string, array{\Closure(int): mixed, string}> */
	public function ways(): array {
		return [
			'wp_publish_post'           => [ static fn( int $id ) => wp_publish_post( $id ), '' ],
			'wp_publish_post, admin'    => [ static fn( int $id ) => wp_publish_post( $id ), 'admin' ],
			'wp_update_post'            => [ static fn( int $id ) => wp_update_post( [ 'ID' => $id, 'post_status' => 'publish' ] ), '' ],
			'wp_update_post, admin'     => [ static fn( int $id ) => wp_update_post( [ 'ID' => $id, 'post_status' => 'publish' ] ), 'admin' ],
			'an update of the title'    => [ static fn( int $id ) => wp_update_post( [ 'ID' => $id, 'post_title' => 'Other' ] ), '' ],
			'check_and_publish'         => [ static fn( int $id ) => check_and_publish_future_post( $id ), '' ],
		];
	}

	/** @dataProvider ways */
	public function test_the_post_is_held( \Closure $publish, string $user ): void {
		$agent = Site::connect( 'editor', 'content_manager' );
		$id    = Schedules::due( $agent );
		Plugin::composition()->manager()->revoke( $agent->connection() );
		wp_cache_flush();
		wp_set_current_user( '' === $user ? 0 : Site::user( $user ) );
		$from = AuditTrail::size();
		$seen = [];
		add_action( 'transition_post_status', $listener = static function ( string $new, string $old, \WP_Post $post ) use ( &$seen, $id ): void {
			if ( $id === $post->ID ) {
				$seen[] = [ "$old > $new", Site::status( $id ) ];
			}
		}, 10, 3 );
		$publish( $id );
		remove_action( 'transition_post_status', $listener );
		self::assertSame( 'pending', end( $seen )[1] );
		self::assertStringEndsWith( '> pending', end( $seen )[0], 'whoever listens learns that it is not public' );
		self::assertNotContains( 'publish', array_column( $seen, 1 ), 'nobody ever saw it public' );
		Schedules::assert_held( $id, 'connection_revoked', $from );
		// Once it is held, nothing but a person publishes it.
		$publish( $id );
		self::assertSame( 'pending', Site::status( $id ) );
	}

	public function test_a_post_of_a_person_is_published(): void {
		foreach ( [ static fn( int $id ) => wp_publish_post( $id ), static fn( int $id ) => do_action( 'publish_future_post', $id ) ] as $publish ) {
			global $wpdb;
			$id   = Site::post( [ 'post_status' => 'future', 'post_date' => gmdate( 'Y-m-d H:i:s', time() + 3600 ) ] );
			$date = gmdate( 'Y-m-d H:i:s', time() - 60 );
			$wpdb->update( $wpdb->posts, [ 'post_date' => $date, 'post_date_gmt' => $date ], [ 'ID' => $id ] );
			clean_post_cache( $id );
			$size = AuditTrail::size();
			$publish( $id );
			self::assertSame( [ 'publish', $size ], [ Site::status( $id ), AuditTrail::size() ] );
		}
	}
}

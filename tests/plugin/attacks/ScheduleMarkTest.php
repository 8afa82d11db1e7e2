<?php
/**
 * Attacker A: who can write the database. Attacker B: a tool gone astray in a call, which can write posts and their metadata.
 * Has: a post that an agent scheduled, whose connection may act.
 * Does: deletes or forges the row that names the owner, gives it to another post or connection, replaces it by an older one,
 *   moves the date of the post or changes its text with SQL.
 * Gets: a post that is held, with the reason: `record_missing`, `record_forged` or `target_changed`.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Tests\Agent;
use Countersign\Tests\AuditTrail;
use Countersign\Tests\Schedules;
use Countersign\Tests\Site;
use Countersign\Tests\TestCase;

/** The owner of a scheduled post is not believed from a row alone. */
final class ScheduleMarkTest extends TestCase {

	/** @return array<string, array{\Closure(int, Agent): mixed, string}> */
	public function changes(): array {
		$row  = static fn( array $set ): \Closure => static function ( int $id ) use ( $set ): void {
			global $wpdb;
			self::assertSame( 1, $wpdb->update( Site::table( 'schedules' ), $set, [ 'post_id' => $id ] ) );
		};
		$post = static fn( array $set ): \Closure => static function ( int $id ) use ( $set ): void {
			global $wpdb;
			self::assertSame( 1, $wpdb->update( $wpdb->posts, $set, [ 'ID' => $id ] ) );
		};
		return [
			'row deleted'           => [
				static function ( int $id ): void {
					global $wpdb;
					$wpdb->delete( Site::table( 'schedules' ), [ 'post_id' => $id ] );
				},
				'record_missing',
			],
			'another connection'    => [ static fn( int $id ) => $row( [ 'connection_id' => Site::connect()->id ] )( $id ), 'record_forged' ],
			'another digest'        => [ $row( [ 'digest' => str_repeat( 'a', 64 ) ] ), 'record_forged' ],
			'another date'          => [ $row( [ 'date_gmt' => '2020-01-01 00:00:00' ] ), 'record_forged' ],
			'another entry'         => [ $row( [ 'entry' => 0 ] ), 'record_forged' ],
			'no entry'              => [ $row( [ 'entry' => 999999999 ] ), 'record_forged' ],
			'the row of another post' => [
				static function ( int $id, Agent $agent ): void {
					global $wpdb;
					$other = Schedules::due( $agent );
					$wpdb->delete( Site::table( 'schedules' ), [ 'post_id' => $id ] );
					$wpdb->update( Site::table( 'schedules' ), [ 'post_id' => $id ], [ 'post_id' => $other ] );
				},
				'record_forged',
			],
			'the entry changed'     => [
				static function ( int $id ): void {
					global $wpdb;
					$t = Site::table( 'audit_entry' );
					$wpdb->query( $wpdb->prepare( "UPDATE $t SET body = REPLACE( body, 'schedule.owned', 'schedule.other' ) WHERE seq = %d", Schedules::of( $id )->entry ) ); // phpcs:ignore
				},
				'record_forged',
			],
			'the post moved'        => [ $post( [ 'post_date' => '2020-01-01 00:00:00', 'post_date_gmt' => '2020-01-01 00:00:00' ] ), 'target_changed' ],
			'the text changed'      => [ $post( [ 'post_content' => 'Buy this.' ] ), 'target_changed' ],
			'the author changed'    => [ $post( [ 'post_author' => 1 ] ), 'target_changed' ],
		];
	}

	/** @dataProvider changes */
	public function test_the_post_is_held( \Closure $change, string $reason ): void {
		$agent = Site::connect( 'editor', 'content_manager' );
		$id    = Schedules::due( $agent );
		$entry = Schedules::of( $id )->entry;
		global $wpdb;
		$body = $wpdb->get_var( $wpdb->prepare( 'SELECT body FROM ' . Site::table( 'audit_entry' ) . ' WHERE seq = %d', $entry ) ); // phpcs:ignore
		try {
			$change( $id, $agent );
			$from = AuditTrail::size();
			self::assertSame( 'pending', Schedules::run_cron( $id ) );
			Schedules::assert_held( $id, $reason, $from );
		} finally {
			$wpdb->query( $wpdb->prepare( 'UPDATE ' . Site::table( 'audit_entry' ) . ' SET body = %s WHERE seq = %d', $body, $entry ) ); // phpcs:ignore
		}
	}

	public function test_an_unchanged_post_is_published(): void {
		self::assertSame( 'publish', Schedules::run_cron( Schedules::due( Site::connect( 'editor', 'content_manager' ) ) ) );
	}
}

<?php

declare(strict_types=1);

namespace Countersign\Tests;

use Countersign\Plugin\Deferred\Schedule;
use Countersign\Plugin\Plugin;

/** Posts that agents schedule, and the time that comes for them. */
final class Schedules {

	/** Lets an agent schedule a new post for the next year. */
	public static function post( Agent $agent, array $fields = [] ): int {
		$id = Site::post( $fields );
		$agent->act( 'schedule_post', [ 'id' => $id, 'date' => gmdate( 'Y-m-d\TH:i:s\Z', time() + YEAR_IN_SECONDS ) ] )->content();
		wp_cache_flush();
		return $id;
	}

	/** Lets an agent schedule a new post a year ago, for an hour ago. Nothing has asked for it since. */
	public static function due( Agent $agent, array $fields = [] ): int {
		$id = self::post( $agent, $fields );
		self::make_due( $id, $agent );
		return $id;
	}

	/** Changes a post that an agent has just scheduled as if that had been a year ago, for an hour ago. */
	public static function make_due( int $id, Agent $agent ): void {
		global $wpdb;
		$date = gmdate( 'Y-m-d H:i:s', time() - HOUR_IN_SECONDS );
		$wpdb->update( $wpdb->posts, [ 'post_date' => $date, 'post_date_gmt' => $date ], [ 'ID' => $id ] );
		clean_post_cache( $id );
		Plugin::composition()->schedules()->own( get_post( $id ), $agent->connection(), null );
		wp_clear_scheduled_hook( 'publish_future_post', [ $id ] );
	}

	/** Does what WordPress's cron does when the time of a post has come. */
	public static function run_cron( int $id ): ?string {
		wp_cache_flush();
		do_action( 'publish_future_post', $id );
		return Site::status( $id );
	}

	public static function of( int $id ): ?Schedule {
		return Plugin::composition()->schedules()->find( $id );
	}

	/** Asserts that a post is held for a reason, that this is recorded, and that another run of cron changes nothing. */
	public static function assert_held( int $id, string $reason, int $from ): void {
		TestCase::assertSame( 'pending', Site::status( $id ) );
		TestCase::assertSame( [ Schedule::HELD, $reason ], [ self::of( $id )?->state, self::of( $id )?->reason ] );
		TestCase::assertContains( "refusal schedule.held denied $reason", AuditTrail::lines( $from ) );
		$size = AuditTrail::size();
		TestCase::assertSame( 'pending', self::run_cron( $id ) );
		TestCase::assertSame( $size, AuditTrail::size() );
	}
}

<?php
/**
 * Attacker B: an agent that was told to publish something harmful later.
 * Has: a connection with the group `publish`, for a while.
 * Does: schedules a post. Then the connection is paused, revoked or restricted, its account is deleted, all agents are stopped, or somebody
 *   with the database (attacker A) deletes the row of the connection. The time of the post comes.
 * Gets: a post with the status `pending`, which people see, and an entry with the reason. It stays so when the connection may
 *   act again.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Plugin\Plugin;
use Countersign\Tests\Agent;
use Countersign\Tests\AuditTrail;
use Countersign\Tests\Http;
use Countersign\Tests\Schedules;
use Countersign\Tests\Site;
use Countersign\Tests\TestCase;

/** A scheduled post is held if its connection may not act at its time. */
final class ScheduleOutlivesAgentTest extends TestCase {

	protected function tearDown(): void {
		Plugin::composition()->kill_switch()->set( false );
		parent::tearDown();
	}

	/** @return array<string, array{\Closure(Agent): mixed, string}> */
	public function ends(): array {
		$manager = static fn() => Plugin::composition()->manager();
		return [
			'revoked'            => [ static fn( Agent $agent ) => $manager()->revoke( $agent->connection() ), 'connection_revoked' ],
			'paused'             => [ static fn( Agent $agent ) => $manager()->pause( $agent->connection() ), 'connection_paused' ],
			'all agents stopped' => [ static fn( Agent $agent ) => Plugin::composition()->kill_switch()->set( true ), 'kill_switch' ],
			'restricted'         => [ static fn( Agent $agent ) => $manager()->set_groups( $agent->connection(), [ 'read', 'create_edit' ] ), 'tool_outside_groups' ],
			'row deleted'        => [
				static function ( Agent $agent ): void {
					global $wpdb;
					$wpdb->delete( Site::table( 'connections' ), [ 'id' => $agent->id ] );
				},
				'connection_unknown',
			],
		];
	}

	/** @dataProvider ends */
	public function test_the_post_is_held( \Closure $end, string $reason ): void {
		$agent = Site::connect( 'editor', 'content_manager' );
		$id    = Schedules::due( $agent );
		$end( $agent );
		$from = AuditTrail::size();
		self::assertSame( 'pending', Schedules::run_cron( $id ) );
		Schedules::assert_held( $id, $reason, $from );
		self::assertSame( $agent->id, (int) AuditTrail::since( $from )[0]['connection'] );
	}

	public function test_it_stays_held_when_the_connection_may_act_again(): void {
		$agent = Site::connect( 'editor', 'content_manager' );
		$id    = Schedules::due( $agent );
		Plugin::composition()->manager()->pause( $agent->connection() );
		$from = AuditTrail::size();
		Schedules::run_cron( $id );
		Plugin::composition()->manager()->resume( $agent->connection() );
		Schedules::assert_held( $id, 'connection_paused', $from );
	}

	public function test_a_pause_that_ends_before_the_time_changes_nothing(): void {
		$agent = Site::connect( 'editor', 'content_manager' );
		$id    = Schedules::due( $agent );
		Plugin::composition()->manager()->pause( $agent->connection() );
		Plugin::composition()->manager()->resume( $agent->connection() );
		$from = AuditTrail::size();
		self::assertSame( 'publish', Schedules::run_cron( $id ) );
		self::assertNull( Schedules::of( $id ) );
		self::assertContains( 'system schedule.published ok', AuditTrail::lines( $from ) );
	}

	public function test_the_cron_of_wordpress_holds_it(): void {
		$agent = Site::connect( 'editor', 'content_manager' );
		$id    = Schedules::due( $agent );
		Plugin::composition()->manager()->revoke( $agent->connection() );
		wp_schedule_single_event( time() - 10, 'publish_future_post', [ $id ] );
		delete_transient( 'doing_cron' );
		$from = AuditTrail::size();
		Http::get( site_url( 'wp-cron.php' ) );
		// WordPress answers before it runs the events.
		$until = microtime( true ) + 20;
		while ( 'future' === Site::status( $id ) && microtime( true ) < $until ) {
			usleep( 50000 );
		}
		while ( 'held' !== Schedules::of( $id )?->state && microtime( true ) < $until ) {
			usleep( 50000 );
		}
		Schedules::assert_held( $id, 'connection_revoked', $from );
	}
}

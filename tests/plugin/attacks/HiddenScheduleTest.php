<?php
/**
 * Attacker B: a tool of another plugin, with arguments that an attacker chose.
 * Has: a call of a connection with the group `publish`.
 * Does: schedules posts by other ways than the tool schedule_post: with WordPress's functions, with SQL, at the end of the
 *   request, by moving the date of a person's post. Deletes the metadata and the row of the owner. Adds cron events.
 * Gets: the connection as the owner of each post, so each is held when the connection may not act, and one entry about all cron
 *   events, which are not refused. The row cannot be deleted.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Plugin\Plugin;
use Countersign\Tests\AuditTrail;
use Countersign\Tests\Schedules;
use Countersign\Tests\Site;
use Countersign\Tests\TestCase;

/** Whatever schedules a post inside a call, the connection owns it. */
final class HiddenScheduleTest extends TestCase {

	/** @return array<string, array{string}> */
	public function ways(): array {
		return [
			'a new post'             => [ 'insert' ],
			'a date in the future'   => [ 'publish_later' ],
			'an update'              => [ 'update' ],
			'SQL'                    => [ 'sql' ],
			'at the end of the request' => [ 'shutdown' ],
			'a moved date'           => [ 'move' ],
			'a date moved with SQL'  => [ 'move_sql' ],
		];
	}

	/** @dataProvider ways */
	public function test_the_connection_owns_the_post( string $way ): void {
		$agent = Site::connect( 'editor', 'full_access' );
		$date  = gmdate( 'Y-m-d H:i:s', time() + YEAR_IN_SECONDS );
		$post  = Site::post( str_starts_with( $way, 'move' ) ? [ 'post_status' => 'future', 'post_date' => $date ] : [] );
		self::assertNull( Schedules::of( $post ) );
		$from = AuditTrail::size();
		$id   = $agent->act( 'fixture_schedule', [ 'way' => $way, 'id' => $post ] )->content()['id'];
		wp_cache_flush();
		self::assertSame( 'future', Site::status( $id ) );
		self::assertSame( $agent->id, Schedules::of( $id )?->connection );
		self::assertContains( 'system schedule.owned ok', AuditTrail::lines( $from ) );
		global $wpdb;
		// Its time comes. The digest of the post covers the date, so the owner is recorded again, as a call an hour ago would have.
		$past = gmdate( 'Y-m-d H:i:s', time() - 60 );
		$wpdb->update( $wpdb->posts, [ 'post_date' => $past, 'post_date_gmt' => $past ], [ 'ID' => $id ] );
		clean_post_cache( $id );
		Plugin::composition()->schedules()->own( get_post( $id ), $agent->connection(), null );
		Plugin::composition()->manager()->revoke( $agent->connection() );
		$from = AuditTrail::size();
		Schedules::run_cron( $id );
		Schedules::assert_held( $id, 'connection_revoked', $from );
	}

	public function test_a_call_cannot_take_the_owner_away(): void {
		$agent = Site::connect( 'editor', 'full_access' );
		$id    = Schedules::post( $agent );
		foreach ( [ 'delete_row', 'delete_meta' ] as $way ) {
			$agent->call( 'fixture_schedule', [ 'way' => $way, 'id' => $id ] );
			self::assertSame( [ $agent->id, 'waiting' ], [ Schedules::of( $id )?->connection, Schedules::of( $id )?->state ] );
		}
	}

	public function test_another_agent_that_moves_the_date_becomes_the_owner(): void {
		[ $first, $second ] = [ Site::connect( 'editor', 'full_access' ), Site::connect( 'editor', 'full_access' ) ];
		$id                 = Schedules::post( $first );
		$second->act( 'schedule_post', [ 'id' => $id, 'date' => gmdate( 'Y-m-d\TH:i:s\Z', time() + 2 * YEAR_IN_SECONDS ) ] )->content();
		self::assertSame( $second->id, Schedules::of( $id )->connection );
	}

	public function test_cron_events_are_recorded_in_one_entry_and_not_refused(): void {
		$agent = Site::connect( 'editor', 'full_access' );
		// WordPress takes an event for the same one if it is planned within ten minutes.
		array_map( static fn( int $i ): int => wp_unschedule_hook( "fixture_event_$i" ), range( 0, 29 ) );
		$from = AuditTrail::size();
		$agent->do( 'fixture_schedule', [ 'way' => 'events', 'id' => 30 ] );
		self::assertRecorded( [ 'intent fixture_schedule', 'system cron.scheduled ok', 'outcome fixture_schedule ok' ], $from );
		$entry = AuditTrail::since( $from )[1];
		$hooks = json_decode( $entry['body'], true )['change']['hooks'];
		self::assertSame( [ $agent->id, 21, 30, 2 ], [ (int) $entry['connection'], count( $hooks ), array_sum( $hooks ) - 1, $hooks['fixture_event_0'] ] );
		wp_cache_flush();
		self::assertNotFalse( wp_next_scheduled( 'fixture_event_7' ) );
		self::assertCount( 1, array_unique( array_column( AuditTrail::since( $from ), 'correlation' ) ) );
	}
}

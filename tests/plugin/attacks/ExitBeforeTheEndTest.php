<?php
/**
 * Who: B, a tool of a plugin gone astray.
 * Has: a confirmed call of an administrator's agent, whose handler ends the request itself, as `wp_redirect(); exit` does.
 * Does: writes an option that rules the site past the guard, schedules a post with SQL or adds a cron event, then exits.
 * Gets: `tool_failed`, and what every call gets at its end: an entry that names the option, the connection as the owner of
 *   the post, and an entry about the event.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Tests\AstrayTool;
use Countersign\Tests\AuditTrail;
use Countersign\Tests\Schedules;
use Countersign\Tests\Site;

/** The end of the request is watched, whatever ends it. */
final class ExitBeforeTheEndTest extends AstrayTool {

	private static function run_to_exit( string $code, string ...$expected ): void {
		$from   = AuditTrail::size();
		$answer = self::agent()->act( 'fixture_php', [ 'code' => "$code echo 'noise'; add_action( 'shutdown', fn() => print( 'late noise' ) ); exit;" ] );
		self::assertSame( 'tool_failed', $answer->reason(), $answer->body );
		self::assertStringEndsWith( '}', $answer->body );
		for ( $look = 0; $look < 100 && array_diff( $expected, AuditTrail::lines( $from ) ); $look++ ) {
			usleep( 50000 );
		}
		self::assertSame( [], array_diff( $expected, AuditTrail::lines( $from ) ) );
		wp_cache_flush();
	}

	public function test_an_option_that_rules_the_site(): void {
		$email = Site::option( 'admin_email' );
		self::run_to_exit( 'remove_all_filters( "query" ); update_option( "admin_email", "evil@example.test" );', 'refusal call.write denied write_refused' );
		for ( $look = 0; $look < 100 && Site::option( 'admin_email' ) !== $email; $look++ ) {
			usleep( 50000 );
		}
		self::assertSame( $email, Site::option( 'admin_email' ) );
	}

	public function test_a_post_that_is_scheduled_with_sql(): void {
		$id = Site::post();
		self::run_to_exit( "\$wpdb->update( \$wpdb->posts, [ 'post_status' => 'future', 'post_date' => '2099-01-01 00:00:00', 'post_date_gmt' => '2099-01-01 00:00:00' ], [ 'ID' => $id ] );", 'system schedule.owned ok' );
		self::assertSame( self::agent()->id, Schedules::of( $id )?->connection );
	}

	public function test_a_cron_event(): void {
		wp_clear_scheduled_hook( 'fixture_exit' );
		self::run_to_exit( 'wp_schedule_single_event( time() + 9999, "fixture_exit" );', 'system cron.scheduled ok' );
		wp_clear_scheduled_hook( 'fixture_exit' );
	}
}

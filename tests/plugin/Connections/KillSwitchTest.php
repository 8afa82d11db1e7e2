<?php

declare(strict_types=1);

namespace Countersign\Tests\Connections;

use Countersign\Plugin\Plugin;
use Countersign\Tests\AuditTrail;
use Countersign\Tests\Person;
use Countersign\Tests\Site;
use Countersign\Tests\TestCase;

/** The kill switch, through its function, its REST route and its command. */
final class KillSwitchTest extends TestCase {

	protected function tearDown(): void {
		Plugin::composition()->kill_switch()->set( false );
		parent::tearDown();
	}

	public function test_all_agents_stop_and_continue_with_the_same_tokens(): void {
		$agents = [ Site::connect(), Site::connect( 'author', 'read_only' ) ];
		$from   = AuditTrail::size();
		self::assertTrue( countersign_kill_switch( true ) );
		self::assertTrue( countersign_kill_switch( true ), 'a repeated call changes nothing' );
		foreach ( $agents as $agent ) {
			$answer = self::assertRefused( 'kill_switch', $agent, 'whoami' );
			self::assertSame( '60', $answer->header( 'Retry-After' ) );
			$list = $agent->send( 'tools/list' );
			self::assertSame( [ 200, 'kill_switch', 60 ], [ $list->status, $list->reason(), $list->json()['error']['data']['retryAfter'] ] );
			self::assertStringContainsString( 'in the WordPress dashboard, under Countersign', $list->json()['error']['message'] );
		}
		self::assertFalse( countersign_kill_switch( false ) );
		self::assertFalse( countersign_kill_switch() );
		foreach ( $agents as $agent ) {
			$agent->do( 'whoami' );
		}
		$turns = array_values( array_filter( AuditTrail::lines( $from ), static fn( string $line ): bool => str_starts_with( $line, 'kill_switch' ) ) );
		self::assertSame( [ 'kill_switch kill_switch.on ok', 'kill_switch kill_switch.off ok' ], $turns );
	}

	/** Runs a function while database queries that match a pattern fail. */
	private static function without( string $pattern, callable $act ): mixed {
		global $wpdb;
		$break   = static fn( string $sql ): string => preg_match( $pattern, $sql ) ? 'SELECT broken FROM nowhere' : $sql;
		$showing = $wpdb->suppress_errors( true );
		add_filter( 'query', $break );
		try {
			return $act();
		} finally {
			remove_filter( 'query', $break );
			$wpdb->suppress_errors( $showing );
		}
	}

	public function test_an_unreadable_state_counts_as_stopped(): void {
		$switch = Plugin::composition()->kill_switch();
		$read   = '/^SELECT option_name, option_value .*countersign_kill_switch/';
		self::assertTrue( self::without( $read, $switch->is_on( ... ) ) );
		self::assertFalse( $switch->is_on() );
		try {
			self::without( $read, static fn() => $switch->set( true ) );
			self::fail( 'reported as on although it could not be read' );
		} catch ( \RuntimeException $error ) {
			self::assertStringContainsString( 'could not be stored', $error->getMessage() );
		}
		self::assertTrue( $switch->is_on(), 'the option was written' );
	}

	/** Runs a function while the database refuses to change the kill switch, over whichever connection. */
	private static function refusing( callable $act ): mixed {
		global $wpdb;
		$wpdb->query( "CREATE TRIGGER refuse_kill_switch BEFORE UPDATE ON $wpdb->options FOR EACH ROW BEGIN IF NEW.option_name = 'countersign_kill_switch' THEN SIGNAL SQLSTATE '45000'; END IF; END" );
		$showing = $wpdb->suppress_errors( true );
		try {
			return $act();
		} finally {
			$wpdb->query( 'DROP TRIGGER refuse_kill_switch' );
			$wpdb->suppress_errors( $showing );
		}
	}

	public function test_a_change_that_the_database_refuses_is_an_error_and_recorded_as_one(): void {
		$told = 0;
		$note = static function () use ( &$told ): void {
			$told++;
		};
		$from = AuditTrail::size();
		add_action( 'countersign_kill_switch', $note );
		try {
			self::refusing( static fn() => countersign_kill_switch( true ) );
			self::fail( 'reported as on although it was not stored' );
		} catch ( \RuntimeException $error ) {
			self::assertStringContainsString( 'could not be stored', $error->getMessage() );
		} finally {
			remove_action( 'countersign_kill_switch', $note );
		}
		self::assertSame( [ 0, false ], [ $told, countersign_kill_switch() ] );
		self::assertRecorded( [ 'kill_switch kill_switch.on failed store_unavailable' ], $from );
	}

	/** What can be wrong when somebody wants to stop all agents. The log says in each case what really happened. */
	public function test_agents_can_be_stopped_although_no_record_can_be_made(): void {
		global $wpdb;
		$agent = Site::connect();
		$head  = $wpdb->get_row( 'SELECT * FROM ' . Site::table( 'audit_head' ), ARRAY_A );
		// The audit log cannot be written, so nothing can be sealed.
		$wpdb->query( 'DELETE FROM ' . Site::table( 'audit_head' ) );
		countersign_kill_switch( true );
		$wpdb->insert( Site::table( 'audit_head' ), $head );
		self::assertStringContainsString( 'this could not be recorded in the audit log', $this->logged() );
		self::assertSame( 'on', Site::stored( 'countersign_kill_switch' ) );
		self::assertTrue( countersign_kill_switch() );
		self::assertRefused( 'kill_switch', $agent, 'whoami' );
		self::assertFalse( countersign_kill_switch( false ), 'a record takes the place of the text' );
		self::assertStringStartsWith( 'csr1.', (string) Site::stored( 'countersign_kill_switch' ) );
		$agent->do( 'whoami' );
	}

	public function test_changes_fire_the_action_once(): void {
		$told = [];
		$note = static function ( bool $on ) use ( &$told ): void {
			$told[] = $on;
		};
		add_action( 'countersign_kill_switch', $note );
		countersign_kill_switch( true );
		countersign_kill_switch( false );
		countersign_kill_switch( false );
		remove_action( 'countersign_kill_switch', $note );
		self::assertSame( [ true, false ], $told );
	}

	public function test_an_administrator_can_use_the_rest_route(): void {
		$admin = Person::of( 'admin' );
		self::assertSame( [ 'on' => false ], $admin->rest( 'GET', '/countersign/v1/kill-switch' )->json() );
		self::assertSame( [ 'on' => true ], $admin->rest( 'POST', '/countersign/v1/kill-switch', [ 'on' => true ] )->json() );
		self::assertTrue( countersign_kill_switch() );
		self::assertSame( [ 'on' => false ], $admin->rest( 'POST', '/countersign/v1/kill-switch', [ 'on' => false ] )->json() );
		self::assertFalse( countersign_kill_switch() );
		self::assertSame( 400, $admin->rest( 'POST', '/countersign/v1/kill-switch', [] )->status );
		self::assertSame( 400, $admin->rest( 'POST', '/countersign/v1/kill-switch', [ 'on' => 'perhaps' ] )->status );
		self::assertFalse( countersign_kill_switch() );
	}

	public function test_other_users_cannot_use_the_rest_route(): void {
		foreach ( [ 'editor', 'subscriber' ] as $login ) {
			foreach ( [ 'GET', 'POST' ] as $method ) {
				self::assertSame( 403, Person::of( $login )->rest( $method, '/countersign/v1/kill-switch', 'POST' === $method ? [ 'on' => true ] : null )->status, "$login $method" );
			}
		}
		// Without a nonce, another site could make an administrator's browser send the request.
		self::assertSame( 401, Person::of( 'admin' )->rest( 'POST', '/countersign/v1/kill-switch', [ 'on' => true ], nonce: false )->status );
		$agent = Site::connect( 'admin', 'full_access' );
		self::assertSame( 401, \Countersign\Tests\Http::send( 'POST', rest_url( 'countersign/v1/kill-switch' ), [ 'Authorization' => "Bearer $agent->token", 'Content-Type' => 'application/json' ], '{"on":true}' )->status );
		self::assertFalse( countersign_kill_switch() );
	}

	public function test_the_state_is_read_from_the_database(): void {
		self::assertFalse( countersign_kill_switch() );
		Site::php( 'countersign_kill_switch( true );' );
		self::assertTrue( countersign_kill_switch() );
		Site::php( 'countersign_kill_switch( false );' );
		self::assertFalse( countersign_kill_switch() );
	}

	public function test_each_change_is_a_new_version_that_the_log_explains(): void {
		countersign_kill_switch( true );
		countersign_kill_switch( false );
		$report = Plugin::composition()->records_verification()->run();
		self::assertSame( [], preg_grep( '/^kill_switch/', array_keys( $report['faults'] ) ) );
	}
}

<?php

declare(strict_types=1);

namespace Countersign\Tests\Audit;

use Countersign\Plugin\Audit\Log;
use Countersign\Plugin\Audit\Unavailable;
use Countersign\Plugin\Connections\Connection;
use Countersign\Plugin\Connections\Manager;
use Countersign\Plugin\Plugin;
use Countersign\Plugin\Records\Writer;
use Countersign\Tests\Agent;
use Countersign\Tests\AuditTrail;
use Countersign\Tests\Site;
use Countersign\Tests\TestCase;

/** Nothing is done that the audit log cannot record. */
final class RefusalTest extends TestCase {

	/** Runs a function while the log cannot be written, because its table is renamed. */
	private function while_broken( callable $act ): void {
		global $wpdb;
		$this->expected_error = '~WordPress database error~';
		$entry                = Site::table( 'audit_entry' );
		$wpdb->query( "RENAME TABLE $entry TO {$entry}_away" );
		try {
			$act();
		} finally {
			$wpdb->query( "RENAME TABLE {$entry}_away TO $entry" );
		}
	}

	public function test_no_tool_runs_if_the_intent_cannot_be_recorded(): void {
		$agent = Site::connect();
		$this->while_broken(
			function () use ( $agent ): void {
				foreach ( [ 'whoami' => [], 'create_draft' => [ 'title' => 'Unrecorded' ] ] as $tool => $arguments ) {
					$answer = self::assertRefused( 'audit_unavailable', $agent, $tool, $arguments );
					self::assertSame( 'no-store', $answer->header( 'Cache-Control' ) );
					self::assertSame( '2.0', $answer->json()['jsonrpc'] );
					self::assertIsInt( $answer->json()['id'] );
				}
			}
		);
		$agent->do( 'whoami' );
	}

	public function test_a_confirmed_call_is_not_run_if_it_cannot_be_recorded_and_its_token_stays_valid(): void {
		$agent = Site::connect();
		$id    = Site::post();
		$token = $agent->review( 'publish_post', [ 'id' => $id ] );
		$this->while_broken( static fn() => self::assertRefused( 'audit_unavailable', $agent, 'publish_post', [ 'id' => $id, 'confirmation_token' => $token ] ) );
		self::assertSame( 'draft', Site::status( $id ) );
		$answer = $agent->call( 'publish_post', [ 'id' => $id, 'confirmation_token' => $token ] );
		self::assertNull( $answer->reason(), $answer->body );
		self::assertSame( 'publish', Site::status( $id ) );
	}

	public function test_missing_write_privileges_refuse_calls(): void {
		$agent = Site::connect();
		$this->expected_error = '~WordPress database error~';
		$this->as_root( "REVOKE ALL ON wordpress.* FROM wordpress@localhost; GRANT SELECT, UPDATE, DELETE, CREATE, ALTER, DROP, LOCK TABLES ON wordpress.* TO wordpress@localhost; FLUSH PRIVILEGES" );
		try {
			self::assertSame( 'audit_unavailable', $agent->call( 'create_draft', [ 'title' => 'Unrecorded' ] )->reason() );
			try {
				// The server checks privileges when a connection is opened.
				$site   = Plugin::composition();
				$log    = new Log( $site->extension(), Log::storage(), $site->client() );
				$writer = new Writer( $site->extension(), $site->sealed_options(), $log );
				( new Manager( $site->connections(), $writer, $site->settings() ) )->pause( $agent->connection() );
				self::fail( 'paused although it could not be recorded' );
			} catch ( Unavailable ) {
				self::assertSame( Connection::ACTIVE, $agent->connection()->state );
			}
		} finally {
			$this->as_root( 'GRANT ALL ON wordpress.* TO wordpress@localhost; FLUSH PRIVILEGES' );
		}
		self::assertSame( [], get_posts( [ 'title' => 'Unrecorded', 'post_status' => 'any' ] ) );
		$agent->do( 'whoami' );
	}

	private function as_root( string $sql ): void {
		$db = new \mysqli( 'localhost', 'root', '', '', 0, substr( DB_HOST, strlen( 'localhost:' ) ) );
		self::assertTrue( $db->multi_query( $sql ), $db->error );
		while ( $db->more_results() && $db->next_result() ) {
			continue;
		}
		self::assertSame( '', $db->error );
		$db->close();
	}

	/** @return array<string, array{callable(Connection): void}> */
	public function acts(): array {
		$manager = static fn() => Plugin::composition()->manager();
		return [
			'pause'  => [ static fn( Connection $connection ) => $manager()->pause( $connection ) ],
			'resume' => [ static fn( Connection $connection ) => $manager()->resume( $connection ) ],
			'rename' => [ static fn( Connection $connection ) => $manager()->rename( $connection, 'Another name' ) ],
			'narrow' => [ static fn( Connection $connection ) => $manager()->set_groups( $connection, [ 'read' ] ) ],
			'limit'  => [ static fn( Connection $connection ) => $manager()->set_limit( $connection, [ 'max' => 3, 'window' => 3 ] ) ],
			'revoke' => [ static fn( Connection $connection ) => $manager()->revoke( $connection ) ],
			'create' => [ static fn() => Plugin::composition()->creation()->create( 'x', 'x', 1, 'standard', [], [] ) ],
		];
	}

	/** @dataProvider acts */
	public function test_connections_cannot_be_changed_if_the_change_cannot_be_recorded( callable $act ): void {
		$connection = Site::connect()->connection();
		if ( 'resume' === $this->dataName() ) {
			Plugin::composition()->manager()->pause( $connection );
		}
		$this->while_broken(
			static function () use ( $act, $connection ): void {
				$before = Site::digest();
				try {
					$act( $connection );
					self::fail( 'done although it could not be recorded' );
				} catch ( Unavailable $error ) {
					self::assertSame( 'audit_unavailable', $error->reason );
				}
				self::assertSame( $before, Site::digest() );
			}
		);
	}

	public function test_agents_can_be_stopped_but_not_continue_without_a_record(): void {
		$this->expected_error = '~WordPress database error~';
		$this->while_broken(
			static function (): void {
				$switch = Plugin::composition()->kill_switch();
				$switch->set( true );
				self::assertTrue( $switch->is_on() );
				try {
					$switch->set( false );
					self::fail( 'agents continued although it could not be recorded' );
				} catch ( Unavailable ) {
					self::assertTrue( $switch->is_on() );
				}
			}
		);
		self::assertStringContainsString( 'could not be recorded', $this->logged() );
		Plugin::composition()->kill_switch()->set( false );
		self::assertFalse( Plugin::composition()->kill_switch()->is_on() );
	}

	public function test_a_call_whose_outcome_cannot_be_recorded_is_not_reported_as_success(): void {
		$agent = Site::connect();
		$from  = AuditTrail::size();
		$this->expected_error = '~WordPress database error~';
		$entry  = Site::table( 'audit_entry' );
		$signal = uniqid();
		$begun  = Site::folder() . "/tmp/fixture-$signal-begun";
		$answer = \Countersign\Tests\Http::during(
			$agent->prepare( 'fixture_wait', [ 'how' => 'plain', 'signal' => $signal, 'title' => "Outcome $signal" ] ),
			static function () use ( $begun, $entry, $signal ): bool {
				global $wpdb;
				clearstatcache();
				if ( is_file( $begun ) ) {
					$wpdb->query( "RENAME TABLE $entry TO {$entry}_away" );
					touch( Site::folder() . "/tmp/fixture-$signal-go" );
					return true;
				}
				return false;
			}
		);
		$GLOBALS['wpdb']->query( "RENAME TABLE {$entry}_away TO $entry" );
		self::assertSame( 200, $answer->status );
		self::assertTrue( $answer->json()['result']['isError'] );
		self::assertSame( 'audit_unavailable', $answer->reason() );
		self::assertRecorded( [ 'intent fixture_wait' ], $from );
	}

	public function test_a_missing_head_row_refuses_calls(): void {
		global $wpdb;
		$head = $wpdb->get_row( 'SELECT * FROM ' . Site::table( 'audit_head' ), ARRAY_A );
		$wpdb->query( 'DELETE FROM ' . Site::table( 'audit_head' ) );
		try {
			$this->expectException( Unavailable::class );
			AuditTrail::append();
		} finally {
			$wpdb->insert( Site::table( 'audit_head' ), $head );
		}
	}

	public function test_a_log_that_became_shorter_refuses_agents(): void {
		global $wpdb;
		$agent = Site::connect();
		$old   = Log::head();
		AuditTrail::append( 2 );
		$new = Log::head();
		$set = static fn( $head ) => $wpdb->update( Site::table( 'audit_head' ), [ 'head' => $head->text, 'size' => $head->size ], [ 'id' => 1 ] );
		$set( $old );
		try {
			self::assertRefused( 'audit_rollback', $agent, 'whoami' );
		} finally {
			$set( $new );
		}
		$agent->do( 'whoami' );
		self::assertSame( 'ok', AuditTrail::verify()['verdict'] );
		self::assertInstanceOf( Agent::class, $agent );
	}
}

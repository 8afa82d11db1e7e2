<?php

declare(strict_types=1);

namespace Countersign\Tests\Audit;

use Countersign\Tests\AuditTrail;
use Countersign\Tests\Site;
use Countersign\Tests\TestCase;

/** The log uses a transaction of its own, independent of transactions of other code. */
final class TransactionTest extends TestCase {

	public function test_an_entry_survives_a_rolled_back_transaction_of_other_code(): void {
		global $wpdb;
		$from = AuditTrail::size();
		$wpdb->query( 'START TRANSACTION' );
		$wpdb->insert( $wpdb->posts, [ 'post_title' => 'rolled back', 'post_name' => 'rolled-back' ] );
		AuditTrail::append( 1, 'test.survives' );
		$wpdb->query( 'ROLLBACK' );
		self::assertNull( $wpdb->get_var( "SELECT ID FROM $wpdb->posts WHERE post_name = 'rolled-back'" ), 'the transaction was rolled back' );
		self::assertSame( [ 'test.survives' ], array_column( AuditTrail::since( $from ), 'action' ) );
		self::assertSame( 'ok', AuditTrail::verify()['verdict'] );
	}

	public function test_an_append_does_not_commit_a_transaction_of_other_code(): void {
		global $wpdb;
		$wpdb->query( 'START TRANSACTION' );
		$wpdb->update( $wpdb->options, [ 'option_value' => 'not to stay' ], [ 'option_name' => 'blogdescription' ] );
		AuditTrail::append();
		$wpdb->query( 'ROLLBACK' );
		self::assertNotSame( 'not to stay', Site::option( 'blogdescription' ) );
	}

	public function test_a_call_that_ends_the_request_keeps_its_audit_entries(): void {
		$agent = Site::connect();
		$from  = AuditTrail::size();
		$title = 'Rolled back ' . uniqid();
		$agent->call( 'fixture_die', [ 'how' => 'after_write', 'title' => $title ] );
		self::assertRecorded( [ 'intent fixture_die', 'outcome fixture_die failed tool_failed' ], $from );
	}

	public function test_the_error_reporting_of_mysqli_is_unchanged(): void {
		$mode = ( new \mysqli_driver() )->report_mode;
		AuditTrail::append();
		self::assertSame( $mode, ( new \mysqli_driver() )->report_mode );
	}

	public function test_appends_work_after_the_server_closed_the_connection(): void {
		global $wpdb;
		AuditTrail::append();
		foreach ( $wpdb->get_results( 'SHOW PROCESSLIST', ARRAY_A ) as $process ) {
			if ( (int) $process['Id'] !== (int) $wpdb->get_var( 'SELECT CONNECTION_ID()' ) && 'Sleep' === $process['Command'] ) {
				$wpdb->query( "KILL $process[Id]" );
			}
		}
		$from = AuditTrail::size();
		try {
			AuditTrail::append( 1, 'test.after_kill' );
		} catch ( \Countersign\Plugin\Audit\Unavailable ) {
			AuditTrail::append( 1, 'test.after_kill' );
		}
		self::assertSame( [ 'test.after_kill' ], array_column( AuditTrail::since( $from ), 'action' ) );
		self::assertSame( 'ok', AuditTrail::verify()['verdict'] );
	}
}

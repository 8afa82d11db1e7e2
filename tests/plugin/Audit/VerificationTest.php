<?php

declare(strict_types=1);

namespace Countersign\Tests\Audit;

use Countersign\Plugin\Audit\Entries;
use Countersign\Plugin\Audit\Log;
use Countersign\Plugin\Audit\Unavailable;
use Countersign\Plugin\Audit\Verification;
use Countersign\Plugin\Plugin;
use Countersign\Tests\AuditTrail;
use Countersign\Tests\Site;
use Countersign\Tests\TestCase;

/** Verifying the log in several requests, and reading it by pages and filters. */
final class VerificationTest extends TestCase {

	private static function verification(): Verification {
		return new Verification( Plugin::composition()->extension()->audit_log() );
	}

	public function test_a_long_log_is_verified_in_several_steps(): void {
		AuditTrail::append( 2300, 'test.many' );
		delete_option( 'countersign_verification' );
		$steps = 0;
		do {
			$is_finished = self::verification()->run( 0.0 );
			$progress    = Verification::progress();
			self::assertSame( $is_finished, null === $progress );
			if ( $progress ) {
				self::assertLessThan( $progress[1], $progress[0] );
			}
		} while ( ! $is_finished && ++$steps < 20 );
		self::assertGreaterThanOrEqual( 2, $steps, 'the verification took one step only, so the test proves nothing' );
		$report = Verification::last();
		self::assertSame( 'ok', $report['verdict'] );
		self::assertSame( AuditTrail::size(), $report['checked'] );
		self::assertMatchesRegularExpression( '/^[0-9a-f]{64}$/D', $report['root'] );
	}

	public function test_appends_during_a_verification_do_not_disturb_it(): void {
		delete_option( 'countersign_verification' );
		self::assertFalse( self::verification()->run( 0.0 ) );
		$size = AuditTrail::size();
		AuditTrail::append( 5 );
		for ( $step = 0; $step < 20 && ! self::verification()->run( 0.0 ); $step++ ) {
			AuditTrail::append();
		}
		self::assertSame( 'ok', Verification::last()['verdict'] );
		self::assertSame( $size, Verification::last()['checked'] );
	}

	public function test_a_checkpoint_is_stored_every_256_entries(): void {
		global $wpdb;
		$checkpoint = Site::table( 'audit_checkpoint' );
		$size       = AuditTrail::size();
		AuditTrail::append( 255 - $size % 256 );
		$before = (int) $wpdb->get_var( "SELECT COUNT(*) FROM $checkpoint" );
		AuditTrail::append();
		$after = $wpdb->get_results( "SELECT size, note FROM $checkpoint ORDER BY size DESC", ARRAY_A );
		self::assertCount( $before + 1, $after );
		self::assertSame( AuditTrail::size(), (int) $after[0]['size'] );
		self::assertSame( 0, (int) $after[0]['size'] % 256 );
		[ $origin, $of ] = explode( "\n", $after[0]['note'] );
		self::assertSame( $after[0]['size'], (string) (int) $of );
		self::assertStringEndsWith( Site::option( 'countersign_site_id' ) . '/audit', $origin );
		AuditTrail::append();
		self::assertSame( $before + 1, (int) $wpdb->get_var( "SELECT COUNT(*) FROM $checkpoint" ) );
	}

	public function test_a_restored_backup_refuses_appends_until_it_is_acknowledged(): void {
		global $wpdb;
		$old = Log::head();
		AuditTrail::append( 3 );
		$new  = Log::head();
		$rows = AuditTrail::since( $old->size );
		$wpdb->query( 'DELETE FROM ' . Site::table( 'audit_entry' ) . " WHERE seq >= $old->size" );
		$wpdb->query( 'DELETE FROM ' . Site::table( 'audit_checkpoint' ) . " WHERE size > $old->size" );
		$wpdb->update( Site::table( 'audit_head' ), [ 'head' => $old->text, 'size' => $old->size ], [ 'id' => 1 ] );
		try {
			AuditTrail::append();
			self::fail( 'a log that became shorter accepted an entry' );
		} catch ( Unavailable $error ) {
			self::assertSame( 'audit_rollback', $error->reason );
		}
		self::assertSame( $old->size, AuditTrail::size() );
		self::assertSame( 'truncated_tail', AuditTrail::verify()['verdict'] );
		wp_set_current_user( Site::user( 'admin' ) );
		Plugin::composition()->log()->acknowledge_rollback();
		self::assertSame( [ 'system audit.rollback_acknowledged ok' ], AuditTrail::lines( $old->size ) );
		self::assertSame( 'ok', AuditTrail::verify()['verdict'] );
		AuditTrail::append();
		self::assertCount( 3, $rows );
		self::assertSame( $old->size + 3, $new->size );
	}

	public function test_entries_can_be_filtered_and_searched(): void {
		$from = AuditTrail::size();
		$log  = Plugin::composition()->log();
		$needle      = uniqid( 'needle' );
		$connection  = random_int( 1000000, 9000000 );
		$correlation = bin2hex( random_bytes( 8 ) );
		$log->append(
			AuditTrail::draft( 'test.find', [ 'target' => "{$needle}_100%", 'outcome' => 'ok' ] ),
			AuditTrail::draft( 'test.find', [ 'actor' => [ 'kind' => 'agent', 'connection' => $connection ], 'target' => "{$needle}X100%" ] ),
			AuditTrail::draft( 'test.find', [ 'correlation' => $correlation ] )
		);
		$found = static fn( array $filters ): array => array_map( static fn( array $row ): int => (int) $row['seq'] - $from, Entries::page( $filters, null, 50 ) );
		self::assertSame( [ 0 ], $found( [ 'search' => "{$needle}_100%" ] ), '% and _ match themselves' );
		self::assertSame( [ 1, 0 ], $found( [ 'search' => $needle ] ) );
		self::assertSame( [ 1 ], $found( [ 'connection' => (string) $connection ] ) );
		self::assertSame( [ 2 ], $found( [ 'correlation' => $correlation ] ) );
		self::assertSame( [ 0 ], $found( [ 'search' => $needle, 'outcome' => 'ok' ] ) );
		self::assertSame( [], $found( [ 'search' => "$needle' OR '1'='1" ] ) );
		self::assertSame( [], $found( [ 'search' => $needle, 'to' => (string) ( time() - 3600 ) ] ) );
		self::assertSame( [ 1, 0 ], $found( [ 'search' => $needle, 'from' => (string) ( time() - 3600 ), 'to' => (string) ( time() + 60 ) ] ) );
	}

	public function test_pages_have_no_gap_and_no_overlap(): void {
		AuditTrail::append( 25 );
		$seen   = [];
		$before = null;
		for ( $page = 0; $page < 3; $page++ ) {
			$rows = Entries::page( [], $before, 7 );
			array_push( $seen, ...array_map( static fn( array $row ): int => (int) $row['seq'], $rows ) );
			$before = (int) end( $rows )['seq'];
		}
		$end = AuditTrail::size();
		self::assertSame( range( $end - 1, $end - 21 ), $seen );
		self::assertSame( $end - 7, Entries::before_of_previous_page( [], $end - 15, 7 ), 'the previous page of the third page begins below the first page' );
		self::assertNull( Entries::before_of_previous_page( [], $end - 1, 7 ) );
	}
}

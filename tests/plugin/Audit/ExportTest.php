<?php

declare(strict_types=1);

namespace Countersign\Tests\Audit;

use Countersign\AuditFile;
use Countersign\AuditFileReport;
use Countersign\Plugin\Audit\Export;
use Countersign\Plugin\Plugin;
use Countersign\Tests\AuditTrail;
use Countersign\Tests\Site;
use Countersign\Tests\TestCase;

/** The log as a file: whole, verified without the site, and telling of what was done to the table. */
final class ExportTest extends TestCase {

	private static function exported( string $format ): string {
		$file = '';
		( new Export( Plugin::services()->audit_log() ) )->$format(
			static function ( string $piece ) use ( &$file ): void {
				$file .= $piece;
			}
		);
		return $file;
	}

	private static function verified( string $file ): AuditFileReport {
		$verifier = new AuditFile( [ Plugin::services()->log()->verifier_key() ] );
		foreach ( str_split( $file, 5000 ) as $chunk ) {
			$verifier->push( $chunk );
		}
		return $verifier->finish();
	}

	public function test_the_file_of_a_sound_log_proves_every_entry(): void {
		AuditTrail::append( 1100, 'test.many' );
		$report = self::verified( self::exported( 'ndjson' ) );
		self::assertSame( 'ok', $report->verdict() );
		self::assertTrue( $report->isProved() );
		self::assertSame( AuditTrail::size(), $report->entries() );
		self::assertSame( AuditTrail::size(), $report->vouched() );
	}

	public function test_an_entry_changed_in_the_table_shows_in_the_file(): void {
		global $wpdb;
		AuditTrail::append( 5, 'test.few' );
		$entry = Site::table( 'audit_entry' );
		$seq   = AuditTrail::size() - 3;
		$body  = $wpdb->get_var( "SELECT body FROM $entry WHERE seq = $seq" );
		$wpdb->update( $entry, [ 'body' => str_replace( 'test.few', 'test.fewer', $body ) ], [ 'seq' => $seq ] );
		$report = self::verified( self::exported( 'ndjson' ) );
		$wpdb->update( $entry, [ 'body' => $body ], [ 'seq' => $seq ] );
		self::assertSame( 'entry_modified', $report->verdict() );
		self::assertSame( $seq, $report->firstBad() );
		self::assertSame( 'ok', self::verified( self::exported( 'ndjson' ) )->verdict() );
	}

	public function test_the_table_has_a_line_for_each_entry(): void {
		AuditTrail::append( 3, 'test.csv' );
		$lines = explode( "\r\n", rtrim( self::exported( 'csv' ) ) );
		self::assertCount( AuditTrail::size() + 1, $lines );
		self::assertStringStartsWith( 'seq,', $lines[0] );
	}
}

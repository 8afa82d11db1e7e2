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

/** The exported log: complete, verifiable without the site, and showing changes of the table. */
final class ExportTest extends TestCase {

	private static function exported( string $format ): string {
		$file = '';
		( new Export( Plugin::composition()->extension()->audit_log() ) )->$format(
			static function ( string $piece ) use ( &$file ): void {
				$file .= $piece;
			}
		);
		return $file;
	}

	private static function verified( string $file ): AuditFileReport {
		$verifier = new AuditFile( [ Plugin::composition()->log()->verifier_key() ] );
		foreach ( str_split( $file, 5000 ) as $chunk ) {
			$verifier->push( $chunk );
		}
		return $verifier->finish();
	}

	/** @dataProvider counts */
	public function test_an_exported_file_proves_every_entry( int $count ): void {
		AuditTrail::append( $count, 'test.many' );
		$report = self::verified( self::exported( 'ndjson' ) );
		self::assertSame( 'ok', $report->verdict() );
		self::assertTrue( $report->isProved() );
		self::assertSame( AuditTrail::size(), $report->entries() );
		self::assertSame( AuditTrail::size(), $report->vouched() );
	}

	/** @return array<string, array{int}> */
	public static function counts(): array {
		return [
			'fewer entries than between two checkpoints' => [ 3 ],
			'several pages'                              => [ 1100 ],
		];
	}

	public function test_a_log_that_was_set_back_is_exported_without_proof(): void {
		global $wpdb;
		$head = Site::table( 'audit_head' );
		// Not at a size at which the log stores a checkpoint.
		AuditTrail::append( 256 - AuditTrail::size() % 256, 'test.before' );
		AuditTrail::append( 2, 'test.before' );
		$before = $wpdb->get_row( "SELECT head, size FROM $head WHERE id = 1", ARRAY_A );
		AuditTrail::append( 2, 'test.gone' );
		$after = $wpdb->get_row( "SELECT head, size FROM $head WHERE id = 1", ARRAY_A );
		$wpdb->update( $head, $before, [ 'id' => 1 ] );
		$report = self::verified( self::exported( 'ndjson' ) );
		$wpdb->update( $head, $after, [ 'id' => 1 ] );
		self::assertFalse( $report->isProved() );
		self::assertSame( (int) $before['size'], $report->entries() );
		self::assertTrue( self::verified( self::exported( 'ndjson' ) )->isProved() );
	}

	public function test_a_changed_entry_is_detected_in_the_exported_file(): void {
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

	public function test_the_csv_file_has_one_line_per_entry(): void {
		AuditTrail::append( 3, 'test.csv' );
		$lines = explode( "\r\n", rtrim( self::exported( 'csv' ) ) );
		self::assertCount( AuditTrail::size() + 1, $lines );
		self::assertStringStartsWith( 'seq,', $lines[0] );
	}
}

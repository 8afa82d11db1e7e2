<?php

declare(strict_types=1);

namespace Countersign\Tests\Audit;

use Countersign\Tests\AuditTrail;
use Countersign\Tests\Http;
use Countersign\Tests\Pending;
use Countersign\Tests\Site;
use Countersign\Tests\TestCase;

/** Parallel appends to one log. */
final class ParallelTest extends TestCase {

	private const WRITERS = 16;
	private const EACH    = 8;

	public function test_sixteen_parallel_processes_write_one_log_without_gap(): void {
		$from = AuditTrail::size();
		$gate = Site::folder() . '/tmp/gate';
		@unlink( $gate );
		$codes = array_map(
			static fn( int $n ): string => "
				touch( '$gate$n' );
				\$until = microtime( true ) + 20;
				while ( count( glob( '$gate*' ) ) < " . self::WRITERS . " && microtime( true ) < \$until ) { usleep( 20000 ); }
				for ( \$i = 0; \$i < " . self::EACH . "; \$i++ ) {
					Countersign\\Plugin\\Plugin::composition()->log()->append( Countersign\\Plugin\\Audit\\EntryDraft::admin( 'refusal', 'test.parallel', null, [ 'writer' => $n, 'n' => \$i ], 'rate_limited' ) );
					// Waits for another writer, since some databases would let one writer finish first.
					\$size  = Countersign\\Plugin\\Audit\\Log::head()->size;
					\$until = microtime( true ) + 0.2;
					while ( Countersign\\Plugin\\Audit\\Log::head()->size === \$size && microtime( true ) < \$until ) { usleep( 1000 ); }
				}
				echo 'written';",
			range( 1, self::WRITERS )
		);
		$said  = Site::php( ...$codes );
		array_map( unlink( ... ), glob( "$gate*" ) );
		self::assertSame( array_fill( 0, self::WRITERS, 'written' ), array_map( trim( ... ), $said ) );

		$rows = AuditTrail::since( $from );
		self::assertSame( range( $from, $from + self::WRITERS * self::EACH - 1 ), array_map( static fn( array $row ): int => (int) $row['seq'], $rows ) );
		$of = [];
		foreach ( $rows as $row ) {
			$change                    = json_decode( $row['body'], true )['change'];
			$of[ $change['writer'] ][] = $change['n'];
		}
		self::assertCount( self::WRITERS, $of );
		foreach ( $of as $writer => $order ) {
			self::assertSame( range( 0, self::EACH - 1 ), $order, "writer $writer" );
		}
		$writers = array_map( static fn( array $row ): int => json_decode( $row['body'], true )['change']['writer'], $rows );
		$turns   = count( array_filter( array_keys( $writers ), static fn( int $i ): bool => $i > 0 && $writers[ $i ] !== $writers[ $i - 1 ] ) );
		self::assertGreaterThan( self::WRITERS - 1, $turns, 'the processes did not write at the same time, so the test proves nothing' );
		self::assertVerified();
	}

	public function test_parallel_requests_write_one_log_without_gap(): void {
		$agent   = Site::connect();
		$from    = AuditTrail::size();
		$answers = Http::all( array_map( static fn(): Pending => $agent->prepare( 'whoami' ), range( 1, 32 ) ) );
		foreach ( $answers as $answer ) {
			$answer->content();
		}
		$rows = AuditTrail::since( $from );
		self::assertSame( range( $from, $from + 63 ), array_map( static fn( array $row ): int => (int) $row['seq'], $rows ) );
		$pairs = [];
		foreach ( $rows as $row ) {
			$pairs[ $row['correlation'] ][] = $row['kind'];
		}
		self::assertSame( array_fill( 0, 32, [ 'intent', 'outcome' ] ), array_values( $pairs ) );
		self::assertVerified();
	}

	public function test_an_export_during_appends_is_signed_to_its_end(): void {
		$done = Site::folder() . '/tmp/exported';
		@unlink( $done );
		$writer   = "
			for ( \$i = 0; \$i < 3000 && ! file_exists( '$done' ); \$i++ ) {
				Countersign\\Plugin\\Plugin::composition()->log()->append( Countersign\\Plugin\\Audit\\EntryDraft::admin( 'refusal', 'test.during_export', null, [], 'rate_limited' ) );
			}
			echo 'written';";
		$exporter = "
			\$log   = Countersign\\Plugin\\Plugin::composition()->extension()->audit_log();
			\$sizes = [];
			\$until = microtime( true ) + 30;
			for ( \$i = 0; \$i < 1500; \$i++ ) {
				\$note = Countersign\\Plugin\\Audit\\Checkpoints::current( \$log )[1];
				if ( null === \$note ) { touch( '$done' ); die( 'no checkpoint' ); }
			}
			while ( count( \$sizes ) < 5 && microtime( true ) < \$until ) {
				\$file = new Countersign\\AuditFile( [ \$log->verifierKey() ] );
				( new Countersign\\Plugin\\Audit\\Export( \$log ) )->ndjson( \$file->push( ... ) );
				\$report = \$file->finish();
				if ( ! \$report->isProved() ) { touch( '$done' ); die( \$report->verdict() . ', not proved to its end' ); }
				\$sizes[ \$report->size() ] = true;
			}
			touch( '$done' );
			echo count( \$sizes ), ' sizes, all proved';";
		$said     = array_map( trim( ... ), Site::php( $writer, $exporter, $writer ) );
		@unlink( $done );
		self::assertSame( [ 'written', '5 sizes, all proved', 'written' ], $said );
	}

	private static function assertVerified(): void {
		$report = AuditTrail::verify();
		self::assertSame( 'ok', $report['verdict'] );
		self::assertSame( AuditTrail::size(), $report['checked'] );
		self::assertSame( AuditTrail::size(), $report['vouched'] );
	}
}

<?php
/** The audit log: entries, heads, rows, tables, proofs and exported files. */

declare(strict_types=1);

use Countersign\AuditCsv;
use Countersign\AuditFile;
use Countersign\AuditFileReport;
use Countersign\AuditLog;
use Countersign\AuditProof;
use Countersign\Keyring;

return static function ( ParitySite $site ): array {
	$log     = new AuditLog( $site->keyring, $site->store, 'shop.example' );
	// The site of tests/vectors/audit/logs.json.
	$other   = new AuditLog( Keyring::open( '0011223344556677', ParitySite::MATERIAL ), $site->store, 'shop.example' );
	$report  = static fn( AuditFileReport $report ) => array(
		$report->verdict(), $report->isOk(), $report->isProved(), $report->firstBad(), $report->line(), $report->origin(), $report->filter(), $report->range(), $report->entries(),
		$report->size(), $report->root(), $report->vouched(), $report->witnessed(), $report->seals(), $report->findings(), $report->remarks(),
	);
	$attempt = static function ( callable $call ): mixed {
		try {
			return $call();
		} catch ( Countersign\Exception $e ) {
			return array( $e->reason(), $e->getMessage() );
		}
	};
	return array(
		'audit_draft'  => static fn( array $drafts ) => ParitySite::rows( $log->append( null, $drafts ) ),
		'redaction'    => static fn( array $drafts ) => ParitySite::rows( $log->append( null, $drafts ) ),
		'audit_head'   => static fn( string $head ) => array(
			$attempt( static fn() => ParitySite::rows( $log->append( $head, array( '{"kind":"system","actor":{"kind":"system"},"action":"start"}' ) ) )[0]['seq'] ),
			$attempt( static fn() => $log->checkpoint( $head ) ),
			$attempt( static fn() => $log->verifier()->finish( $head )->verdict() ),
			$attempt( static fn() => $log->export( $head )->position() ),
		),
		'audit_rows'   => static function ( array $rows, string $head, array $checkpoints, int $pause ) use ( $other, $attempt ): array {
			$verifier = $other->verifier( $checkpoints );
			$thrown   = array();
			foreach ( $rows as $at => $row ) {
				if ( $at === $pause ) {
					$state    = $verifier->suspend();
					$verifier = $other->verifier( $checkpoints );
					$verifier->resume( $state );
				}
				$answer = $attempt( static fn() => $verifier->feed( $row ) );
				if ( null !== $answer ) {
					$thrown[] = $answer;
				}
			}
			$report = $verifier->finish( $head );
			return array( $report->verdict(), $report->isOk(), $report->firstBad(), $report->until(), $report->findings(), $report->clockRegressions(), $report->size(), $report->checked(), $report->vouched(), $report->root(), $thrown );
		},
		'audit_csv'    => static function ( array $rows ): string {
			$table = new AuditCsv();
			foreach ( $rows as $row ) {
				$table->row( $row );
			}
			return $table->take();
		},
		'audit_file'   => static function ( string $bytes, array $keys, array $roots, ?string $seal_key, ?int $taken, int $chunk ) use ( $report ): array {
			$file = new AuditFile( $keys );
			foreach ( $roots as list( $size, $root ) ) {
				$file->expectRoot( $size, $root );
			}
			if ( null !== $seal_key ) {
				$file->expectSeals( $seal_key, $taken );
			}
			foreach ( '' === $bytes ? array() : str_split( $bytes, $chunk ) as $part ) {
				$file->push( $part );
			}
			return $report( $file->finish() );
		},
		'checkpoint'   => static function ( string $note, string $key ) use ( $report ): array {
			$file = new AuditFile( array( $key ) );
			$file->expectCheckpoint( $note );
			return $report( $file->finish() );
		},
		'verifier_key' => static function ( string $key ): bool {
			new AuditFile( array( $key ) );
			return true;
		},
		'seals'        => static function ( array $seals, string $first, ?int $taken ) use ( $log, $attempt ): array {
			$export  = $log->export( null );
			$answers = array_map( static fn( string $seal ) => $attempt( static fn() => $export->seal( $seal ) ), $seals );
			$file    = new AuditFile();
			$key     = $attempt( static fn() => $file->expectSeals( $first, $taken ) );
			return array( $answers, $export->take(), $key, $file->finish()->verdict() );
		},
		'consistency'  => AuditProof::isContinued( ... ),
		'inclusion'    => AuditProof::isIncluded( ... ),
		'prove'        => static function ( string $head, array $leaves, int $older, string $root, int $seq, string $damaged, int $at ) use ( $log, $attempt ): array {
			$told = $leaves;
			if ( $at >= 0 ) {
				$told[ $at ] = $damaged;
			}
			$prove = static function ( AuditProof $proof ) use ( $told ): mixed {
				$ranges = $proof->ranges();
				foreach ( $ranges as list( $from, $until ) ) {
					$proof->feed( array_slice( $told, $from, $until - $from ) );
				}
				return array( $ranges, $proof->finish() );
			};
			return array(
				$attempt( static fn() => $prove( $log->proveContinued( $head, $older, $root ) ) ),
				$attempt( static fn() => $prove( $log->proveEntry( $head, $seq, $leaves[ $seq ] ?? $damaged ) ) ),
			);
		},
	);
};

<?php

declare(strict_types=1);

namespace Countersign\Plugin\Audit;

use Countersign\AuditCsv;
use Countersign\AuditLog;

/**
 * Writes the whole log to a file, page by page: in the form that somebody without this site's keys or database can verify,
 * or as a table for people.
 */
final class Export {

	private const PAGE = 500;

	public function __construct( private readonly AuditLog $log ) {}

	/**
	 * The verifiable form: a line for each entry, with the stored checkpoints in their places, one of the head so that no entry
	 * is left unsigned, and a signed end. A log that was set back is exported without that one, as what was found.
	 *
	 * @param callable(string): void $send Takes the next piece of the file.
	 */
	public function ndjson( callable $send ): void {
		// In this order, so that no checkpoint is of a longer log than the head.
		$notes           = Checkpoints::by_size();
		[ $head, $note ] = Checkpoints::current( $this->log );
		if ( null !== $note ) {
			$notes[ $head->size ] = $note;
		}
		$export = $this->log->export( $head->text );
		foreach ( self::rows( $head->size ) as $rows ) {
			foreach ( $rows as $row ) {
				$export->row( $row );
				if ( isset( $notes[ $export->position() ] ) ) {
					$export->checkpoint( $notes[ $export->position() ] );
				}
			}
			$send( $export->take() );
		}
		$send( $export->finish() );
	}

	/**
	 * The table. It proves nothing.
	 *
	 * @param callable(string): void $send Takes the next piece of the file.
	 */
	public function csv( callable $send ): void {
		$csv = new AuditCsv();
		foreach ( self::rows( Log::head()->size ) as $rows ) {
			array_walk( $rows, static fn( array $row ) => $csv->row( $row ) );
			$send( $csv->take() );
		}
		$send( $csv->take() );
	}

	/** @return \Generator<list<array<string, mixed>>> Pages of rows as stored, in the order of the log. */
	private static function rows( int $size ): \Generator {
		for ( $next = 0; $next < $size; $next = 1 + (int) end( $rows )['seq'] ) {
			$rows = Entries::range( $next, $size, self::PAGE );
			// Rows are missing: the file says so, and whoever verifies it finds where.
			if ( ! $rows ) {
				return;
			}
			yield $rows;
		}
	}
}

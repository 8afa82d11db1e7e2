<?php

declare(strict_types=1);

namespace Countersign\Plugin\Audit;

use Countersign\AuditCsv;
use Countersign\AuditLog;

defined( 'ABSPATH' ) || exit;

/**
 * Exports the whole log, page by page: in a form that can be verified without this site's keys and database, or as a
 * table for reading.
 */
final class Export {

	/** Entries that are read from the database at a time. */
	private const PAGE = 500;

	public function __construct( private readonly AuditLog $log ) {}

	/**
	 * Exports the verifiable form: one line of JSON for each entry, the stored checkpoints between them, a checkpoint of the
	 * head, so that every entry is signed, and a signed end. If the log was longer before, the export lacks the checkpoint of
	 * the head and holds the log as it is.
	 *
	 * @param callable(string): void $send Receives the file piece by piece.
	 */
	public function ndjson( callable $send ): void {
		// Read before the head, so that no checkpoint signs a longer log than the head.
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
	 * Exports a table as CSV. It cannot be verified.
	 *
	 * @param callable(string): void $send Receives the file piece by piece.
	 */
	public function csv( callable $send ): void {
		$csv = new AuditCsv();
		foreach ( self::rows( Log::head()->size ) as $rows ) {
			array_walk( $rows, static fn( array $row ) => $csv->row( $row ) );
			$send( $csv->take() );
		}
		$send( $csv->take() );
	}

	/**
	 * Returns the stored rows in the order of the log, page by page.
	 *
	 * @return \Generator<list<array<string, mixed>>>
	 */
	private static function rows( int $size ): \Generator {
		for ( $next = 0; $next < $size; $next = 1 + (int) end( $rows )['seq'] ) {
			$rows = Entries::range( $next, $size, self::PAGE );
			// Rows are missing. The file ends here, and its verification reports the missing range.
			if ( ! $rows ) {
				return;
			}
			yield $rows;
		}
	}
}

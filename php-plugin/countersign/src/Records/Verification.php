<?php

declare(strict_types=1);

namespace Countersign\Plugin\Records;

use Countersign\Plugin\Audit\Entries;
use Countersign\Plugin\Audit\EntryDraft;
use Countersign\Plugin\Audit\Log;
use Countersign\Plugin\Audit\Unavailable;
use Countersign\Plugin\Site\ErrorLog;
use Countersign\Plugin\Site\Failure;
use Countersign\Record;

defined( 'ABSPATH' ) || exit;

/**
 * Checks that the audit log explains every record: that the entry which a record names exists, has the same leaf hash, and names
 * the version and the digest of the data, unless its text was pruned. Somebody who can seal records without the log, such as
 * hostile PHP on the site, is found by this.
 */
final class Verification {

	/** Cron event, every day. */
	public const HOOK = 'countersign_verify_records';

	/** Option: the last result. It only shows what was found. */
	public const OPTION = 'countersign_records_report';

	/** Records with a fault after which the verification ends. */
	private const MAX_NAMES = 50;

	public function __construct(
		private readonly Reader $reader,
		private readonly Inventory $inventory,
		private readonly Log $log,
	) {}

	/** Schedules the daily verification, unless it is scheduled. */
	public static function schedule(): void {
		if ( ! wp_next_scheduled( self::HOOK ) ) {
			wp_schedule_event( time() + HOUR_IN_SECONDS, 'daily', self::HOOK );
		}
	}

	/** Verifies all records. Callback of the daily cron event. */
	public function daily(): void {
		try {
			$this->run();
		} catch ( \Countersign\Exception | \RuntimeException $error ) {
			ErrorLog::failure( 'the records could not be verified', $error );
		}
	}

	/**
	 * Verifies all records, stores the report, and records each unexplained version once.
	 *
	 * @return array{time: int, checked: int, faults: array<string, string>, is_whole: bool} Unix seconds, number of records, name of a
	 *         record with its version => reason code, and whether all records were checked: the verification ends after 50 faults.
	 *
	 * @throws \Countersign\Exception If the extension's keys or store cannot be used.
	 * @throws Failure                If the database cannot be read.
	 * @throws Unavailable            If a finding cannot be recorded.
	 */
	public function run(): array {
		$known    = self::last()['faults'] ?? [];
		$faults   = [];
		$checked  = 0;
		$is_whole = true;
		foreach ( $this->inventory->rows() as $entry ) {
			if ( count( $faults ) >= self::MAX_NAMES ) {
				$is_whole = false;
				break;
			}
			++$checked;
			$opened = $this->reader->records()->open( $entry['kind'], $entry['id'], (string) $entry['text'] );
			$name   = "$entry[kind]:$entry[id]";
			if ( ! $opened instanceof Record ) {
				$faults[ $name ] = (string) $opened->reason();
			} elseif ( ! self::is_explained( $opened ) ) {
				$faults[ $name . ' ' . $opened->version() ] = 'record_unexplained';
			}
		}
		foreach ( array_keys( array_diff_assoc( $faults, $known ), 'record_unexplained', true ) as $name ) {
			$this->log->append( EntryDraft::admin( 'system', 'record.unexplained', strtok( $name, ' ' ) ?: null, [ 'record' => $name ], 'record_unexplained' ) );
		}
		$report = [
			'time'     => time(),
			'checked'  => $checked,
			'faults'   => $faults,
			'is_whole' => $is_whole,
		];
		update_option( self::OPTION, $report, false );
		return $report;
	}

	/**
	 * Returns the last result, or null if the records were never verified.
	 *
	 * @return array{time: int, checked: int, faults: array<string, string>, is_whole: bool}|null
	 */
	public static function last(): ?array {
		$report = get_option( self::OPTION );
		if ( ! is_array( $report ) || ! is_array( $report['faults'] ?? null ) ) {
			return null;
		}
		return [
			'time'     => (int) ( $report['time'] ?? 0 ),
			'checked'  => (int) ( $report['checked'] ?? 0 ),
			'faults'   => array_map( strval( ... ), array_filter( $report['faults'], is_string( ... ) ) ),
			'is_whole' => (bool) ( $report['is_whole'] ?? true ),
		];
	}

	private static function is_explained( Record $record ): bool {
		$named = $record->entry();
		$entry = Entries::at( $named['sequence'] );
		return null !== $entry && hash_equals( $named['leaf'], $entry['leaf'] ) && ( '' === $entry['body'] || $record->isExplainedBy( $entry['body'] ) );
	}
}

<?php

declare(strict_types=1);

namespace Countersign\Plugin\Audit;

use Countersign\AuditLog;
use Countersign\AuditReport;

defined( 'ABSPATH' ) || exit;

/**
 * Verifies the whole log, in several requests if one does not have enough time. The state of an unfinished run and the
 * last result are stored in an option. They are not passed through the browser, where a person could falsify them.
 */
final class Verification {

	/** Option: the last result, and the state of an unfinished run. */
	private const OPTION = 'countersign_verification';

	/** Entries that are read from the database at a time. */
	private const CHUNK = 1000;

	public function __construct( private readonly AuditLog $log ) {}

	/**
	 * Starts a run, or continues the unfinished one.
	 *
	 * @param float $seconds How long to work, approximately.
	 *
	 * @return bool Whether the run is finished.
	 *
	 * @throws \Countersign\Exception If the extension's keys or store cannot be used.
	 */
	public function run( float $seconds ): bool {
		$until = microtime( true ) + $seconds;
		$run   = self::stored()['run'] ?? null;
		if ( $run ) {
			$verifier = $this->log->verifier();
			$verifier->resume( $run['state'] );
		} else {
			// The order matters: the checkpoints, and the high-water mark that the verifier reads from the extension's store,
			// must not be of a longer log than the head, which is read last.
			$verifier = $this->log->verifier( Checkpoints::all() );
			$run      = self::begin();
		}
		while ( $run['next'] < $run['size'] ) {
			$rows = Entries::range( $run['next'], $run['size'], self::CHUNK );
			foreach ( $rows as $row ) {
				$verifier->feed( $row );
			}
			// If rows are missing there is nothing more to read. The verifier knows how many rows there should be.
			$run['next'] = count( $rows ) < self::CHUNK ? $run['size'] : 1 + (int) end( $rows )['seq'];
			if ( microtime( true ) > $until && $run['next'] < $run['size'] ) {
				$run['state'] = $verifier->suspend();
				self::store( [ 'run' => $run ] + self::stored() );
				return false;
			}
		}
		// A row after the head was not written by the log, unless another request has appended entries meanwhile.
		foreach ( Entries::range( $run['size'], PHP_INT_MAX, 1 ) as $row ) {
			if ( Log::head()->size === $run['size'] ) {
				$verifier->feed( $row );
			}
		}
		$this->finish( $verifier->finish( $run['head'] ) );
		return true;
	}

	/**
	 * Returns the last result, or null if the log was never verified.
	 *
	 * @return array{verdict: string, ok: bool, first_bad: int|null, checked: int, vouched: int, root: string, time: int}|null
	 */
	public static function last(): ?array {
		return self::stored()['report'] ?? null;
	}

	/**
	 * Returns the progress of an unfinished run, or null if there is none.
	 *
	 * @return array{int, int}|null Number of checked entries, and of all entries.
	 */
	public static function progress(): ?array {
		$run = self::stored()['run'] ?? null;
		return $run ? [ $run['next'], $run['size'] ] : null;
	}

	/** @return array<string, mixed> */
	private static function begin(): array {
		$head = Log::head();
		return [
			'next' => 0,
			'size' => $head->size,
			'head' => $head->text,
		];
	}

	private function finish( AuditReport $report ): void {
		if ( $report->isOk() ) {
			Checkpoints::store( $this->log );
		}
		self::store(
			[
				'report' => [
					'verdict'   => $report->verdict(),
					'ok'        => $report->isOk(),
					'first_bad' => $report->firstBad(),
					'checked'   => $report->checked(),
					'vouched'   => $report->vouched(),
					'root'      => $report->root(),
					'time'      => time(),
				],
			]
		);
	}

	/** @return array<string, mixed> */
	private static function stored(): array {
		$stored = get_option( self::OPTION, [] );
		return is_array( $stored ) ? $stored : [];
	}

	/** @param array<string, mixed> $value */
	private static function store( array $value ): void {
		update_option( self::OPTION, $value, false );
	}
}

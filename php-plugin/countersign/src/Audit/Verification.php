<?php

declare(strict_types=1);

namespace Countersign\Plugin\Audit;

use Countersign\AuditLog;
use Countersign\AuditReport;

/**
 * Verifies the whole log, in as many requests as it takes. What is under way and what was found last stand in an option,
 * on the server: whoever could write the state could falsify the result.
 */
final class Verification {

	/** Option: the last result, and the state of a run that is not finished. */
	private const OPTION = 'countersign_verification';

	private const CHUNK = 1000;

	public function __construct( private readonly AuditLog $log ) {}

	/**
	 * Begins anew, or goes on.
	 *
	 * @param float $seconds About how long to work.
	 *
	 * @return bool Whether it is finished.
	 */
	public function run( float $seconds ): bool {
		$until = microtime( true ) + $seconds;
		$run   = self::stored()['run'] ?? null;
		if ( $run ) {
			$verifier = $this->log->verifier();
			$verifier->resume( $run['state'] );
		} else {
			// In this order: neither the checkpoints nor the mark outside the database, which the verifier takes
			// up, can be of a longer log than the head that is read last.
			$verifier = $this->log->verifier( Checkpoints::all() );
			$run      = $this->begin();
		}
		while ( $run['next'] < $run['size'] ) {
			$rows = Entries::range( $run['next'], $run['size'], self::CHUNK );
			foreach ( $rows as $row ) {
				$verifier->feed( $row );
			}
			// Where rows are missing there is nothing more to read; the verifier knows how many it should have got.
			$run['next'] = count( $rows ) < self::CHUNK ? $run['size'] : 1 + (int) end( $rows )['seq'];
			if ( microtime( true ) > $until && $run['next'] < $run['size'] ) {
				$run['state'] = $verifier->suspend();
				self::store( [ 'run' => $run ] + self::stored() );
				return false;
			}
		}
		// Rows behind the head were put there by somebody else than the log.
		foreach ( Entries::range( $run['size'], PHP_INT_MAX, 1 ) as $row ) {
			if ( Log::head()->size === $run['size'] ) {
				$verifier->feed( $row );
			}
		}
		$this->finish( $verifier->finish( $run['head'] ) );
		return true;
	}

	/**
	 * The last result, or null.
	 *
	 * @return array{verdict: string, ok: bool, first_bad: int|null, checked: int, vouched: int, root: string, time: int}|null
	 */
	public static function last(): ?array {
		return self::stored()['report'] ?? null;
	}

	/**
	 * How far an unfinished run is, or null.
	 *
	 * @return array{int, int}|null Entries checked, and of how many.
	 */
	public static function progress(): ?array {
		$run = self::stored()['run'] ?? null;
		return $run ? [ $run['next'], $run['size'] ] : null;
	}

	/** @return array<string, mixed> */
	private function begin(): array {
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

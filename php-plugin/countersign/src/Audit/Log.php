<?php

declare(strict_types=1);

namespace Countersign\Plugin\Audit;

use Countersign\AuditAppend;
use Countersign\AuditLog;
use Countersign\Plugin\Site\Schema;

/**
 * The audit log: appending, and reading for people. There is no function that changes or removes an entry.
 */
final class Log {

	public function __construct(
		private readonly AuditLog $log,
		private readonly Storage $storage,
	) {}

	/** The storage that fits this site's database. */
	public static function storage(): Storage {
		$is_sqlite = defined( 'DB_ENGINE' ) && 'sqlite' === DB_ENGINE;
		return $is_sqlite ? new SqliteStorage() : new MysqlStorage();
	}

	/**
	 * Appends entries, all or none, in the order given.
	 *
	 * @param string|null ...$drafts Drafts as JSON; null is passed over.
	 *
	 * @throws Unavailable When they were not stored. Then what they tell of must not happen.
	 */
	public function append( ?string ...$drafts ): void {
		$drafts = array_values( array_filter( $drafts, is_string( ... ) ) );
		if ( [] === $drafts ) {
			return;
		}
		try {
			$append = $this->storage->append(
				fn( ?string $head ): AuditAppend => $this->log->append( $head, $drafts ),
				$this->log->checkpoint( ... )
			);
			$this->log->committed( $append->head() );
		} catch ( \Countersign\Exception $error ) {
			throw new Unavailable( $error->reason(), $error->getMessage(), $error );
		} catch ( \Throwable $error ) {
			throw new Unavailable( 'audit_unavailable', $error->getMessage(), $error );
		}
	}

	/**
	 * Whether an entry could be computed for the log as it stands. Stores nothing.
	 *
	 * @throws \Countersign\Exception `audit_rollback` when the log is shorter than it has been, or what else is wrong.
	 */
	public function check(): void {
		$this->log->append( self::head()->text, [ Draft::admin( 'system', 'audit.check' ) ] );
	}

	/**
	 * Takes a shorter log as the true one, because an administrator says that the database was restored from a backup.
	 * The log itself tells of it from then on.
	 *
	 * @throws Unavailable When that cannot be recorded.
	 */
	public function acknowledge_rollback(): void {
		$head = self::head();
		$this->log->acknowledgeRollback( $head->text );
		$this->append( Draft::admin( 'system', 'audit.rollback_acknowledged', 'audit', [ 'size' => $head->size ] ) );
	}

	/** The key with which anybody can check this log's checkpoints. */
	public function verifier_key(): string {
		return $this->log->verifierKey();
	}

	/** The head as stored, and how many entries it stands for. */
	public static function head(): Head {
		global $wpdb;
		$row = $wpdb->get_row( 'SELECT head, size FROM ' . Schema::table( 'audit_head' ) . ' WHERE id = 1', ARRAY_A ); // phpcs:ignore WordPress.DB
		return new Head( $row['head'] ?? null, (int) ( $row['size'] ?? 0 ) );
	}
}

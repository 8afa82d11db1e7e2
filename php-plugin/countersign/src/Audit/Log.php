<?php

declare(strict_types=1);

namespace Countersign\Plugin\Audit;

use Countersign\AuditAppend;
use Countersign\AuditLog;
use Countersign\Plugin\Site\ClientAddress;
use Countersign\Plugin\Site\ErrorLog;
use Countersign\Plugin\Site\Extension;
use Countersign\Plugin\Site\Failure;
use Countersign\Plugin\Site\Schema;

defined( 'ABSPATH' ) || exit;

/** The audit log. It offers no way to change or delete an entry. */
final class Log {

	private const UNSTORED = 'the entry could not be stored';

	public function __construct(
		private readonly Extension $extension,
		private readonly Storage $storage,
		private readonly ClientAddress $client,
	) {}

	/** Returns the storage for this site's database: SQLite if the SQLite drop-in is in use, else MySQL or MariaDB. */
	public static function storage(): Storage {
		$is_sqlite = defined( 'DB_ENGINE' ) && 'sqlite' === DB_ENGINE;
		return $is_sqlite ? new SqliteStorage() : new MysqlStorage();
	}

	/**
	 * Appends entries in the given order: all of them, or none.
	 *
	 * @param EntryDraft|string|null ...$drafts Drafts of the plugin, and drafts of the extension, which are JSON. Null is skipped.
	 *
	 * @throws Unavailable If the entries were not stored, for any reason. The caller must not do what it wanted to record.
	 */
	public function append( EntryDraft|string|null ...$drafts ): void {
		$drafts = array_values( array_filter( $drafts, static fn( EntryDraft|string|null $draft ): bool => null !== $draft ) );
		if ( [] !== $drafts ) {
			$this->store( $drafts, [] );
		}
	}

	/**
	 * Makes changes of the plugin's tables and appends the entry that records them: all of it, or nothing. Of several requests
	 * that make the same change at once, one makes and records it.
	 *
	 * @param list<Change>      $changes At least one. The condition of each says in which state there is something to change.
	 * @param EntryDraft|string $draft   Draft of the plugin, or a draft of the extension, which is JSON.
	 *
	 * @return bool True if the changes were made and recorded. False if one of them found nothing to change; then none was made.
	 *
	 * @throws ChangeFailed If the database refused a change.
	 * @throws Unprotected  If the changes and the entry are stored, but the log's mark outside the database could not be raised.
	 * @throws Unavailable  If the entry was not stored, for any reason.
	 */
	public function append_with( array $changes, EntryDraft|string $draft ): bool {
		return $this->store( [ $draft ], $changes );
	}

	/** Returns a draft as JSON, with the address of this request's client. */
	public function json( EntryDraft|string $draft ): string {
		return is_string( $draft ) ? $draft : $draft->to_json( $this->client->current() );
	}

	/**
	 * Reads a row past every cache and every replica of the database, as {@see Storage::primary_row()} describes.
	 *
	 * @param string           $sql    A SELECT with a question mark for each value.
	 * @param list<int|string> $values The values.
	 *
	 * @return array<string, mixed>|null Column => value.
	 *
	 * @throws Failure If the row cannot be read.
	 */
	public function primary_row( string $sql, array $values ): ?array {
		try {
			return $this->storage->primary_row( $sql, $values );
		} catch ( \Throwable $error ) {
			throw new Failure( 'A row could not be read from the primary database.', 0, $error );
		}
	}

	/**
	 * @param list<EntryDraft|string> $drafts
	 * @param list<Change>            $changes
	 */
	private function store( array $drafts, array $changes ): bool {
		try {
			$drafts = array_map( $this->json( ... ), $drafts );
			$log    = $this->extension->audit_log();
			$append = $this->storage->append(
				static fn( ?string $head ): AuditAppend => $log->append( $head, $drafts ),
				$log->checkpoint( ... ),
				...$changes
			);
			if ( null === $append ) {
				return false;
			}
			self::raise_mark( $log, $append, [] !== $changes );
			return true;
		} catch ( ChangeFailed | Unprotected $error ) {
			throw $error;
		} catch ( \Throwable $error ) {
			// Code of other plugins runs here too, such as filters of options. Their messages can hold anything.
			$reason = ErrorLog::is_of_extension( $error ) ? $error->reason() : 'audit_unavailable';
			throw new Unavailable( $reason, ErrorLog::message( $error ) ?? self::UNSTORED, $error ); // phpcs:ignore WordPress.Security.EscapeOutput.ExceptionNotEscaped -- For the error log.
		}
	}

	/**
	 * Raises the log's mark outside the database.
	 *
	 * @throws Unprotected            If the mark could not be raised, and the transaction also changed other tables.
	 * @throws \Countersign\Exception If the mark could not be raised, and the transaction stored entries only.
	 */
	private static function raise_mark( AuditLog $log, AuditAppend $append, bool $has_changes ): void {
		try {
			$log->committed( $append->head() );
		} catch ( \Countersign\Exception $error ) {
			throw $has_changes ? Unprotected::because( $error ) : $error; // phpcs:ignore WordPress.Security.EscapeOutput.ExceptionNotEscaped -- For the error log.
		}
	}

	/**
	 * Checks that an entry can be computed for the log in its current state. Stores nothing.
	 *
	 * @throws \Countersign\Exception `audit_rollback` if the log was longer before, or the reason code of another failure.
	 */
	public function check(): void {
		$this->extension->audit_log()->append( self::head()->text, [ EntryDraft::admin( 'system', 'audit.check' )->to_json( '' ) ] );
	}

	/**
	 * Accepts the log although it was longer before, because an administrator confirms that the database was restored from a
	 * backup. Records this in the log.
	 *
	 * @throws Unavailable            If this cannot be recorded.
	 * @throws \Countersign\Exception If the extension's keys or store cannot be used.
	 */
	public function acknowledge_rollback(): void {
		$head = self::head();
		$this->extension->audit_log()->acknowledgeRollback( $head->text );
		$this->append( EntryDraft::admin( 'system', 'audit.rollback_acknowledged', 'audit', [ 'size' => $head->size ] ) );
	}

	/**
	 * Returns the public key that verifies this log's checkpoints, in the format of C2SP signed-note.
	 *
	 * @throws \Countersign\Exception If the extension's keys or store cannot be used.
	 */
	public function verifier_key(): string {
		return $this->extension->audit_log()->verifierKey();
	}

	/** Returns the stored head. */
	public static function head(): Head {
		global $wpdb;
		$row = $wpdb->get_row( $wpdb->prepare( 'SELECT head, size FROM %i WHERE id = 1', Schema::table( 'audit_head' ) ), ARRAY_A ); // phpcs:ignore WordPress.DB.DirectDatabaseQuery -- A table of this plugin, past any cache.
		return new Head( $row['head'] ?? null, (int) ( $row['size'] ?? 0 ) );
	}
}

<?php

declare(strict_types=1);

namespace Countersign\Plugin\Audit;

use Countersign\AuditAppend;
use Countersign\AuditLog;
use Countersign\Plugin\Site\Schema;

defined( 'ABSPATH' ) || exit;

/**
 * Stored checkpoints: signed heads of the log (C2SP signed notes). A later verification compares the log with them.
 */
final class Checkpoints {

	/** Entries between two checkpoints that are stored automatically. */
	private const EVERY = 256;

	/** Tells whether an append reached or passed a multiple of 256 entries, so that a checkpoint is due. */
	public static function is_due( AuditAppend $append ): bool {
		$before = $append->size() - count( $append->rows() );
		return intdiv( $append->size(), self::EVERY ) > intdiv( $before, self::EVERY );
	}

	/**
	 * Returns the current head and a checkpoint of it.
	 *
	 * @return array{Head, string|null} The checkpoint is null if the log is empty, or if the extension does not sign the head
	 *                                  because the log was longer before or the store is not available.
	 */
	// @mago-ignore analysis:missing-return-statement The loop ends only by a return.
	public static function current( AuditLog $log ): array {
		for ( $tries = 50; ; $tries-- ) {
			$head = Log::head();
			if ( null === $head->text ) {
				return [ $head, null ];
			}
			try {
				return [ $head, $log->checkpoint( $head->text ) ];
			} catch ( \Countersign\Exception ) {
				// Another request may have appended entries since the head was read. If it has not, trying again is useless.
				if ( $tries <= 0 || Log::head()->text === $head->text ) {
					return [ $head, null ];
				}
			}
		}
	}

	/** Stores a checkpoint of the current head. Stores nothing if {@see current()} returns no checkpoint. */
	public static function store( AuditLog $log ): void {
		global $wpdb;
		[ $head, $note ] = self::current( $log );
		if ( null === $note ) {
			return;
		}
		$wpdb->replace( // phpcs:ignore WordPress.DB.DirectDatabaseQuery -- A table of this plugin, past any cache.
			Schema::table( 'audit_checkpoint' ),
			[
				'size' => $head->size,
				'note' => $note,
				'time' => time(),
			],
			[ '%d', '%s', '%d' ]
		);
	}

	/** Returns the newest checkpoint, or null if there is none. */
	public static function newest(): ?string {
		global $wpdb;
		return $wpdb->get_var( $wpdb->prepare( 'SELECT note FROM %i ORDER BY size DESC LIMIT 1', Schema::table( 'audit_checkpoint' ) ) ); // phpcs:ignore WordPress.DB.DirectDatabaseQuery -- A table of this plugin, past any cache.
	}

	/**
	 * Returns all checkpoints, the oldest first.
	 *
	 * @return list<string>
	 */
	public static function all(): array {
		global $wpdb;
		return array_map( 'strval', array_values( $wpdb->get_col( $wpdb->prepare( 'SELECT note FROM %i ORDER BY size', Schema::table( 'audit_checkpoint' ) ) ) ) ); // phpcs:ignore WordPress.DB.DirectDatabaseQuery -- A table of this plugin, past any cache.
	}

	/**
	 * Returns all checkpoints, by the size of the log that each one signs.
	 *
	 * @return array<int, string>
	 */
	public static function by_size(): array {
		global $wpdb;
		$rows = $wpdb->get_results( $wpdb->prepare( 'SELECT size, note FROM %i', Schema::table( 'audit_checkpoint' ) ), ARRAY_A ); // phpcs:ignore WordPress.DB.DirectDatabaseQuery -- A table of this plugin, past any cache.
		return array_map( 'strval', array_column( $rows ?: [], 'note', 'size' ) );
	}
}

<?php

declare(strict_types=1);

namespace Countersign\Plugin\Audit;

use Countersign\AuditAppend;
use Countersign\AuditLog;
use Countersign\Plugin\Site\Schema;

/** Signed states of the log, kept so that a later verification can hold the log against them. */
final class Checkpoints {

	private const EVERY = 256;

	/** Whether this append crossed a multiple of 256 entries. */
	public static function is_due( AuditAppend $append ): bool {
		$before = $append->size() - count( $append->rows() );
		return intdiv( $append->size(), self::EVERY ) > intdiv( $before, self::EVERY );
	}

	/**
	 * The head as it is now, and a checkpoint of it: null where there is none to sign, or the extension does not: the log
	 * has been longer, or its store cannot be reached.
	 *
	 * @return array{Head, string|null}
	 */
	public static function current( AuditLog $log ): array {
		for ( $tries = 5; ; $tries-- ) {
			$head = Log::head();
			if ( null === $head->text ) {
				return [ $head, null ];
			}
			try {
				return [ $head, $log->checkpoint( $head->text ) ];
			} catch ( \Countersign\Exception ) {
				// Another request may have appended since the head was read. A log that was set back stays as it is.
				if ( $tries <= 0 || Log::head()->text === $head->text ) {
					return [ $head, null ];
				}
			}
		}
	}

	/** Stores a checkpoint of the head as it is now, outside of any append; none where {@see current()} has none. */
	public static function store( AuditLog $log ): void {
		global $wpdb;
		[ $head, $note ] = self::current( $log );
		if ( null === $note ) {
			return;
		}
		$wpdb->replace(
			Schema::table( 'audit_checkpoint' ),
			[
				'size' => $head->size,
				'note' => $note,
				'time' => time(),
			],
			[ '%d', '%s', '%d' ]
		);
	}

	/** The newest, null when none was made yet. */
	public static function newest(): ?string {
		global $wpdb;
		return $wpdb->get_var( 'SELECT note FROM ' . Schema::table( 'audit_checkpoint' ) . ' ORDER BY size DESC LIMIT 1' ); // phpcs:ignore WordPress.DB
	}

	/** @return list<string> All of them, the oldest first. */
	public static function all(): array {
		global $wpdb;
		return array_map( 'strval', $wpdb->get_col( 'SELECT note FROM ' . Schema::table( 'audit_checkpoint' ) . ' ORDER BY size' ) ); // phpcs:ignore WordPress.DB
	}

	/** @return array<int, string> All of them by the size they are about. */
	public static function by_size(): array {
		global $wpdb;
		return array_map( 'strval', array_column( $wpdb->get_results( 'SELECT size, note FROM ' . Schema::table( 'audit_checkpoint' ), ARRAY_A ) ?: [], 'note', 'size' ) ); // phpcs:ignore WordPress.DB
	}
}

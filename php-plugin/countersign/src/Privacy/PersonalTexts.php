<?php

declare(strict_types=1);

namespace Countersign\Plugin\Privacy;

use Countersign\Plugin\Audit\Change;
use Countersign\Plugin\Audit\Entries;
use Countersign\Plugin\Audit\EntryDraft;
use Countersign\Plugin\Audit\Log;
use Countersign\Plugin\Site\Failure;
use Countersign\Plugin\Site\Schema;

defined( 'ABSPATH' ) || exit;

/**
 * The texts of the audit log that belong to a person: those of the entries whose actor the person is, and those of entries about
 * the person, except who did that and from where.
 */
final class PersonalTexts {

	public function __construct( private readonly Log $log ) {}

	/**
	 * Returns entries with texts of a person, oldest first.
	 *
	 * @param int $user   Id of the user.
	 * @param int $limit  Largest number of entries.
	 * @param int $offset Number of entries to skip.
	 *
	 * @return list<array<string, mixed>> Rows with only those `texts` that belong to the person.
	 *
	 * @throws Failure If the log cannot be read.
	 */
	public static function of( int $user, int $limit, int $offset = 0 ): array {
		global $wpdb;
		$seqs = $wpdb->get_col( // phpcs:ignore WordPress.DB.DirectDatabaseQuery -- A table of this plugin, past any cache.
			$wpdb->prepare(
				"SELECT DISTINCT entry.seq FROM %i entry JOIN %i told ON told.seq = entry.seq
				WHERE entry.user = %d OR ( entry.target = %s AND told.path NOT LIKE 'actor.%%' ) ORDER BY entry.seq LIMIT %d OFFSET %d",
				Schema::table( 'audit_entry' ),
				Schema::table( 'audit_text' ),
				$user,
				"user:$user",
				$limit,
				$offset
			)
		);
		Failure::if_refused( 'The texts of the audit log could not be read.' );
		return array_map(
			static function ( array $row ) use ( $user ): array {
				$row['texts'] = array_values( array_filter( $row['texts'], static fn( array $text ): bool => self::is_own( $row, $text['path'], $user ) ) );
				return $row;
			},
			Entries::at_places( array_map( intval( ... ), $seqs ) )
		);
	}

	/**
	 * Erases the texts of some entries of a person, and records how many. The entries stay as they are.
	 *
	 * @return int Number of entries of which texts were erased. If it is less than `$limit`, no more are left.
	 *
	 * @throws \Throwable If nothing was erased.
	 */
	public function erase( int $user, int $limit ): int {
		$rows = self::of( $user, $limit );
		if ( ! $rows ) {
			return 0;
		}
		$own   = [];
		$about = [];
		foreach ( $rows as $row ) {
			if ( (int) $row['user'] === $user ) {
				$own[] = (int) $row['seq'];
			} else {
				$about[] = (int) $row['seq'];
			}
		}
		$sql   = 'DELETE FROM ' . Schema::table( 'audit_text' ) . ' WHERE seq IN (' . implode( ',', $own ?: [ -1 ] ) . ')'
			. ' OR ( seq IN (' . implode( ',', $about ?: [ -1 ] ) . ") AND path NOT LIKE 'actor.%' )";
		$count = array_sum( array_map( static fn( array $row ): int => count( $row['texts'] ), $rows ) );
		$draft = EntryDraft::admin( 'system', 'privacy.erased', "user:$user", [ 'entries' => count( $rows ), 'texts' => $count ] );
		// Without the address of who erases: if people erase their own texts, that would be one more text to erase.
		$this->log->append_with( [ new Change( $sql, [] ) ], $draft->to_json( '' ) );
		return count( $rows );
	}

	/** Returns how many entries of a person hold an address that cannot be erased, because an older version wrote them. */
	public static function lasting( int $user ): int {
		global $wpdb;
		$count = $wpdb->get_var( $wpdb->prepare( 'SELECT COUNT(*) FROM %i WHERE user = %d AND INSTR(body, %s) > 0', Schema::table( 'audit_entry' ), $user, '"ip":"' ) ); // phpcs:ignore WordPress.DB.DirectDatabaseQuery -- A table of this plugin, past any cache.
		Failure::if_refused( 'The audit log could not be read.' );
		return (int) $count;
	}

	/** @param array<string, mixed> $row */
	private static function is_own( array $row, string $path, int $user ): bool {
		return (int) $row['user'] === $user || ! str_starts_with( $path, 'actor.' );
	}
}

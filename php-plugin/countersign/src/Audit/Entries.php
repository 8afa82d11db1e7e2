<?php

declare(strict_types=1);

namespace Countersign\Plugin\Audit;

use Countersign\Plugin\Site\Failure;
use Countersign\Plugin\Site\Schema;

defined( 'ABSPATH' ) || exit;

/** Reads audit entries: pages of a filtered list for people, and ranges in the order of the log for verification. */
final class Entries {

	/** Columns that can be filtered by an exact value. */
	private const FILTERS = [ 'outcome', 'kind', 'connection', 'correlation' ];

	/**
	 * Returns one page, the newest entries first. Pages by sequence number, so that the last page is as fast as the first.
	 *
	 * @param array<string, string> $filters `outcome`, `kind`, `connection` and `correlation` match exactly; `search` matches a part
	 *                                       of the action, target, actor, client, reason, correlation or of a text; `from` and `to` are
	 *                                       Unix seconds, `to` excluded; `steps` = `ended` omits intents whose outcome is
	 *                                       recorded. Empty values do not filter.
	 * @param int|null              $before  Only entries with a smaller sequence number, or null for the first page.
	 * @param int                   $limit   Entries on a page.
	 *
	 * @return list<array<string, mixed>> Stored rows, each with its `texts`.
	 */
	public static function page( array $filters, ?int $before, int $limit ): array {
		global $wpdb;
		[ $where, $values ] = self::where( $filters );
		if ( null !== $before ) {
			$where[]  = 'seq < %d';
			$values[] = $before;
		}
		$condition = implode( ' AND ', $where ?: [ '1 = 1' ] );
		$rows      = $wpdb->get_results( // phpcs:ignore WordPress.DB.DirectDatabaseQuery -- A table of this plugin, past any cache.
			$wpdb->prepare( // phpcs:ignore WordPress.DB.PreparedSQLPlaceholders -- The values are spread from a list.
				"SELECT * FROM %i WHERE $condition ORDER BY seq DESC LIMIT %d", // phpcs:ignore WordPress.DB.PreparedSQL, WordPress.DB.PreparedSQLPlaceholders -- Conditions are constants of where().
				[ Schema::table( 'audit_entry' ), ...$values, $limit ]
			),
			ARRAY_A
		);
		return self::with_texts( $rows ?: [] );
	}

	/**
	 * Returns the `$before` with which {@see page()} returns the previous page, or null if that is the first page.
	 *
	 * @param array<string, string> $filters As for {@see page()}.
	 * @param int                   $after   Sequence number of the first entry of the current page.
	 * @param int                   $limit   Entries on a page.
	 */
	public static function before_of_previous_page( array $filters, int $after, int $limit ): ?int {
		global $wpdb;
		[ $where, $values ] = self::where( $filters );
		$condition          = implode( ' AND ', [ ...$where, 'seq > %d' ] );
		$seqs               = $wpdb->get_col( // phpcs:ignore WordPress.DB.DirectDatabaseQuery -- A table of this plugin, past any cache.
			$wpdb->prepare( // phpcs:ignore WordPress.DB.PreparedSQLPlaceholders -- The values are spread from a list.
				"SELECT seq FROM %i WHERE $condition ORDER BY seq ASC LIMIT %d", // phpcs:ignore WordPress.DB.PreparedSQL, WordPress.DB.PreparedSQLPlaceholders -- Conditions are constants of where().
				[ Schema::table( 'audit_entry' ), ...$values, $after, $limit + 1 ]
			)
		);
		return count( $seqs ) > $limit ? (int) end( $seqs ) : null;
	}

	/**
	 * Returns entries in the order of the log.
	 *
	 * @param int $from  First sequence number.
	 * @param int $below Sequence number after the last one.
	 * @param int $limit Largest number of entries to return.
	 *
	 * @return list<array<string, mixed>> Stored rows, each with its `texts`.
	 */
	public static function range( int $from, int $below, int $limit ): array {
		global $wpdb;
		$rows = $wpdb->get_results( // phpcs:ignore WordPress.DB.DirectDatabaseQuery -- A table of this plugin, past any cache.
			$wpdb->prepare( 'SELECT * FROM %i WHERE seq >= %d AND seq < %d ORDER BY seq ASC LIMIT %d', Schema::table( 'audit_entry' ), $from, $below, $limit ),
			ARRAY_A
		);
		return self::with_texts( $rows ?: [] );
	}

	/**
	 * Returns entries by their sequence numbers, in the order of the log.
	 *
	 * @param list<int> $seqs Sequence numbers.
	 *
	 * @return list<array<string, mixed>> Stored rows, each with its `texts`.
	 */
	public static function at_places( array $seqs ): array {
		global $wpdb;
		$list = implode( ',', array_map( intval( ... ), $seqs ) );
		$rows = '' === $list ? [] : $wpdb->get_results( $wpdb->prepare( "SELECT * FROM %i WHERE seq IN ($list) ORDER BY seq ASC", Schema::table( 'audit_entry' ) ), ARRAY_A ); // phpcs:ignore WordPress.DB.DirectDatabaseQuery, WordPress.DB.PreparedSQL -- A table of this plugin, past any cache. The list has numbers only.
		Failure::if_refused( 'The audit log could not be read.' );
		return self::with_texts( $rows ?: [] );
	}

	/**
	 * Adds the member `texts` to rows: those of its texts that were not erased, as the extension takes them.
	 *
	 * @param list<array<string, mixed>> $rows
	 *
	 * @return list<array<string, mixed>>
	 */
	private static function with_texts( array $rows ): array {
		global $wpdb;
		if ( ! $rows ) {
			return [];
		}
		$seqs  = implode( ',', array_map( intval( ... ), array_column( $rows, 'seq' ) ) );
		$texts = $wpdb->get_results( // phpcs:ignore WordPress.DB.DirectDatabaseQuery -- A table of this plugin, past any cache.
			$wpdb->prepare( "SELECT seq, path, salt, value FROM %i WHERE seq IN ($seqs) ORDER BY seq, path", Schema::table( 'audit_text' ) ), // phpcs:ignore WordPress.DB.PreparedSQL -- Numbers.
			ARRAY_A
		);
		Failure::if_refused( 'The texts of the audit log could not be read.' );
		$by_seq = [];
		foreach ( $texts ?: [] as $text ) {
			$by_seq[ (int) $text['seq'] ][] = $text;
		}
		foreach ( $rows as $position => $row ) {
			$rows[ $position ]['texts'] = $by_seq[ (int) $row['seq'] ] ?? [];
		}
		return $rows;
	}

	/**
	 * Returns the stored leaf hash and bytes of one entry, or null if there is none.
	 *
	 * @return array{leaf: string, body: string}|null `body` is '' if the entry was pruned.
	 *
	 * @throws Failure If the database cannot be read.
	 */
	public static function at( int $seq ): ?array {
		global $wpdb;
		$row = $wpdb->get_row( $wpdb->prepare( 'SELECT leaf, body FROM %i WHERE seq = %d', Schema::table( 'audit_entry' ), $seq ), ARRAY_A ); // phpcs:ignore WordPress.DB.DirectDatabaseQuery -- A table of this plugin, past any cache.
		Failure::if_refused( 'An entry of the audit log could not be read.' );
		return $row ? [
			'leaf' => (string) $row['leaf'],
			'body' => (string) $row['body'],
		] : null;
	}

	/**
	 * @param array<string, string> $filters
	 *
	 * @return array{list<string>, list<string|int>} Conditions, and the values for their placeholders.
	 */
	private static function where( array $filters ): array {
		global $wpdb;
		$where  = [];
		$values = [];
		foreach ( self::FILTERS as $column ) {
			if ( '' !== ( $filters[ $column ] ?? '' ) ) {
				$where[]  = "`$column` = %s";
				$values[] = $filters[ $column ];
			}
		}
		$bounds = [
			'from' => '>=',
			'to'   => '<',
		];
		foreach ( $bounds as $bound => $operator ) {
			if ( '' !== ( $filters[ $bound ] ?? '' ) ) {
				$where[]  = "`time` $operator %d";
				$values[] = 1000 * (int) $filters[ $bound ];
			}
		}
		if ( 'ended' === ( $filters['steps'] ?? '' ) ) {
			// A review and the calls that use its confirmation have the same correlation id, and only the first of these calls
			// begins. So an intent has ended if as many outcomes of its action follow as intents, including itself.
			$table   = Schema::table( 'audit_entry' );
			$ended   = "SELECT COALESCE(SUM(CASE later.kind WHEN 'outcome' THEN 1 WHEN 'intent' THEN -1 ELSE 0 END), 0) FROM $table later"
				. " WHERE later.correlation = $table.correlation AND later.action = $table.action AND later.seq > $table.seq";
			$where[] = "NOT (kind = 'intent' AND ($ended) > 0)";
		}
		if ( '' !== ( $filters['search'] ?? '' ) ) {
			$like = '%' . $wpdb->esc_like( $filters['search'] ) . '%';
			$any  = [];
			foreach ( [ 'action', 'target', 'actor', 'client', 'reason', 'correlation' ] as $column ) {
				$any[]    = "`$column` LIKE %s";
				$values[] = $like;
			}
			// A text is JSON, in which some characters are escaped.
			$word     = substr( (string) wp_json_encode( $filters['search'], JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE ), 1, -1 );
			$any[]    = 'EXISTS (SELECT 1 FROM ' . Schema::table( 'audit_text' ) . ' told WHERE told.seq = ' . Schema::table( 'audit_entry' ) . '.seq AND told.value LIKE %s)';
			$values[] = '%' . $wpdb->esc_like( $word ) . '%';
			$where[]  = '(' . implode( ' OR ', $any ) . ')';
		}
		return [ $where, $values ];
	}
}

<?php

declare(strict_types=1);

namespace Countersign\Plugin\Audit;

use Countersign\Plugin\Site\Schema;

/** Reads entries: pages of a filtered list for people, and everything in order for verification. */
final class Entries {

	private const FILTERS = [ 'outcome', 'kind', 'connection', 'correlation' ];

	/**
	 * One page, the newest entries first. Keyset paging: as fast on the last page as on the first.
	 *
	 * @param array<string, string> $filters `outcome`, `kind`, `connection`, `correlation` exactly; `search` in action, target,
	 *                                       actor, client and reason; `from` and `to` as Unix seconds; `steps` = `ended` leaves
	 *                                       out intents whose outcome is known. Empty ones do not filter.
	 * @param int|null              $before  Only entries with a smaller sequence number.
	 * @param int                   $limit   How many.
	 *
	 * @return list<array<string, mixed>> Rows as stored.
	 */
	public static function page( array $filters, ?int $before, int $limit ): array {
		global $wpdb;
		[ $where, $values ] = self::where( $filters );
		if ( null !== $before ) {
			$where[]  = 'seq < %d';
			$values[] = $before;
		}
		$values[] = $limit;
		$sql      = 'SELECT * FROM ' . Schema::table( 'audit_entry' ) . ( $where ? ' WHERE ' . implode( ' AND ', $where ) : '' ) . ' ORDER BY seq DESC LIMIT %d';
		return $wpdb->get_results( $wpdb->prepare( $sql, $values ), ARRAY_A ) ?: []; // phpcs:ignore WordPress.DB -- built from constants.
	}

	/**
	 * The sequence number to page from so that the page before this one is shown, or null for the first page.
	 *
	 * @param array<string, string> $filters As {@see page()}.
	 * @param int                   $after   The first entry of the present page.
	 * @param int                   $limit   Page size.
	 */
	public static function before_of_previous_page( array $filters, int $after, int $limit ): ?int {
		global $wpdb;
		[ $where, $values ] = self::where( $filters );
		$where[]            = 'seq > %d';
		array_push( $values, $after, $limit + 1 );
		$sql  = 'SELECT seq FROM ' . Schema::table( 'audit_entry' ) . ' WHERE ' . implode( ' AND ', $where ) . ' ORDER BY seq ASC LIMIT %d';
		$seqs = $wpdb->get_col( $wpdb->prepare( $sql, $values ) ); // phpcs:ignore WordPress.DB
		return count( $seqs ) > $limit ? (int) end( $seqs ) : null;
	}

	/**
	 * Entries in the order of the log.
	 *
	 * @param int $from  First sequence number.
	 * @param int $below Up to but without this one.
	 *
	 * @return list<array<string, mixed>> Rows as stored.
	 */
	public static function range( int $from, int $below, int $limit ): array {
		global $wpdb;
		$sql = 'SELECT * FROM ' . Schema::table( 'audit_entry' ) . ' WHERE seq >= %d AND seq < %d ORDER BY seq ASC LIMIT %d';
		return $wpdb->get_results( $wpdb->prepare( $sql, $from, $below, $limit ), ARRAY_A ) ?: []; // phpcs:ignore WordPress.DB
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
		foreach ( [ 'from' => '>=', 'to' => '<' ] as $bound => $operator ) { // phpcs:ignore
			if ( '' !== ( $filters[ $bound ] ?? '' ) ) {
				$where[]  = "`time` $operator %d";
				$values[] = 1000 * (int) $filters[ $bound ];
			}
		}
		if ( 'ended' === ( $filters['steps'] ?? '' ) ) {
			$table   = Schema::table( 'audit_entry' );
			$where[] = "NOT (kind = 'intent' AND EXISTS (SELECT 1 FROM $table later WHERE later.correlation = $table.correlation AND later.kind = 'outcome'))";
		}
		if ( '' !== ( $filters['search'] ?? '' ) ) {
			$like = '%' . $wpdb->esc_like( $filters['search'] ) . '%';
			$any  = [];
			foreach ( [ 'action', 'target', 'actor', 'client', 'reason', 'correlation' ] as $column ) {
				$any[]    = "`$column` LIKE %s";
				$values[] = $like;
			}
			$where[] = '(' . implode( ' OR ', $any ) . ')';
		}
		return [ $where, $values ];
	}
}

<?php

declare(strict_types=1);

namespace Countersign\Tests;

use Countersign\Plugin\Audit\Head;
use Countersign\Plugin\Audit\Log;

/**
 * A backup of the database, as far as the rows of some connections and posts, the options and the audit log go. Whoever puts a
 * database back usually sets the address where the site is, but need not.
 */
final class Backup {

	/** Table => column that names what a row belongs to. */
	private const TABLES = [
		'connections' => 'id',
		'grants'      => 'connection_id',
		'schedules'   => 'post_id',
	];

	/**
	 * @param array<string, list<array<string, string|null>>> $rows    Table => rows.
	 * @param array<string, string>                           $options Name => value.
	 */
	private function __construct(
		private readonly array $rows,
		private readonly array $options,
		private readonly Head $head,
		private readonly string $home,
	) {}

	/**
	 * Makes a backup.
	 *
	 * @param list<int> $connections
	 * @param list<int> $posts
	 */
	public static function of( array $connections, array $posts ): self {
		$rows = [];
		foreach ( self::tables( $connections, $posts ) as $table => [ $column, $ids ] ) {
			$rows[ $table ] = self::rows( $table, $column, $ids );
		}
		return new self( $rows, self::options(), Log::head(), (string) Site::stored( 'home' ) );
	}

	/**
	 * Puts everything back. What was made since is gone.
	 *
	 * @param list<int> $connections All that exist now.
	 * @param list<int> $posts       All that exist now.
	 * @param bool      $with_log    Whether the audit log is put back too.
	 * @param bool      $with_place  Whether the address of that time is put back too.
	 */
	public function restore( array $connections, array $posts, bool $with_log, bool $with_place = false ): void {
		global $wpdb;
		foreach ( self::tables( $connections, $posts ) as $table => [ $column, $ids ] ) {
			if ( [] !== $ids ) {
				$wpdb->query( "DELETE FROM $table WHERE $column IN (" . implode( ',', $ids ) . ')' ); // phpcs:ignore
			}
			foreach ( $this->rows[ $table ] as $row ) {
				if ( false === $wpdb->insert( $table, $row ) ) {
					throw new \RuntimeException( $wpdb->last_error );
				}
			}
		}
		foreach ( array_diff_key( self::options(), $this->options ) as $name => $value ) {
			Site::plant( $name, null );
		}
		foreach ( array_diff_assoc( $this->options, self::options() ) as $name => $value ) {
			Site::plant( $name, $value );
		}
		if ( $with_log ) {
			AuditTrail::cut( $this->head );
		}
		if ( $with_place ) {
			Site::plant( 'home', $this->home );
		}
		wp_cache_flush();
	}

	/**
	 * @param list<int> $connections
	 * @param list<int> $posts
	 *
	 * @return array<string, array{string, list<int>}> Table => column and ids.
	 */
	private static function tables( array $connections, array $posts ): array {
		global $wpdb;
		$tables = [ $wpdb->posts => [ 'ID', $posts ] ];
		foreach ( self::TABLES as $table => $column ) {
			$tables[ Site::table( $table ) ] = [ $column, 'post_id' === $column ? $posts : $connections ];
		}
		return $tables;
	}

	/** @param list<int> $ids @return list<array<string, string|null>> */
	private static function rows( string $table, string $column, array $ids ): array {
		global $wpdb;
		return [] === $ids ? [] : $wpdb->get_results( "SELECT * FROM $table WHERE $column IN (" . implode( ',', $ids ) . ')', ARRAY_A ); // phpcs:ignore
	}

	/** @return array<string, string> */
	private static function options(): array {
		global $wpdb;
		return array_column( $wpdb->get_results( "SELECT option_name, option_value FROM $wpdb->options WHERE option_name LIKE 'countersign\\_%'", ARRAY_A ), 'option_value', 'option_name' );
	}
}

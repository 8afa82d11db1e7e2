<?php

declare(strict_types=1);

namespace Countersign\Tests;

/** The database of the site under test, over PHP's driver: no cache, filter or guard of WordPress is involved. */
final class Database {

	private static ?\PDO $sqlite = null;

	/** @return array<string, list<string>> Name of each table => the columns of its primary key. */
	public static function tables(): array {
		$tables = [];
		if ( Site::is_sqlite() ) {
			foreach ( self::query( "SELECT m.name, i.name FROM sqlite_master m LEFT JOIN pragma_table_info(m.name) i ON i.pk > 0 WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY m.name, i.pk" ) as [ $table, $key ] ) {
				$tables[ $table ][] = $key;
			}
		} else {
			$keys = "SELECT t.TABLE_NAME, s.COLUMN_NAME FROM information_schema.TABLES t LEFT JOIN information_schema.STATISTICS s ON s.TABLE_SCHEMA = t.TABLE_SCHEMA AND s.TABLE_NAME = t.TABLE_NAME AND s.INDEX_NAME = 'PRIMARY' WHERE t.TABLE_SCHEMA = DATABASE() ORDER BY t.TABLE_NAME, s.SEQ_IN_INDEX";
			foreach ( self::query( $keys ) as [ $table, $key ] ) {
				$tables[ $table ][] = $key;
			}
		}
		return array_map( static fn( array $keys ): array => array_values( array_filter( $keys ) ), $tables );
	}

	/** @return array<string, string> Name of each table, index, trigger, view and routine => its definition. */
	public static function structure(): array {
		if ( Site::is_sqlite() ) {
			$queries = [ "SELECT type || ' ' || name, COALESCE(sql, '') FROM sqlite_master" ];
		} else {
			$queries = [
				"SELECT CONCAT('table ', TABLE_NAME), CONCAT_WS('|', ORDINAL_POSITION, COLUMN_NAME, COLUMN_TYPE, IS_NULLABLE, COLUMN_DEFAULT, EXTRA, COLLATION_NAME, COLUMN_KEY) FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() ORDER BY 1, ORDINAL_POSITION",
				"SELECT CONCAT('trigger ', TRIGGER_NAME), CONCAT_WS('|', EVENT_OBJECT_TABLE, EVENT_MANIPULATION, ACTION_TIMING, ACTION_STATEMENT) FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = DATABASE()",
				"SELECT CONCAT('routine ', ROUTINE_NAME), COALESCE(ROUTINE_DEFINITION, '') FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA = DATABASE()",
				"SELECT CONCAT('event ', EVENT_NAME), COALESCE(EVENT_DEFINITION, '') FROM information_schema.EVENTS WHERE EVENT_SCHEMA = DATABASE()",
			];
		}
		$structure = [];
		foreach ( $queries as $query ) {
			foreach ( self::query( $query ) as [ $name, $definition ] ) {
				$structure[ $name ] = ( $structure[ $name ] ?? '' ) . $definition . "\n";
			}
		}
		return $structure;
	}

	/** @return list<array<string, string|null>> */
	public static function rows( string $table ): array {
		return self::query( "SELECT * FROM `$table`", true );
	}

	/**
	 * Does something while tables of Countersign cannot be read.
	 *
	 * @param list<string> $tables Names without prefixes.
	 */
	public static function without( array $tables, callable $do ): void {
		$names = array_map( Site::table( ... ), $tables );
		try {
			foreach ( $names as $name ) {
				self::query( "ALTER TABLE {$name} RENAME TO {$name}_away" );
			}
			$do();
		} finally {
			foreach ( $names as $name ) {
				self::query( "ALTER TABLE {$name}_away RENAME TO {$name}" );
			}
		}
	}

	/** @return list<array<array-key, string|null>> */
	private static function query( string $sql, bool $names = false ): array {
		global $wpdb;
		if ( Site::is_sqlite() ) {
			self::$sqlite ??= new \PDO( 'sqlite:' . FQDB, null, null, [ \PDO::ATTR_ERRMODE => \PDO::ERRMODE_EXCEPTION, \PDO::ATTR_TIMEOUT => 10 ] );
			$rows = self::$sqlite->query( $sql )->fetchAll( $names ? \PDO::FETCH_ASSOC : \PDO::FETCH_NUM );
			return array_map( static fn( array $row ): array => array_map( static fn( mixed $value ): ?string => null === $value ? null : (string) $value, $row ), $rows );
		}
		$result = mysqli_query( $wpdb->dbh, $sql );
		if ( ! $result instanceof \mysqli_result ) {
			return true === $result ? [] : throw new \RuntimeException( mysqli_error( $wpdb->dbh ) );
		}
		return $result->fetch_all( $names ? MYSQLI_ASSOC : MYSQLI_NUM );
	}
}

<?php

declare(strict_types=1);

namespace Countersign\Plugin\Audit;

use Countersign\AuditAppend;
use Countersign\Plugin\Site\Failure;
use Countersign\Plugin\Site\Schema;

defined( 'ABSPATH' ) || exit;

/**
 * Stores the log in MySQL or MariaDB, over a connection of its own with WordPress's credentials.
 *
 * `wpdb` cannot do this: its connection may be inside a transaction of other code, and its `query` filter lets plugins
 * change statements. An append takes two round trips: one locks and reads the head, one inserts, updates and commits.
 * `wpdb::prepare()` cannot write binary values, so all strings are sent as hexadecimal literals, which need no quoting
 * and are not converted between character sets.
 */
// phpcs:disable WordPress.DB.RestrictedClasses, WordPress.DB.RestrictedFunctions -- See above.
final class MysqlStorage implements Storage {

	/** Seconds that an append waits for another one before it fails. */
	private const LOCK_WAIT = 10;

	private ?\mysqli $connection = null;

	/** {@inheritDoc} */
	public function append( callable $compute, callable $checkpoint, Change ...$changes ): ?AuditAppend {
		try {
			$db   = $this->connect();
			$head = $this->lock( $db );
			$append = $compute( $head );
			foreach ( $changes as $change ) {
				if ( 0 === $this->rows_changed( $db, $change, $append ) ) {
					$this->run( $db, 'ROLLBACK' );
					return null;
				}
			}
			$this->run( $db, $this->statements( $append, $checkpoint ) );
			return $append;
		} catch ( \Throwable $error ) {
			// Closing the connection rolls back its transaction. The next append opens a new one.
			$this->connection?->close();
			$this->connection = null;
			throw $error;
		}
	}

	/**
	 * {@inheritDoc}
	 *
	 * A lock is asked for, because a proxy that spreads reads over replicas sends a locking read to the primary.
	 */
	public function primary_row( string $sql, array $values ): ?array {
		try {
			$db = $this->connect();
			$this->run( $db, 'START TRANSACTION' );
			$rows = $this->run( $db, self::sql( new Change( $sql, $values ), null ) . ' LIMIT 1 FOR UPDATE', MYSQLI_ASSOC );
			$this->run( $db, 'ROLLBACK' );
			return $rows[0] ?? null;
		} catch ( \Throwable $error ) {
			$this->connection?->close();
			$this->connection = null;
			throw $error;
		}
	}

	/** Returns the connection. Opens it on the first call. */
	private function connect(): \mysqli {
		if ( $this->connection ) {
			return $this->connection;
		}
		global $wpdb;
		/** @var array{string, int|string|null, string|null, bool} $address */
		$address                            = $wpdb->parse_db_host( DB_HOST ) ?: [ DB_HOST, null, null, false ];
		[ $host, $port, $socket, $is_ipv6 ] = $address;
		if ( $is_ipv6 ) {
			$host = "[$host]";
		}
		// The report mode applies to the whole process, so it is changed only while connecting.
		$mode = ( new \mysqli_driver() )->report_mode;
		mysqli_report( MYSQLI_REPORT_ERROR | MYSQLI_REPORT_STRICT );
		try {
			$db = mysqli_init() ?: throw new Failure( 'mysqli cannot be initialized' );
			$db->options( MYSQLI_OPT_CONNECT_TIMEOUT, 5 );
			$db->options( MYSQLI_SET_CHARSET_NAME, 'utf8mb4' );
			$db->options( MYSQLI_INIT_COMMAND, 'SET SESSION innodb_lock_wait_timeout = ' . self::LOCK_WAIT . ", SESSION sql_mode = 'STRICT_ALL_TABLES'" );
			$db->real_connect( $host, DB_USER, DB_PASSWORD, DB_NAME, $port ? (int) $port : null, $socket, defined( 'MYSQL_CLIENT_FLAGS' ) ? MYSQL_CLIENT_FLAGS : 0 );
		} catch ( \mysqli_sql_exception $error ) {
			throw self::failure( (int) $error->getCode() ); // phpcs:ignore WordPress.Security.EscapeOutput.ExceptionNotEscaped -- A number, for the error log.
		} finally {
			mysqli_report( $mode );
		}
		$this->connection = $db;
		return $db;
	}

	/** Begins the transaction, locks the head row and returns the head. */
	private function lock( \mysqli $db ): ?string {
		$rows = $this->run( $db, 'START TRANSACTION; SELECT head FROM ' . Schema::table( 'audit_head' ) . ' WHERE id = 1 FOR UPDATE' );
		if ( 1 !== count( $rows ) ) {
			throw new Failure( 'the head row of the audit log is missing' );
		}
		return $rows[0][0];
	}

	/** Makes a change and returns the number of rows that are different now. */
	private function rows_changed( \mysqli $db, Change $change, AuditAppend $append ): int {
		$sql = self::sql( $change, $append );
		try {
			$this->run( $db, $sql );
		} catch ( Failure $error ) {
			throw new ChangeFailed( 'A row could not be changed.', 0, $error );
		}
		return (int) $db->affected_rows;
	}

	private static function sql( Change $change, ?AuditAppend $append ): string {
		$values = array_map( self::literal( ... ), $change->values( $append ) );
		$sql    = '';
		foreach ( $change->parts as $position => $part ) {
			$sql .= $part . ( $values[ $position ] ?? '' );
		}
		return $sql;
	}

	/** Returns the statements that store an append and commit it. */
	private function statements( AuditAppend $append, callable $checkpoint ): string {
		$rows = $append->rows();
		$sql  = self::insert( 'audit_entry', $rows );
		// No text is older than its entry. One that a restored backup has left would look like a forged one.
		$sql  .= '; DELETE FROM ' . Schema::table( 'audit_text' ) . ' WHERE seq >= ' . $rows[0]['seq'];
		$texts = $append->texts();
		if ( $texts ) {
			$sql .= '; ' . self::insert( 'audit_text', $texts );
		}
		$head = $append->head();
		$sql    .= '; UPDATE ' . Schema::table( 'audit_head' ) . ' SET head = ' . self::literal( $head ) . ', size = ' . $append->size() . ' WHERE id = 1';
		if ( Checkpoints::is_due( $append ) ) {
			$sql .= '; REPLACE INTO ' . Schema::table( 'audit_checkpoint' ) . ' (size, note, time) VALUES ('
				. $append->size() . ',' . self::literal( $checkpoint( $head ) ) . ',' . time() . ')';
		}
		return $sql . '; COMMIT';
	}

	/** @param non-empty-list<array<string, int|string|null>> $rows Column => value. */
	private static function insert( string $table, array $rows ): string {
		$values = array_map( static fn( array $row ): string => '(' . implode( ',', array_map( self::literal( ... ), $row ) ) . ')', $rows );
		return 'INSERT INTO ' . Schema::table( $table ) . ' (`' . implode( '`,`', array_keys( $rows[0] ) ) . '`) VALUES ' . implode( ',', $values );
	}

	/**
	 * Runs several statements in one round trip. The first statement that fails stops the rest.
	 *
	 * @param \mysqli $db   The connection.
	 * @param string  $sql  The statements.
	 * @param int     $keys MYSQLI_NUM or MYSQLI_ASSOC: the keys of a row.
	 *
	 * @return list<array<array-key, string|null>> Rows of the last statement that returned a result.
	 */
	private function run( \mysqli $db, string $sql, int $keys = MYSQLI_NUM ): array {
		$rows = [];
		try {
			$more = $db->multi_query( $sql );
			while ( $more ) {
				$result = $db->store_result();
				if ( $result ) {
					/** @var list<array<array-key, string|null>> $rows */
					$rows = $result->fetch_all( $keys );
					$result->free();
				}
				$more = $db->more_results() && $db->next_result();
			}
		} catch ( \mysqli_sql_exception $error ) {
			throw self::failure( (int) $error->getCode() ); // phpcs:ignore WordPress.Security.EscapeOutput.ExceptionNotEscaped -- A number, for the error log.
		}
		if ( 0 !== $db->errno ) {
			throw self::failure( $db->errno ); // phpcs:ignore WordPress.Security.EscapeOutput.ExceptionNotEscaped -- A number, for the error log.
		}
		return $rows;
	}

	/** Returns an exception that names only the error number, since the server's message can quote values. */
	private static function failure( int $number ): Failure {
		return new Failure( "the database of the audit log returned error $number" );
	}

	/** Returns a value as an SQL literal that needs no quoting. */
	private static function literal( int|string|null $value ): string {
		return match ( true ) {
			null === $value  => 'NULL',
			is_int( $value ) => (string) $value,
			'' === $value    => "''",
			default          => '0x' . bin2hex( $value ),
		};
	}
}

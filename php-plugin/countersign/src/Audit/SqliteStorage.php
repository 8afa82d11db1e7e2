<?php

declare(strict_types=1);

namespace Countersign\Plugin\Audit;

use Countersign\AuditAppend;
use Countersign\Plugin\Site\Failure;
use Countersign\Plugin\Site\Schema;

defined( 'ABSPATH' ) || exit;

/**
 * Stores the log in the SQLite file of the SQLite drop-in, over a connection of its own.
 *
 * `wpdb` cannot do this: its connection may be inside a transaction of other code, and its `query` filter lets plugins
 * change statements.
 */
// phpcs:disable WordPress.DB.RestrictedClasses, WordPress.DB.RestrictedFunctions -- See above.
final class SqliteStorage implements Storage {

	/** Seconds that an append waits for another one before it fails. */
	private const LOCK_WAIT = 10;

	private ?\PDO $connection = null;

	/** {@inheritDoc} */
	public function append( callable $compute, callable $checkpoint, Change ...$changes ): ?AuditAppend {
		$db = $this->connect();
		// IMMEDIATE takes the write lock before the head is read, so that no other append reads the same head.
		$db->exec( 'BEGIN IMMEDIATE' );
		try {
			// @mago-ignore analysis:invalid-method-access PDO::ERRMODE_EXCEPTION is set, so query() never returns false.
			$head = $db->query( 'SELECT head FROM ' . Schema::table( 'audit_head' ) . ' WHERE id = 1' )->fetch( \PDO::FETCH_NUM );
			if ( false === $head ) {
				throw new Failure( 'the head row of the audit log is missing' );
			}
			$append = $compute( $head[0] );
			foreach ( $changes as $change ) {
				if ( 0 === self::rows_changed( $db, $change, $append ) ) {
					$db->exec( 'ROLLBACK' );
					return null;
				}
			}
			$rows = $append->rows();
			foreach ( $rows as $row ) {
				self::insert( $db, 'INSERT', 'audit_entry', $row );
			}
			// No text is older than its entry. One that a restored backup has left would look like a forged one.
			$db->exec( 'DELETE FROM ' . Schema::table( 'audit_text' ) . ' WHERE seq >= ' . $rows[0]['seq'] );
			foreach ( $append->texts() as $text ) {
				self::insert( $db, 'INSERT', 'audit_text', $text );
			}
			$update = self::prepare( $db, 'UPDATE ' . Schema::table( 'audit_head' ) . ' SET head = ?, size = ? WHERE id = 1' );
			$update->bindValue( 1, $append->head() );
			$update->bindValue( 2, $append->size(), \PDO::PARAM_INT );
			$update->execute();
			if ( Checkpoints::is_due( $append ) ) {
				self::insert(
					$db,
					'REPLACE',
					'audit_checkpoint',
					[
						'size' => $append->size(),
						'note' => $checkpoint( $append->head() ),
						'time' => time(),
					]
				);
			}
			$db->exec( 'COMMIT' );
			return $append;
		} catch ( \Throwable $error ) {
			try {
				$db->exec( 'ROLLBACK' );
			} catch ( \PDOException ) {
				// SQLite has already rolled back the transaction.
			}
			throw $error;
		}
	}

	/** {@inheritDoc} */
	public function primary_row( string $sql, array $values ): ?array {
		$row = self::execute( $this->connect(), new Change( $sql . ' LIMIT 1', $values ), $values )->fetch( \PDO::FETCH_ASSOC );
		return is_array( $row ) ? $row : null;
	}

	/** Makes a change and returns the number of rows that its condition matched. */
	private static function rows_changed( \PDO $db, Change $change, AuditAppend $append ): int {
		$values = $change->values( $append );
		try {
			$update = self::execute( $db, $change, $values );
		} catch ( \PDOException $error ) {
			throw new ChangeFailed( 'A row could not be changed.', 0, $error );
		}
		return $update->rowCount();
	}

	/** @param list<int|string> $values */
	private static function execute( \PDO $db, Change $change, array $values ): \PDOStatement {
		$statement = self::prepare( $db, implode( '?', $change->parts ) );
		foreach ( $values as $position => $value ) {
			$statement->bindValue( $position + 1, $value, is_int( $value ) ? \PDO::PARAM_INT : \PDO::PARAM_STR );
		}
		$statement->execute();
		return $statement;
	}

	/** Returns the connection. Opens it on the first call. */
	private function connect(): \PDO {
		if ( ! $this->connection ) {
			$file = defined( 'FQDB' ) ? FQDB : '';
			if ( '' === $file || ! is_file( $file ) ) {
				throw new Failure( 'the SQLite database is not a file' );
			}
			$this->connection = new \PDO(
				'sqlite:' . $file,
				null,
				null,
				[
					\PDO::ATTR_ERRMODE => \PDO::ERRMODE_EXCEPTION,
					\PDO::ATTR_TIMEOUT => self::LOCK_WAIT,
				]
			);
			// A committed entry must survive a power failure.
			$this->connection->exec( 'PRAGMA synchronous = FULL' );
		}
		return $this->connection;
	}

	/** Prepares a statement. The exception is for PHP's signature only, since PDO throws its own. */
	private static function prepare( \PDO $db, string $sql ): \PDOStatement {
		return $db->prepare( $sql ) ?: throw new Failure( 'the statement cannot be prepared' );
	}

	/**
	 * Inserts a row.
	 *
	 * @param array<string, int|string|null> $row Column => value.
	 */
	private static function insert( \PDO $db, string $verb, string $table, array $row ): void {
		$marks     = implode( ',', array_fill( 0, count( $row ), '?' ) );
		$statement = self::prepare( $db, "$verb INTO " . Schema::table( $table ) . ' (`' . implode( '`,`', array_keys( $row ) ) . "`) VALUES ($marks)" );
		$position  = 0;
		foreach ( $row as $column => $value ) {
			$type = match ( true ) {
				null === $value  => \PDO::PARAM_NULL,
				is_int( $value ) => \PDO::PARAM_INT,
				in_array( $column, [ 'leaf', 'body', 'salt' ], true ) => \PDO::PARAM_LOB,
				default          => \PDO::PARAM_STR,
			};
			$statement->bindValue( ++$position, $value, $type );
		}
		$statement->execute();
	}
}

<?php

declare(strict_types=1);

namespace Countersign\Plugin\Audit;

use Countersign\AuditAppend;

defined( 'ABSPATH' ) || exit;

/**
 * One UPDATE, INSERT or DELETE in a table of this plugin. The condition of an UPDATE makes it change nothing if another request
 * was faster. It takes effect together with the entries that record it, see {@see Log::append_with()}, or by {@see make()}
 * without one.
 */
final class Change {

	/** @var list<string> The statement, cut at the places of its values. */
	public readonly array $parts;

	/**
	 * @param string                                           $sql    A statement that MySQL and SQLite understand, with a question
	 *                                                                 mark for each value and none elsewhere.
	 * @param list<int|string|\Closure(AuditAppend): string> $values The values. A closure receives the computed entries and
	 *                                                                 returns the value that depends on them: a sealed record.
	 */
	public function __construct( string $sql, private readonly array $values ) {
		$this->parts = explode( '?', $sql );
		if ( count( $this->parts ) !== count( $values ) + 1 ) {
			throw new \LogicException( 'A statement needs one value for each question mark.' );
		}
	}

	/**
	 * Returns an INSERT of one row.
	 *
	 * @param string                                                  $table Full name of the table.
	 * @param array<string, int|string|\Closure(AuditAppend): string> $row   Column => value.
	 */
	public static function insert( string $table, array $row ): self {
		$marks = implode( ', ', array_fill( 0, count( $row ), '?' ) );
		return new self( "INSERT INTO $table (" . implode( ', ', array_keys( $row ) ) . ") VALUES ($marks)", array_values( $row ) );
	}

	/**
	 * Returns an UPDATE of the rows that have these values. Null stands for a column without a value.
	 *
	 * @param string                                                  $table Full name of the table.
	 * @param array<string, int|string|\Closure(AuditAppend): string> $set   Column => new value.
	 * @param array<string, int|string|null>                          $where Column => value that the row has.
	 */
	public static function update( string $table, array $set, array $where ): self {
		$assigned = array_map( static fn( string $column ): string => "$column = ?", array_keys( $set ) );
		$required = array_map( static fn( string $column, int|string|null $value ): string => $column . ( null === $value ? ' IS NULL' : ' = ?' ), array_keys( $where ), $where );
		$values   = [ ...array_values( $set ), ...array_values( array_filter( $where, static fn( int|string|null $value ): bool => null !== $value ) ) ];
		return new self( "UPDATE $table SET " . implode( ', ', $assigned ) . ' WHERE ' . implode( ' AND ', $required ), $values );
	}

	/**
	 * Returns the values of the statement.
	 *
	 * @param AuditAppend|null $append The entries that record the change, or null for a change without an entry.
	 *
	 * @return list<int|string>
	 */
	public function values( ?AuditAppend $append ): array {
		return array_map(
			static fn( int|string|\Closure $value ): int|string => match ( true ) {
				! $value instanceof \Closure => $value,
				null !== $append             => $value( $append ),
				default                      => throw new \LogicException( 'A value that depends on an entry needs one.' ),
			},
			$this->values
		);
	}

	/** Makes the change without an entry. Returns true if it changed something. */
	public function make(): bool {
		global $wpdb;
		$values = $this->values( null );
		$sql    = '';
		foreach ( $this->parts as $position => $part ) {
			$value = $values[ $position ] ?? null;
			$sql  .= $part . ( null === $value ? '' : ( is_int( $value ) ? '%d' : '%s' ) );
		}
		return (bool) $wpdb->query( $wpdb->prepare( $sql, $values ) ); // phpcs:ignore WordPress.DB -- A table of this plugin, past any cache. The statement is a constant of this plugin with a placeholder for each value.
	}
}

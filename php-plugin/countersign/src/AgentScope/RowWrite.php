<?php

declare(strict_types=1);

namespace Countersign\Plugin\AgentScope;

defined( 'ABSPATH' ) || exit;

/**
 * Reads which rows of one table a statement changes, and what it writes there.
 *
 * Understood are an INSERT of literals, in both of its forms, an UPDATE or DELETE of this table alone, and a DELETE of its rows by a join. The
 * database is asked which rows the conditions match. Any other form is not known.
 */
final class RowWrite {

	/** Words that a condition of a statement which is sent as a SELECT may not have. */
	private const UNSAFE = [ 'FOR', 'INTO', 'LOCK', 'PROCEDURE', 'RETURNING', 'UNION' ];

	/** What may come before a parenthesis in a condition: of these, a second evaluation has the same result as the first. */
	private const STEADY = [ 'ABS', 'ALL', 'AND', 'ANY', 'BETWEEN', 'BINARY', 'CAST', 'CHAR_LENGTH', 'COALESCE', 'CONCAT', 'COUNT', 'CURDATE', 'DATE', 'DATE_ADD', 'DATE_SUB', 'EXISTS', 'FIELD', 'FIND_IN_SET', 'FROM', 'IF', 'IFNULL', 'IN', 'INSTR', 'JOIN', 'LEFT', 'LENGTH', 'LOCATE', 'LOWER', 'MAX', 'MD5', 'MIN', 'NOT', 'NOW', 'NULLIF', 'ON', 'OR', 'REPLACE', 'RIGHT', 'SELECT', 'SUBSTR', 'SUBSTRING', 'SUM', 'TRIM', 'UNIX_TIMESTAMP', 'UPPER', 'USING', 'UTC_TIMESTAMP', 'WHERE' ];

	/** Largest number of rows that are looked at. */
	private const MAX_ROWS = 50;

	/** The first word of the statement in upper case. */
	public readonly string $verb;

	/** The name of the table in lower case. */
	private readonly string $name;

	private readonly SqlCursor $cursor;

	/**
	 * @param SqlStatement $statement A statement that changes the table, alone or with others.
	 * @param string       $table     The name of the table, as WordPress has it.
	 */
	public function __construct(
		private readonly SqlStatement $statement,
		private readonly string $table,
	) {
		$this->verb   = $statement->verb;
		$this->name   = strtolower( $table );
		$this->cursor = new SqlCursor( $statement, $statement->after_table );
	}

	/**
	 * Returns the rows that an INSERT adds, or null if the form is not known.
	 *
	 * @param bool $may_replace Whether `ON DUPLICATE KEY UPDATE column = VALUES(column)` may follow.
	 *
	 * @return list<array<string, string>>|null Each with its columns in lower case and their literals.
	 */
	public function added( bool $may_replace = false ): ?array {
		$this->cursor->at = $this->statement->after_table;
		if ( 'INSERT' === $this->verb && $this->cursor->at > 0 && $this->cursor->takes( 'SET' ) ) {
			$row = $this->assigned();
			return null !== $row && $this->cursor->ends() ? [ $row ] : null;
		}
		$columns  = 'INSERT' === $this->verb && $this->cursor->at > 0 ? $this->cursor->listed( fn(): ?string => $this->cursor->column() ) : null;
		if ( null === $columns || ! $this->cursor->takes( 'VALUES' ) ) {
			return null;
		}
		$rows = [];
		do {
			$values = $this->cursor->listed( fn(): ?string => $this->cursor->literal( true ) );
			if ( null === $values || count( $values ) !== count( $columns ) ) {
				return null;
			}
			$rows[] = array_combine( $columns, $values );
		} while ( $this->cursor->takes( ',' ) );
		if ( $may_replace && $this->cursor->takes( 'ON' ) && ! $this->replaces() ) {
			return null;
		}
		return $this->cursor->ends() ? $rows : null;
	}

	/** Reads the rest of `ON DUPLICATE KEY UPDATE column = VALUES(column), …`. */
	private function replaces(): bool {
		if ( ! $this->cursor->takes( 'DUPLICATE' ) || ! $this->cursor->takes( 'KEY' ) || ! $this->cursor->takes( 'UPDATE' ) ) {
			return false;
		}
		do {
			$column = $this->cursor->column();
			if ( null === $column || ! $this->cursor->takes( '=' ) || ! $this->cursor->takes( 'VALUES' ) || $this->cursor->listed( fn(): ?string => $this->cursor->column() ) !== [ $column ] ) {
				return false;
			}
		} while ( $this->cursor->takes( ',' ) );
		return true;
	}

	/**
	 * Tells whether an UPDATE names one of these columns in what it writes, as the column or as a part of the value.
	 *
	 * @param list<string> $columns In lower case.
	 */
	public function names_one_of( array $columns ): bool {
		$set   = $this->position( 'SET', 0 );
		$named = array_slice( $this->statement->tokens, $set, $this->position( 'WHERE', $set ) - $set );
		return [] !== array_intersect( $columns, array_map( static fn( array $token ): string => strtolower( $token[1] ), $named ) );
	}

	/**
	 * Returns what an UPDATE writes into each row that it matches, or null if the form is not known.
	 *
	 * @return array<string, string>|null Column in lower case => literal.
	 */
	public function written(): ?array {
		$this->cursor->at = $this->statement->after_table;
		if ( 'UPDATE' !== $this->verb || $this->cursor->at < 1 || $this->before( $this->cursor->at ) !== $this->name || ! $this->cursor->takes( 'SET' ) ) {
			return null;
		}
		$written = $this->assigned();
		return $this->cursor->at === $this->position( 'WHERE', 0 ) ? $written : null;
	}

	/** @return array<string, string>|null Column in lower case => literal, of `column = literal, …`. */
	private function assigned(): ?array {
		$written = [];
		do {
			$column = $this->cursor->column();
			$value  = null !== $column && $this->cursor->takes( '=' ) ? $this->cursor->literal( true ) : null;
			if ( null === $value ) {
				return null;
			}
			$written[ $column ] = $value;
		} while ( $this->cursor->takes( ',' ) );
		return $written;
	}

	/**
	 * Returns the different values of these columns in the rows that an UPDATE or DELETE matches.
	 *
	 * @param string ...$columns Columns of the table.
	 *
	 * @return list<array<string, string>>|null Column => value. Empty if the statement deletes rows of other tables only. Null if
	 *                                          the form is not known, or there are too many.
	 */
	public function matched( string ...$columns ): ?array {
		if ( 'UPDATE' === $this->verb ) {
			return null === $this->written() ? null : $this->select( $columns, '', $this->text( $this->position( 'WHERE', 0 ) ) );
		}
		$end = $this->statement->after_table;
		if ( 'DELETE' !== $this->verb || $end > 0 ) {
			return 'DELETE' === $this->verb && $this->before( $end ) === $this->name ? $this->select( $columns, '', $this->text( $end ) ) : null;
		}
		// `DELETE a FROM …`
		$tokens  = $this->statement->tokens;
		$from    = $this->position( 'FROM', 0 );
		$targets = array_slice( $this->statement->names(), 1, (int) array_search( 'from', $this->statement->names(), true ) - 1 );
		if ( [] === $targets ) {
			return null;
		}
		if ( [] === array_intersect( $targets, $this->aliases() ) ) {
			return [];
		}
		return 2 === $from ? $this->select( $columns, '`' . str_replace( '`', '``', $tokens[1][1] ) . '`.', $this->text( $from ) ) : null;
	}

	/** @return list<string> The names that the table can have in the statement, in lower case. */
	private function aliases(): array {
		$names   = $this->statement->names();
		$aliases = [ $this->name ];
		foreach ( array_keys( $names, $this->name, true ) as $position ) {
			$aliases[] = $names[ $position + ( 'as' === ( $names[ $position + 1 ] ?? '' ) ? 2 : 1 ) ] ?? '';
		}
		return $aliases;
	}

	/**
	 * @param list<string> $columns
	 *
	 * @return list<array<string, string>>|null
	 */
	private function select( array $columns, string $alias, ?string $rest ): ?array {
		global $wpdb;
		if ( null === $rest ) {
			return null;
		}
		$from  = '' === $alias ? "FROM `$this->table` " : '';
		$names = implode( ', ', $columns );
		$inner = implode( ', ', array_map( static fn( string $column ): string => $alias . $column, $columns ) );
		$shows = $wpdb->suppress_errors();
		$limit = self::MAX_ROWS + 1;
		// phpcs:ignore WordPress.DB -- The tokens of one statement that the lexer has delimited; a SELECT of named columns.
		$rows = $wpdb->get_results( "SELECT DISTINCT $names FROM ( SELECT $inner $from$rest ) AS matched LIMIT $limit", ARRAY_A );
		$wpdb->suppress_errors( $shows );
		return '' === $wpdb->last_error && is_array( $rows ) && count( $rows ) <= self::MAX_ROWS ? array_map( static fn( array $row ): array => array_map( strval( ... ), $row ), $rows ) : null;
	}

	/** Returns the text of the statement from a position on, or null if it may not be the end of a SELECT with the same rows. */
	private function text( int $from ): ?string {
		$sql    = '';
		$before = '';
		$tokens = array_slice( $this->statement->tokens, $from );
		foreach ( $tokens as $position => [ $kind, $text ] ) {
			$is_called = [ SqlLexer::SIGN, '(' ] === ( $tokens[ $position + 1 ] ?? null ) && in_array( $kind, [ SqlLexer::WORD, SqlLexer::NAME ], true );
			if ( ( $is_called && ( SqlLexer::NAME === $kind || ! in_array( strtoupper( $text ), self::STEADY, true ) ) )
				|| ( SqlLexer::WORD === $kind && in_array( strtoupper( $text ), self::UNSAFE, true ) ) || [ SqlLexer::SIGN, '@' ] === [ $kind, $text ] ) {
				return null;
			}
			$is_operator = SqlLexer::SIGN === $kind && str_contains( '<>=!', $text );
			if ( SqlLexer::SIGN !== $kind || ';' !== $text ) {
				// Not apart: the signs of an operator, and a function and its parenthesis.
				$sql .= ( '(' === $text || ( $is_operator && 'operator' === $before ) ? '' : ' ' )
					. ( SqlLexer::NAME === $kind ? '`' . str_replace( '`', '``', $text ) . '`' : $text );
			}
			$before = $is_operator ? 'operator' : $kind;
		}
		return $sql;
	}

	/** Returns the text of the token before a position, in lower case. */
	private function before( int $position ): string {
		return strtolower( $this->statement->tokens[ $position - 1 ][1] ?? '' );
	}

	/** Returns the position of a word outside of parentheses, or that of the end. */
	private function position( string $word, int $from ): int {
		$depth  = 0;
		$tokens = $this->statement->tokens;
		for ( $at = $from, $end = count( $tokens ); $at < $end; $at++ ) {
			[ $kind, $text ] = $tokens[ $at ];
			if ( SqlLexer::SIGN === $kind ) {
				$depth += '(' === $text ? 1 : ( ')' === $text ? -1 : 0 );
			} elseif ( 0 === $depth && SqlLexer::WORD === $kind && strtoupper( $text ) === $word ) {
				return $at;
			}
		}
		return $end;
	}
}

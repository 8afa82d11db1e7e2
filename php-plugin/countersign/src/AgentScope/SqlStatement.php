<?php

declare(strict_types=1);

namespace Countersign\Plugin\AgentScope;

defined( 'ABSPATH' ) || exit;

/**
 * One SQL statement, analysed as far as needed to tell what it changes.
 *
 * This is not a full parser. It reports a statement that it does not understand as unclear, and the {@see WriteGuard}
 * refuses unclear writes.
 */
final class SqlStatement {

	/** First words of statements that only read. */
	private const READS = [ 'SELECT', 'SHOW', 'DESCRIBE', 'DESC', 'EXPLAIN', 'PRAGMA' ];

	/** First words of statements that change something and name it. Dynamic SQL and procedures are not among them. */
	private const WRITES = [ 'INSERT', 'REPLACE', 'UPDATE', 'DELETE', 'WITH', 'TRUNCATE', 'CREATE', 'ALTER', 'DROP', 'RENAME', 'LOCK', 'ANALYZE', 'OPTIMIZE', 'CHECK', 'REPAIR' ];

	/** First words of statements that change nothing permanently. */
	private const NEITHER = [ 'SET', 'START', 'BEGIN', 'COMMIT', 'ROLLBACK', 'SAVEPOINT', 'RELEASE', 'UNLOCK', 'DO', 'USE' ];

	/** Expressions that produce text while the statement runs, which cannot be known in advance. */
	private const MADE = '/\b(?:0x[0-9a-f]|[xbn]\s*\?|(?:CONCAT|CONCAT_WS|CHAR|UNHEX|REVERSE|REPLACE|LOWER|UPPER|TRIM|SUBSTR|SUBSTRING|FROM_BASE64|INSERT|LPAD|RPAD)\s*\()/i';

	/**
	 * @param string       $bare     The statement without comments, with each string literal replaced by its number between
	 *                               question marks.
	 * @param list<string> $texts    The string literals, unquoted.
	 * @param bool         $is_whole Whether all quotes of the statement were matched.
	 */
	private function __construct(
		private readonly string $bare,
		public readonly array $texts,
		private readonly bool $is_whole,
	) {}

	/** Analyses a statement. */
	public static function of( string $sql ): self {
		$texts = [];
		// Comments that MySQL and MariaDB execute (/*! … */) are kept.
		$pattern = <<<'REGEX'
			~`[^`]*+`|'[^'\\]*+(?:(?:\\.|'')[^'\\]*+)*+'|"[^"\\]*+(?:(?:\\.|"")[^"\\]*+)*+"|/\*(?!M?!).*?\*/|(?:\#|--(?=\s|$))[^\n]*~s
			REGEX;
		$bare    = preg_replace_callback(
			$pattern,
			static function ( array $found ) use ( &$texts ): string {
				$first = $found[0][0];
				// A quoted name is kept. Nothing in it begins a literal or a comment.
				if ( '`' === $first ) {
					return $found[0];
				}
				if ( "'" !== $first && '"' !== $first ) {
					return ' ';
				}
				$text    = stripslashes( str_replace( $first . $first, $first, substr( $found[0], 1, -1 ) ) );
				$texts[] = $text;
				// Depending on the SQL mode, double quotes enclose names.
				return '"' === $first && preg_match( '/^[\w.$-]+$/D', $text ) ? ' ?' . ( count( $texts ) - 1 ) . "? `$text` " : ' ?' . ( count( $texts ) - 1 ) . '? ';
			},
			$sql
		);
		return new self( (string) $bare, $texts, is_string( $bare ) && 0 === preg_match( '/[\'"]/', $bare ) && 0 === substr_count( $bare, '`' ) % 2 );
	}

	/** Tells whether the statement only reads. */
	public function is_read(): bool {
		return $this->is_whole && in_array( $this->verb(), self::READS, true ) && 0 === preg_match( '/\bINTO\s+(?:OUTFILE|DUMPFILE)\b|^\s*(?:EXPLAIN|DESC|DESCRIBE)\s+ANALYZE\b/i', $this->bare );
	}

	/** Tells whether the statement changes nothing permanently, and not how later statements are interpreted. */
	public function is_harmless(): bool {
		return $this->is_whole && in_array( $this->verb(), self::NEITHER, true ) && 0 === preg_match( '/\b(?:STATEMENT|sql_mode|GLOBAL|PERSIST|PERSIST_ONLY|PASSWORD)\b/i', $this->bare );
	}

	/** Tells whether the statement is a write, and the tables that it changes are certain. */
	public function is_clear(): bool {
		$makes_code = '/^\s*(?:CREATE|ALTER|DROP|RENAME)\b(?:(?!\bTABLE\b|\bINDEX\b).)*\b(?:TRIGGER|PROCEDURE|FUNCTION|PACKAGE|EVENT|VIEW|USER|ROLE|SERVER)\b/is';
		return $this->is_whole && in_array( $this->verb(), self::WRITES, true ) && 0 === preg_match( '/;\s*\S/', $this->bare ) && 0 === preg_match( $makes_code, $this->bare );
	}

	/** Tells whether the statement deletes rows. */
	public function is_deletion(): bool {
		return 'DELETE' === $this->verb();
	}

	/**
	 * Tells whether a name occurs outside of string literals.
	 *
	 * @param string $table     Name of a table or column.
	 * @param bool   $is_prefix Whether names that begin with `$table` count too.
	 */
	public function mentions( string $table, bool $is_prefix = false ): bool {
		return 0 !== preg_match( '/(?<![\w$])' . preg_quote( $table, '/' ) . ( $is_prefix ? '' : '(?![\w$])' ) . '/i', $this->bare );
	}

	/**
	 * Returns the strings that the statement assigns to a column or compares it with, or null if they are not certain.
	 *
	 * @param string $column Name of the column, such as `option_name`.
	 *
	 * @return list<string>|null
	 */
	public function values_of( string $column ): ?array {
		if ( 0 !== preg_match( self::MADE, $this->bare ) ) {
			return null;
		}
		$name = '`?' . preg_quote( $column, '/' ) . '`?';
		if ( preg_match( '/^\s*(?:INSERT|REPLACE)\b[^(]*\(([^()]*)\)\s*VALUES\s*(\(.*)$/is', $this->bare, $found ) ) {
			return $this->inserted( $name, $found[1], $found[2] );
		}
		// Every occurrence of the column must be understood, and nothing may widen the condition.
		// @mago-ignore analysis:too-few-arguments PHP needs the third argument only for the matches.
		$places     = preg_match_all( "/$name/i", $this->bare );
		$understood = preg_match_all( "/$name\s*(?:=|LIKE|IN\s*\()\s*((?:\s*\?\d+\?\s*,?)+)/i", $this->bare, $found );
		if ( ! $places || $places !== $understood || 0 !== preg_match( '/\b(?:OR|XOR|NOT)\b|\|\||<>|!/i', $this->bare ) ) {
			return null;
		}
		preg_match_all( '/\?(\d+)\?/', implode( ' ', $found[1] ), $numbers );
		return array_map( fn( string $number ): string => $this->texts[ (int) $number ], array_values( $numbers[1] ) );
	}

	/** Returns the first word in upper case, or ''. */
	private function verb(): string {
		return preg_match( '/^[\s(]*([a-z]+)/i', $this->bare, $found ) ? strtoupper( $found[1] ) : '';
	}

	/** @return list<string>|null */
	private function inserted( string $name, string $columns, string $rows ): ?array {
		$columns  = preg_split( '/\s*,\s*/', trim( $columns ) ) ?: [];
		$position = array_key_first( preg_grep( "/^$name\$/iD", $columns ) ?: [] );
		// Values that contain parentheses are function calls or subqueries, and do not match.
		$count  = preg_match_all( '/\(([^()]*)\)/', (string) preg_replace( '/\bON\s+DUPLICATE\b.*$/is', '', $rows ), $found );
		$values = [];
		foreach ( null === $position || ! $count ? [] : $found[1] as $row ) {
			$value = ( preg_split( '/\s*,\s*/', trim( $row ) ) ?: [] )[ $position ] ?? '';
			if ( ! preg_match( '/^\?(\d+)\?$/D', $value, $number ) ) {
				return null;
			}
			$values[] = $this->texts[ (int) $number[1] ];
		}
		return $values ?: null;
	}
}

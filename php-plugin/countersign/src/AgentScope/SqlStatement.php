<?php

declare(strict_types=1);

namespace Countersign\Plugin\AgentScope;

/**
 * One SQL statement, taken apart far enough to say what it touches. Not a parser: what it cannot tell it calls unclear, and
 * unclear writes are refused.
 */
final class SqlStatement {

	/** What begins a statement that only reads. */
	private const READS = [ 'SELECT', 'SHOW', 'DESCRIBE', 'DESC', 'EXPLAIN', 'PRAGMA' ];

	/** What begins a statement that changes something, and says itself what. No dynamic SQL, procedures or triggers. */
	private const WRITES = [ 'INSERT', 'REPLACE', 'UPDATE', 'DELETE', 'WITH', 'TRUNCATE', 'CREATE', 'ALTER', 'DROP', 'RENAME', 'LOCK', 'ANALYZE', 'OPTIMIZE', 'CHECK', 'REPAIR' ];

	/** What changes nothing that lasts. */
	private const NEITHER = [ 'SET', 'START', 'BEGIN', 'COMMIT', 'ROLLBACK', 'SAVEPOINT', 'RELEASE', 'UNLOCK', 'DO', 'USE' ];

	/** Text that is made while the statement runs cannot be judged beforehand. */
	private const MADE = '/\b(?:0x[0-9a-f]|[xbn]\s*\?|(?:CONCAT|CONCAT_WS|CHAR|UNHEX|REVERSE|REPLACE|LOWER|UPPER|TRIM|SUBSTR|SUBSTRING|FROM_BASE64|INSERT|LPAD|RPAD)\s*\()/i';

	/**
	 * @param string       $bare     The statement without comments, each text replaced by a number in question marks.
	 * @param list<string> $texts    The texts.
	 * @param bool         $is_whole Whether it could be taken apart to its end.
	 */
	private function __construct(
		private readonly string $bare,
		public readonly array $texts,
		private readonly bool $is_whole,
	) {}

	public static function of( string $sql ): self {
		$texts = [];
		// Comments that MySQL and MariaDB execute (/*! … */) stay: what is in them counts.
		$pattern = <<<'REGEX'
			~`[^`]*+`|'[^'\\]*+(?:(?:\\.|'')[^'\\]*+)*+'|"[^"\\]*+(?:(?:\\.|"")[^"\\]*+)*+"|/\*(?!M?!).*?\*/|(?:\#|--(?=\s|$))[^\n]*~s
			REGEX;
		$bare    = preg_replace_callback(
			$pattern,
			static function ( array $found ) use ( &$texts ): string {
				$first = $found[0][0];
				// A quoted name stays: nothing in it begins a text or a comment.
				if ( '`' === $first ) {
					return $found[0];
				}
				if ( "'" !== $first && '"' !== $first ) {
					return ' ';
				}
				$text    = stripslashes( str_replace( $first . $first, $first, substr( $found[0], 1, -1 ) ) );
				$texts[] = $text;
				// Under some settings double quotes hold names.
				return '"' === $first && preg_match( '/^[\w.$-]+$/D', $text ) ? ' ?' . ( count( $texts ) - 1 ) . "? `$text` " : ' ?' . ( count( $texts ) - 1 ) . '? ';
			},
			$sql
		);
		return new self( (string) $bare, $texts, is_string( $bare ) && ! preg_match( '/[\'"]/', (string) $bare ) && 0 === substr_count( (string) $bare, '`' ) % 2 );
	}

	/** Whether it only reads. */
	public function is_read(): bool {
		return $this->is_whole && in_array( $this->verb(), self::READS, true ) && ! preg_match( '/\bINTO\s+(?:OUTFILE|DUMPFILE)\b|^\s*(?:EXPLAIN|DESC|DESCRIBE)\s+ANALYZE\b/i', $this->bare );
	}

	/** Whether it changes nothing that lasts, nor how the statements after it are read. */
	public function is_harmless(): bool {
		return $this->is_whole && in_array( $this->verb(), self::NEITHER, true ) && ! preg_match( '/\b(?:STATEMENT|sql_mode|GLOBAL|PERSIST|PERSIST_ONLY|PASSWORD)\b/i', $this->bare );
	}

	/** Whether it is a write whose objects can be told. */
	public function is_clear(): bool {
		$makes_code = '/^\s*(?:CREATE|ALTER|DROP|RENAME)\b(?:(?!\bTABLE\b|\bINDEX\b).)*\b(?:TRIGGER|PROCEDURE|FUNCTION|PACKAGE|EVENT|VIEW|USER|ROLE|SERVER)\b/is';
		return $this->is_whole && in_array( $this->verb(), self::WRITES, true ) && ! preg_match( '/;\s*\S/', $this->bare ) && ! preg_match( $makes_code, $this->bare );
	}

	/** Whether it deletes rows. */
	public function is_deletion(): bool {
		return 'DELETE' === $this->verb();
	}

	/** Whether a name of a table, or what it begins with, stands anywhere outside of texts. */
	public function mentions( string $table, bool $is_prefix = false ): bool {
		return 1 === preg_match( '/(?<![\w$])' . preg_quote( $table, '/' ) . ( $is_prefix ? '' : '(?![\w$])' ) . '/i', $this->bare );
	}

	/**
	 * The texts that a column is given or compared with; null when that cannot be told.
	 *
	 * @param string $column For instance `option_name`.
	 *
	 * @return list<string>|null
	 */
	public function values_of( string $column ): ?array {
		if ( preg_match( self::MADE, $this->bare ) ) {
			return null;
		}
		$name = '`?' . preg_quote( $column, '/' ) . '`?';
		if ( preg_match( '/^\s*(?:INSERT|REPLACE)\b[^(]*\(([^()]*)\)\s*VALUES\s*(\(.*)$/is', $this->bare, $found ) ) {
			return $this->inserted( $name, $found[1], $found[2] );
		}
		// Every place where the column stands must be one that is understood, and nothing may widen the condition.
		$places     = preg_match_all( "/$name/i", $this->bare );
		$understood = preg_match_all( "/$name\s*(?:=|LIKE|IN\s*\()\s*((?:\s*\?\d+\?\s*,?)+)/i", $this->bare, $found );
		if ( 0 === $places || $places !== $understood || preg_match( '/\b(?:OR|XOR|NOT)\b|\|\||<>|!/i', $this->bare ) ) {
			return null;
		}
		preg_match_all( '/\?(\d+)\?/', implode( ' ', $found[1] ), $numbers );
		return array_map( fn( string $number ): string => $this->texts[ (int) $number ], $numbers[1] );
	}

	private function verb(): string {
		return preg_match( '/^[\s(]*([a-z]+)/i', $this->bare, $found ) ? strtoupper( $found[1] ) : '';
	}

	/** @return list<string>|null */
	private function inserted( string $name, string $columns, string $rows ): ?array {
		$columns  = preg_split( '/\s*,\s*/', trim( $columns ) );
		$position = array_key_first( preg_grep( "/^$name\$/iD", $columns ) );
		// Values that hold parentheses of their own are calls or queries.
		preg_match_all( '/\(([^()]*)\)/', preg_replace( '/\bON\s+DUPLICATE\b.*$/is', '', $rows ), $found );
		$values = [];
		foreach ( null === $position ? [] : $found[1] as $row ) {
			$value = preg_split( '/\s*,\s*/', trim( $row ) )[ $position ] ?? '';
			if ( ! preg_match( '/^\?(\d+)\?$/D', $value, $number ) ) {
				return null;
			}
			$values[] = $this->texts[ (int) $number[1] ];
		}
		return $values ?: null;
	}
}

<?php

declare(strict_types=1);

namespace Countersign\Plugin\AgentScope;

defined( 'ABSPATH' ) || exit;

/**
 * One SQL statement, analysed as far as needed to tell what it changes.
 *
 * This is an allow list. A statement has one of the forms that are known here, or its kind is {@see self::UNKNOWN}.
 */
final class SqlStatement {

	/** Kinds of statements: only reads; changes nothing that remains; begins a transaction; changes rows; any other. */
	public const READ        = 'read';
	public const SESSION     = 'session';
	public const TRANSACTION = 'transaction';
	public const WRITE       = 'write';
	public const UNKNOWN     = 'unknown';

	/** Variables of the session that code may set. None of them changes how later statements are understood. */
	private const VARIABLES = [ 'autocommit', 'foreign_key_checks', 'group_concat_max_len', 'max_execution_time', 'max_statement_time', 'sql_big_selects', 'unique_checks', 'wait_timeout' ];

	/** Words before a table, by the first word of the statement. */
	private const MODIFIERS = [ 'LOW_PRIORITY', 'DELAYED', 'HIGH_PRIORITY', 'QUICK', 'IGNORE' ];

	/** Words that end the tables of an UPDATE or DELETE, and words that cannot be an alias. */
	private const ENDS  = [ 'SET', 'WHERE', 'ORDER', 'LIMIT', 'RETURNING' ];
	private const JOINS = [ 'JOIN', 'STRAIGHT_JOIN' ];
	private const OTHER = [ 'INNER', 'LEFT', 'RIGHT', 'OUTER', 'CROSS', 'NATURAL', 'ON', 'USING', 'USE', 'FORCE', 'IGNORE', 'PARTITION', 'FOR', 'AS' ];

	private int $at = 0;

	/** One of the constants. */
	public readonly string $kind;

	/** The first word in upper case. */
	public readonly string $verb;

	/** @var list<string> The tables that the statement changes, in lower case, after the database and a dot if it names one. */
	public array $written = [];

	/** The position of the token after the table of an INSERT, REPLACE, UPDATE or DELETE of one table, or 0. */
	public int $after_table = 0;

	/**
	 * @param list<array{string, string}> $tokens          Kind and text, as {@see SqlLexer} returned them.
	 * @param bool                        $has_backslashes Whether a backslash in a text begins an escape.
	 */
	private function __construct(
		public readonly array $tokens,
		public readonly bool $has_backslashes = true,
	) {
		$last = count( $tokens ) - 1;
		while ( '(' === $this->sign() ) {
			++$this->at;
		}
		$this->verb = $this->word();
		$is_one     = ! in_array( [ SqlLexer::SIGN, ';' ], array_slice( $tokens, 0, max( 0, $last ) ), true );
		$this->kind = $is_one ? $this->classify() : self::UNKNOWN;
	}

	/**
	 * Analyses a statement.
	 *
	 * @param string $sql              The statement.
	 * @param bool   $has_backslashes  As for {@see SqlLexer::tokens()}.
	 * @param bool   $quotes_are_names As for {@see SqlLexer::tokens()}.
	 */
	public static function of( string $sql, bool $has_backslashes = true, bool $quotes_are_names = false ): self {
		return new self( SqlLexer::tokens( $sql, $has_backslashes, $quotes_are_names ) ?? [], $has_backslashes );
	}

	/** Tells quickly that a statement only reads. Most statements do; the others are analysed. */
	public static function is_plain_read( string $sql ): bool {
		$lower = strtolower( $sql );
		if ( ! preg_match( '/^\s*+(?:select|show|describe)\s/', $lower ) || str_contains( $lower, ';' ) || str_contains( $lower, '/*' ) ) {
			return false;
		}
		// Only a text that contains these letters is searched for the words.
		return ( ! str_contains( $lower, 'into' ) && ! str_contains( $lower, 'lock' ) && ! str_contains( $lower, 'for' ) )
			|| 0 === preg_match( '/\b(?:into|lock|for)\b/', $lower );
	}

	/**
	 * Returns all names that the statement contains, of tables, columns and others, in lower case.
	 *
	 * @return list<string>
	 */
	public function names(): array {
		$names = array_filter( $this->tokens, static fn( array $token ): bool => SqlLexer::WORD === $token[0] || SqlLexer::NAME === $token[0] );
		return array_values( array_map( static fn( array $token ): string => strtolower( $token[1] ), $names ) );
	}

	/** Tells whether another statement consists of the same tokens, apart from numbers. */
	public function resembles( self $other ): bool {
		$plain = static fn( array $token ): string => match ( $token[0] ) {
			SqlLexer::NUMBER => '#',
			SqlLexer::TEXT   => $token[1],
			default          => strtolower( $token[1] ),
		};
		return array_map( $plain, $this->tokens ) === array_map( $plain, $other->tokens );
	}

	/** Tells whether a read locks rows. */
	public function locks(): bool {
		$names = $this->names();
		return in_array( 'lock', $names, true ) || in_array( 'for', $names, true );
	}

	/**
	 * Returns the value of a literal of the statement as text, or null for one that is not understood.
	 *
	 * @param string $literal A text with its quotes, or a number.
	 */
	public function value( string $literal ): ?string {
		if ( preg_match( '/^-?[0-9]+$/D', $literal ) ) {
			return $literal;
		}
		$quote = $literal[0] ?? '';
		if ( ! in_array( $quote, [ "'", '"' ], true ) || strlen( $literal ) < 2 || ! str_ends_with( $literal, $quote ) ) {
			return null;
		}
		$text = substr( $literal, 1, -1 );
		if ( ! $this->has_backslashes ) {
			return str_replace( $quote . $quote, $quote, $text );
		}
		$special = [
			'0' => "\0",
			'b' => "\x08",
			'n' => "\n",
			'r' => "\r",
			't' => "\t",
			'Z' => "\x1a",
			'%' => '\\%',
			'_' => '\\_',
		];
		return (string) preg_replace_callback( "/\\\\(.)|$quote$quote/s", static fn( array $found ): string => isset( $found[1] ) ? ( $special[ $found[1] ] ?? $found[1] ) : $quote, $text );
	}

	private function classify(): string {
		$follows = $this->word( $this->at + 1 );
		$rest    = count( $this->tokens ) - ( ';' === $this->sign( count( $this->tokens ) - 1 ) ? 1 : 0 ) - $this->at;
		return match ( $this->verb ) {
			'SELECT', 'WITH'                       => $this->is_read() ? self::READ : self::UNKNOWN,
			'SHOW'                                 => self::READ,
			'EXPLAIN', 'DESCRIBE', 'DESC'          => array_intersect( $this->names(), [ 'analyze', 'insert', 'update', 'delete', 'replace' ] ) ? self::UNKNOWN : self::READ,
			'INSERT', 'REPLACE'                    => $this->insert() ? self::WRITE : self::UNKNOWN,
			'UPDATE'                               => $this->update() ? self::WRITE : self::UNKNOWN,
			'DELETE'                               => $this->delete() ? self::WRITE : self::UNKNOWN,
			'START'                                => 'TRANSACTION' === $follows ? self::TRANSACTION : self::UNKNOWN,
			// MariaDB also knows BEGIN NOT ATOMIC, which is followed by any statements.
			'BEGIN'                                => 1 === $rest || ( 2 === $rest && 'WORK' === $follows ) ? self::TRANSACTION : self::UNKNOWN,
			'COMMIT', 'ROLLBACK', 'SAVEPOINT', 'RELEASE' => self::SESSION,
			'SET'                                  => $this->set(),
			default                                => self::UNKNOWN,
		};
	}

	/** A SELECT without INTO. WITH can begin an UPDATE or DELETE too, which has its verb outside of parentheses. */
	private function is_read(): bool {
		$depth = 0;
		foreach ( array_keys( $this->tokens ) as $position ) {
			$depth += '(' === $this->sign( $position ) ? 1 : 0;
			$depth -= ')' === $this->sign( $position ) ? 1 : 0;
			$word   = $this->word( $position );
			if ( 'INTO' === $word || ( 'WITH' === $this->verb && 0 === $depth && ( 'DELETE' === $word || ( 'UPDATE' === $word && 'FOR' !== $this->word( $position - 1 ) ) ) ) ) {
				return false;
			}
		}
		return true;
	}

	private function insert(): bool {
		++$this->at;
		$this->skip( self::MODIFIERS );
		$this->skip( [ 'INTO' ] );
		return $this->table() && $this->found();
	}

	private function update(): bool {
		++$this->at;
		$this->skip( self::MODIFIERS );
		return $this->tables() && 'SET' === $this->word() && $this->found();
	}

	/** `DELETE FROM table`, `DELETE tables FROM tables` or `DELETE FROM tables USING tables`. */
	private function delete(): bool {
		++$this->at;
		$this->skip( self::MODIFIERS );
		$is_simple = 'FROM' === $this->word();
		while ( isset( $this->tokens[ $this->at ] ) && 'FROM' !== $this->word() ) {
			++$this->at;
		}
		++$this->at;
		$start = $this->at;
		if ( $is_simple ) {
			while ( isset( $this->tokens[ $this->at ] ) && ! in_array( $this->word(), [ 'USING', ...self::ENDS ], true ) ) {
				++$this->at;
			}
			$this->at = 'USING' === $this->word() ? $this->at + 1 : $start;
		}
		$is_simple = $is_simple && $start === $this->at;
		if ( ! $this->tables() || ( ! $is_simple && 'SET' === $this->word() ) ) {
			return false;
		}
		return ! $is_simple || 1 < count( $this->written ) ? $this->is_end() : $this->is_end() && $this->found();
	}

	/** Notes where the one table of the statement ends. */
	private function found(): bool {
		$this->after_table = 1 === count( $this->written ) ? $this->at : 0;
		return true;
	}

	private function is_end(): bool {
		return ! isset( $this->tokens[ $this->at ] ) || ';' === $this->sign() || in_array( $this->word(), self::ENDS, true );
	}

	/** Reads tables that are joined by commas or JOIN, up to the next clause. Subqueries and conditions are skipped. */
	private function tables(): bool {
		while ( true ) {
			if ( '(' === $this->sign() ) {
				// Tables in parentheses could be changed, so only a subquery is permitted.
				if ( 'SELECT' !== $this->word( $this->at + 1 ) || ! $this->parentheses() ) {
					return false;
				}
			} elseif ( ! $this->table() ) {
				return false;
			}
			$this->skip( [ 'AS' ] );
			if ( $this->is_name() && ! in_array( $this->word(), [ ...self::ENDS, ...self::JOINS, ...self::OTHER ], true ) ) {
				++$this->at;
			}
			while ( ! $this->is_end() && ',' !== $this->sign() && ! in_array( $this->word(), self::JOINS, true ) ) {
				if ( '(' === $this->sign() ? ! $this->parentheses() : ')' === $this->sign( $this->at++ ) ) {
					return false;
				}
			}
			if ( $this->is_end() ) {
				return true;
			}
			++$this->at;
		}
	}

	/** Reads the name of a table that is written. */
	private function table(): bool {
		if ( ! $this->is_name() ) {
			return false;
		}
		$database = '';
		$name     = $this->text();
		++$this->at;
		if ( '.' === $this->sign() ) {
			++$this->at;
			if ( ! $this->is_name() ) {
				return false;
			}
			$database = $name . '.';
			$name     = $this->text();
			++$this->at;
		}
		$this->written[] = $database . strtolower( $name );
		return true;
	}

	/** Skips what is in parentheses. Returns false if they are not closed. */
	private function parentheses(): bool {
		$depth = 0;
		do {
			$depth += '(' === $this->sign() ? 1 : 0;
			$depth -= ')' === $this->sign() ? 1 : 0;
			++$this->at;
		} while ( $depth > 0 && isset( $this->tokens[ $this->at ] ) );
		return 0 === $depth;
	}

	/** `SET [SESSION] variable = literal, …` of permitted variables, or `SET … TRANSACTION ISOLATION LEVEL READ COMMITTED`. */
	private function set(): string {
		$words = strtoupper( implode( ' ', array_map( static fn( array $token ): string => SqlLexer::NAME === $token[0] ? '`' : ( ';' === $token[1] ? '' : $token[1] ), $this->tokens ) ) );
		if ( preg_match( '/^SET (?:SESSION )?TRANSACTION ISOLATION LEVEL READ COMMITTED *$/D', $words ) ) {
			return self::SESSION;
		}
		$variable = '(?:(?:SESSION )|(?:@ @ (?:SESSION \. )?))?(?:' . strtoupper( implode( '|', self::VARIABLES ) ) . ')';
		$setting  = $variable . ' (?:: )?= (?:[0-9.]+|ON|OFF|DEFAULT)';
		if ( ! preg_match( "/^SET $setting(?: , $setting)* *\$/D", $words ) ) {
			return self::UNKNOWN;
		}
		return str_contains( $words, 'AUTOCOMMIT' ) ? self::TRANSACTION : self::SESSION;
	}

	private function is_name(): bool {
		return in_array( $this->tokens[ $this->at ][0] ?? '', [ SqlLexer::WORD, SqlLexer::NAME ], true );
	}

	/** @param list<string> $words */
	private function skip( array $words ): void {
		while ( in_array( $this->word(), $words, true ) ) {
			++$this->at;
		}
	}

	/** Returns the unquoted word at a position in upper case, or ''. */
	private function word( ?int $position = null ): string {
		[ $kind, $text ] = $this->tokens[ $position ?? $this->at ] ?? [ '', '' ];
		return SqlLexer::WORD === $kind ? strtoupper( $text ) : '';
	}

	/** Returns the text of the token at the current position. */
	private function text(): string {
		return $this->tokens[ $this->at ][1] ?? '';
	}

	/** Returns the sign at a position, or '' if there is a token of another kind or none. */
	private function sign( ?int $position = null ): string {
		[ $kind, $text ] = $this->tokens[ $position ?? $this->at ] ?? [ '', '' ];
		return SqlLexer::SIGN === $kind ? $text : '';
	}
}

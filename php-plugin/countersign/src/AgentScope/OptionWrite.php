<?php

declare(strict_types=1);

namespace Countersign\Plugin\AgentScope;

defined( 'ABSPATH' ) || exit;

/**
 * A statement that changes the table of options, in one of the forms by which WordPress does so: one row with a literal
 * name is inserted, or rows whose name equals a literal are updated or deleted.
 */
final class OptionWrite {

	private const NAME  = 'option_name';
	private const VALUE = [ 'option_value', 'autoload' ];

	private int $at;

	/** @var list<array{string, string}> The names, as they are written in the statement: an operator and a quoted text. */
	public array $names = [];

	private function __construct( private readonly SqlStatement $statement ) {
		$this->at = $statement->after_table;
	}

	/**
	 * Returns the names of options that a statement can change: each an operator, `=` or `LIKE`, and a text with its quotes.
	 * Returns null if the statement has another form.
	 *
	 * @return list<array{string, string}>|null
	 */
	public static function names( SqlStatement $statement ): ?array {
		$write = new self( $statement );
		$known = match ( $statement->after_table > 0 ? $statement->verb : '' ) {
			'INSERT' => $write->insert(),
			'UPDATE' => $write->update(),
			'DELETE' => $write->where( true ),
			default  => false,
		};
		return $known && [] !== $write->names ? $write->names : null;
	}

	/** `( columns ) VALUES ( literals )`, and what `add_option()` adds for a name that exists. */
	private function insert(): bool {
		$columns = $this->listed( fn(): ?string => $this->column() );
		if ( null === $columns || ! in_array( self::NAME, $columns, true ) || array_diff( $columns, [ self::NAME, ...self::VALUE ] ) || ! $this->takes( 'VALUES' ) ) {
			return false;
		}
		$values = $this->listed( fn(): ?string => $this->literal() );
		if ( null === $values || count( $values ) !== count( $columns ) || count( array_unique( $columns ) ) !== count( $columns ) ) {
			return false;
		}
		$this->names[] = [ '=', $values[ array_search( self::NAME, $columns, true ) ] ];
		if ( $this->takes( 'ON' ) ) {
			if ( ! $this->takes( 'DUPLICATE' ) || ! $this->takes( 'KEY' ) || ! $this->takes( 'UPDATE' ) ) {
				return false;
			}
			do {
				$column = $this->column();
				if ( null === $column || ! in_array( $column, $columns, true ) || ! $this->takes( '=' ) || ! $this->takes( 'VALUES' ) || $this->listed( fn(): ?string => $this->column() ) !== [ $column ] ) {
					return false;
				}
			} while ( $this->takes( ',' ) );
		}
		return $this->ends();
	}

	/** `SET column = literal, … WHERE …`. The name is not changed. */
	private function update(): bool {
		if ( ! $this->takes( 'SET' ) ) {
			return false;
		}
		do {
			if ( ! in_array( $this->column(), self::VALUE, true ) || ! $this->takes( '=' ) || null === $this->literal() ) {
				return false;
			}
		} while ( $this->takes( ',' ) );
		return $this->where( false );
	}

	/** `WHERE option_name = 'a' AND …`. Further conditions compare a column with a literal, so that they only narrow. */
	private function where( bool $may_use_patterns ): bool {
		if ( ! $this->takes( 'WHERE' ) ) {
			return false;
		}
		do {
			$column = $this->column();
			if ( null === $column || ! in_array( $column, [ self::NAME, ...self::VALUE ], true ) || ! $this->condition( $column, $may_use_patterns ) ) {
				return false;
			}
		} while ( $this->takes( 'AND' ) );
		return $this->ends();
	}

	private function condition( string $column, bool $may_use_patterns ): bool {
		if ( self::NAME === $column ) {
			if ( $this->takes( 'IN' ) ) {
				$texts = $this->listed( fn(): ?string => $this->literal() ) ?? [];
				array_push( $this->names, ...array_map( static fn( string $text ): array => [ '=', $text ], $texts ) );
				return [] !== $texts;
			}
			$operator = $this->takes( '=' ) ? '=' : ( $may_use_patterns && $this->takes( 'LIKE' ) ? 'LIKE' : null );
			$text     = null === $operator ? null : $this->literal();
			if ( null !== $operator && null !== $text ) {
				$this->names[] = [ $operator, $text ];
			}
			return null !== $text;
		}
		$is_compared = false;
		while ( $this->takes( '<' ) || $this->takes( '>' ) || $this->takes( '=' ) || $this->takes( '!' ) ) {
			$is_compared = true;
		}
		return $is_compared && null !== $this->literal();
	}

	/** Returns true at the end of the statement. `LIMIT` with a number may come before. */
	private function ends(): bool {
		if ( $this->takes( 'LIMIT' ) ) {
			[ $kind ] = $this->statement->tokens[ $this->at++ ] ?? [ '' ];
			if ( SqlLexer::NUMBER !== $kind ) {
				return false;
			}
		}
		$this->takes( ';' );
		return ! isset( $this->statement->tokens[ $this->at ] );
	}

	/**
	 * Reads a list in parentheses.
	 *
	 * @param callable(): ?string $read Reads an item.
	 *
	 * @return non-empty-list<string>|null
	 */
	private function listed( callable $read ): ?array {
		if ( ! $this->takes( '(' ) ) {
			return null;
		}
		$items = [];
		do {
			$item = $read();
			if ( null === $item ) {
				return null;
			}
			$items[] = $item;
		} while ( $this->takes( ',' ) );
		return $this->takes( ')' ) ? $items : null;
	}

	/** Reads the name of a column. */
	private function column(): ?string {
		[ $kind, $text ] = $this->statement->tokens[ $this->at ] ?? [ '', '' ];
		if ( SqlLexer::WORD !== $kind && SqlLexer::NAME !== $kind ) {
			return null;
		}
		++$this->at;
		return strtolower( $text );
	}

	/** Reads a text or number. Two texts in a row are one text to the server, so they are not understood. */
	private function literal(): ?string {
		[ $kind, $text ] = $this->statement->tokens[ $this->at ] ?? [ '', '' ];
		$next            = $this->statement->tokens[ $this->at + 1 ][0] ?? '';
		if ( SqlLexer::TEXT !== $next && ( SqlLexer::TEXT === $kind || SqlLexer::NUMBER === $kind || ( SqlLexer::WORD === $kind && 'NULL' === strtoupper( $text ) ) ) ) {
			++$this->at;
			return $text;
		}
		return null;
	}

	/** Reads a word or sign if it comes next. */
	private function takes( string $text ): bool {
		[ $kind, $found ] = $this->statement->tokens[ $this->at ] ?? [ '', '' ];
		if ( ( SqlLexer::WORD !== $kind && SqlLexer::SIGN !== $kind ) || strtoupper( $found ) !== $text ) {
			return false;
		}
		++$this->at;
		return true;
	}
}

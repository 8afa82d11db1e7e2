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

	private readonly SqlCursor $cursor;

	/** @var list<array{string, string}> The names, as they are written in the statement: an operator and a quoted text. */
	public array $names = [];

	private function __construct( SqlStatement $statement ) {
		$this->cursor = new SqlCursor( $statement, $statement->after_table );
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
		$columns = $this->cursor->listed( fn(): ?string => $this->cursor->column() );
		if ( null === $columns || ! in_array( self::NAME, $columns, true ) || array_diff( $columns, [ self::NAME, ...self::VALUE ] ) || ! $this->cursor->takes( 'VALUES' ) ) {
			return false;
		}
		$values = $this->cursor->listed( fn(): ?string => $this->cursor->literal() );
		if ( null === $values || count( $values ) !== count( $columns ) || count( array_unique( $columns ) ) !== count( $columns ) ) {
			return false;
		}
		$this->names[] = [ '=', $values[ array_search( self::NAME, $columns, true ) ] ];
		if ( $this->cursor->takes( 'ON' ) ) {
			if ( ! $this->cursor->takes( 'DUPLICATE' ) || ! $this->cursor->takes( 'KEY' ) || ! $this->cursor->takes( 'UPDATE' ) ) {
				return false;
			}
			do {
				$column = $this->cursor->column();
				if ( null === $column || ! in_array( $column, $columns, true ) || ! $this->cursor->takes( '=' ) || ! $this->cursor->takes( 'VALUES' ) || $this->cursor->listed( fn(): ?string => $this->cursor->column() ) !== [ $column ] ) {
					return false;
				}
			} while ( $this->cursor->takes( ',' ) );
		}
		return $this->ends();
	}

	/** `SET column = literal, … WHERE …`. The name is not changed. */
	private function update(): bool {
		if ( ! $this->cursor->takes( 'SET' ) ) {
			return false;
		}
		do {
			if ( ! in_array( $this->cursor->column(), self::VALUE, true ) || ! $this->cursor->takes( '=' ) || null === $this->cursor->literal() ) {
				return false;
			}
		} while ( $this->cursor->takes( ',' ) );
		return $this->where( false );
	}

	/** `WHERE option_name = 'a' AND …`. Further conditions compare a column with a literal, so that they only narrow. */
	private function where( bool $may_use_patterns ): bool {
		if ( ! $this->cursor->takes( 'WHERE' ) ) {
			return false;
		}
		do {
			$column = $this->cursor->column();
			if ( null === $column || ! in_array( $column, [ self::NAME, ...self::VALUE ], true ) || ! $this->condition( $column, $may_use_patterns ) ) {
				return false;
			}
		} while ( $this->cursor->takes( 'AND' ) );
		return $this->ends();
	}

	private function condition( string $column, bool $may_use_patterns ): bool {
		if ( self::NAME === $column ) {
			if ( $this->cursor->takes( 'IN' ) ) {
				$texts = $this->cursor->listed( fn(): ?string => $this->cursor->literal() ) ?? [];
				array_push( $this->names, ...array_map( static fn( string $text ): array => [ '=', $text ], $texts ) );
				return [] !== $texts;
			}
			$operator = $this->cursor->takes( '=' ) ? '=' : ( $may_use_patterns && $this->cursor->takes( 'LIKE' ) ? 'LIKE' : null );
			$text     = null === $operator ? null : $this->cursor->literal();
			if ( null !== $operator && null !== $text ) {
				$this->names[] = [ $operator, $text ];
			}
			return null !== $text;
		}
		$is_compared = false;
		while ( $this->cursor->takes( '<' ) || $this->cursor->takes( '>' ) || $this->cursor->takes( '=' ) || $this->cursor->takes( '!' ) ) {
			$is_compared = true;
		}
		return $is_compared && null !== $this->cursor->literal();
	}

	/** Returns true at the end of the statement. `LIMIT` with a number may come before. */
	private function ends(): bool {
		return ( ! $this->cursor->takes( 'LIMIT' ) || $this->cursor->number() ) && $this->cursor->ends();
	}
}

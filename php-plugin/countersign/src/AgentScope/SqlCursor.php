<?php

declare(strict_types=1);

namespace Countersign\Plugin\AgentScope;

defined( 'ABSPATH' ) || exit;

/** Reads the tokens of a statement one after the other. A method that does not find what it is to read returns null or false. */
final class SqlCursor {

	/**
	 * @param SqlStatement $statement The statement.
	 * @param int          $at        Position of the token that is read next.
	 */
	public function __construct(
		private readonly SqlStatement $statement,
		public int $at,
	) {}

	/**
	 * Reads a list in parentheses.
	 *
	 * @param callable(): ?string $read Reads an item.
	 *
	 * @return non-empty-list<string>|null
	 */
	public function listed( callable $read ): ?array {
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

	/** Reads the name of a column, and returns it in lower case. */
	public function column(): ?string {
		[ $kind, $text ] = $this->token();
		if ( SqlLexer::WORD !== $kind && SqlLexer::NAME !== $kind ) {
			return null;
		}
		++$this->at;
		return strtolower( $text );
	}

	/**
	 * Reads a text with its quotes, a number or NULL. Two texts in a row are one text to the server, so they are not understood.
	 *
	 * @param bool $may_be_negative Whether a number may have a sign.
	 */
	public function literal( bool $may_be_negative = false ): ?string {
		$sign            = $may_be_negative && $this->takes( '-' ) ? '-' : '';
		[ $kind, $text ] = $this->token();
		$is_literal      = SqlLexer::NUMBER === $kind || ( '' === $sign && ( SqlLexer::TEXT === $kind || ( SqlLexer::WORD === $kind && 'NULL' === strtoupper( $text ) ) ) );
		if ( ! $is_literal || SqlLexer::TEXT === $this->token( 1 )[0] ) {
			return null;
		}
		++$this->at;
		return $sign . $text;
	}

	/** Reads a number. */
	public function number(): bool {
		return SqlLexer::NUMBER === $this->token()[0] && ++$this->at > 0;
	}

	/** Reads a word or sign if it comes next. */
	public function takes( string $text ): bool {
		[ $kind, $found ] = $this->token();
		if ( ( SqlLexer::WORD !== $kind && SqlLexer::SIGN !== $kind ) || strtoupper( $found ) !== $text ) {
			return false;
		}
		++$this->at;
		return true;
	}

	/** Tells whether this is the end of the statement. */
	public function ends(): bool {
		$this->takes( ';' );
		return ! isset( $this->statement->tokens[ $this->at ] );
	}

	/** @return array{string, string} Kind and text of a token; both are empty behind the end. */
	private function token( int $ahead = 0 ): array {
		return $this->statement->tokens[ $this->at + $ahead ] ?? [ '', '' ];
	}
}

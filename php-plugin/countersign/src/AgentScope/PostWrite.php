<?php

declare(strict_types=1);

namespace Countersign\Plugin\AgentScope;

use Countersign\Plugin\Targets\StoredPost;

defined( 'ABSPATH' ) || exit;

/**
 * A statement that changes the table of posts: which posts, and what they become. The extension decides from that whether
 * visitors see them. It covers a tool that changes another post than the one that it has named, and functions of WordPress
 * that check nothing.
 *
 * Understood are an INSERT of one row of literals, and an UPDATE or DELETE of this table alone: the database is asked which
 * rows it would match. Any other form counts as one that changes what visitors see.
 */
final class PostWrite {

	/** Columns that visitors see, or that decide whether they see a post. */
	private const SEEN = [ 'id', 'post_author', 'post_content', 'post_date', 'post_date_gmt', 'post_excerpt', 'post_name', 'post_parent', 'post_password', 'post_status', 'post_title', 'post_type' ];

	/** Columns that decide whether visitors see a post. Another id is another post. */
	private const DECIDING = [ 'post_parent', 'post_status', 'post_type' ];

	/** Words that a condition of a statement which is sent as a SELECT may not have. */
	private const UNSAFE = [ 'FOR', 'INTO', 'LOCK', 'PROCEDURE', 'RETURNING', 'UNION' ];

	/** Largest number of rows that are looked at. */
	private const MAX_ROWS = 50;

	private const UNKNOWN = [ '"unknown"' ];

	private readonly SqlCursor $cursor;

	private function __construct(
		private readonly SqlStatement $statement,
		private readonly string $table,
	) {
		$this->cursor = new SqlCursor( $statement, $statement->after_table );
	}

	/**
	 * Returns what the extension must permit before a statement is sent: each post as it is, and as it becomes.
	 *
	 * @param SqlStatement $statement A statement that changes the table of posts, alone or with others.
	 * @param string       $table     The name of that table in lower case.
	 *
	 * @return list<string> In the form of {@see \Countersign\McpCall::mayChange()}. Empty if visitors see nothing of the change.
	 */
	public static function reports( SqlStatement $statement, string $table ): array {
		$write = new self( $statement, $table );
		return match ( $statement->verb ) {
			'INSERT' => $write->insert(),
			'UPDATE' => $write->update(),
			'DELETE' => $write->delete(),
			default  => null,
		} ?? self::UNKNOWN;
	}

	/** @return list<string>|null Null if the form is not known. */
	private function insert(): ?array {
		$columns = $this->cursor->at > 0 ? $this->cursor->listed( fn(): ?string => $this->cursor->column() ) : null;
		$values  = null !== $columns && $this->cursor->takes( 'VALUES' ) ? $this->cursor->listed( fn(): ?string => $this->cursor->literal( true ) ) : null;
		if ( null === $columns || null === $values || count( $columns ) !== count( $values ) || ! $this->cursor->ends() ) {
			return null;
		}
		$row = self::plain( array_combine( $columns, $values ) );
		return null === $row ? null : [ StoredPost::fresh( $row )->to_json() ];
	}

	/** @return list<string>|null */
	private function update(): ?array {
		$tokens = $this->statement->tokens;
		$set    = $this->position( 'SET', 0 );
		$where  = $this->position( 'WHERE', $set );
		$named  = array_map( static fn( array $token ): string => strtolower( $token[1] ), array_slice( $tokens, $set, $where - $set ) );
		if ( [] === array_intersect( self::SEEN, $named ) ) {
			return [];
		}
		if ( $this->cursor->at !== $set || strtolower( $tokens[ $set - 1 ][1] ) !== $this->table ) {
			return null;
		}
		++$this->cursor->at;
		$changed = [];
		do {
			$column = $this->cursor->column();
			$value  = null !== $column && $this->cursor->takes( '=' ) ? $this->cursor->literal( true ) : null;
			if ( null === $value ) {
				return null;
			}
			$changed[ $column ] = $value;
		} while ( $this->cursor->takes( ',' ) );
		$changed = $this->cursor->at === $where ? self::plain( $changed ) : null;
		return null === $changed ? null : $this->of_rows( $where, $changed );
	}

	/** @return list<string>|null */
	private function delete(): ?array {
		if ( $this->cursor->at > 0 ) {
			return strtolower( $this->statement->tokens[ $this->cursor->at - 1 ][1] ) === $this->table ? $this->of_rows( $this->cursor->at, [] ) : null;
		}
		// `DELETE a FROM …`: the table of posts may only be joined.
		$names   = $this->statement->names();
		$targets = array_slice( $names, 1, (int) array_search( 'from', $names, true ) - 1 );
		foreach ( [] === $targets ? [] : array_keys( $names, $this->table, true ) as $position ) {
			$alias = $names[ $position + ( 'as' === ( $names[ $position + 1 ] ?? '' ) ? 2 : 1 ) ] ?? '';
			if ( in_array( $this->table, $targets, true ) || in_array( $alias, $targets, true ) ) {
				return null;
			}
		}
		return [] === $targets ? null : [];
	}

	/**
	 * Returns the rows that the end of the statement matches, as they are and as they become.
	 *
	 * @param int                   $from    The position at which the conditions begin.
	 * @param array<string, string> $changed Deciding column => new value.
	 *
	 * @return list<string>|null
	 */
	private function of_rows( int $from, array $changed ): ?array {
		global $wpdb;
		$conditions = $this->text( $from );
		if ( null === $conditions ) {
			return null;
		}
		$shows = $wpdb->suppress_errors();
		$limit = self::MAX_ROWS + 1;
		// phpcs:ignore WordPress.DB -- The tokens of one statement that the lexer has delimited; a SELECT of numbers.
		$ids = $wpdb->get_col( "SELECT ID FROM ( SELECT ID FROM `$wpdb->posts` $conditions ) AS matched LIMIT $limit" );
		$wpdb->suppress_errors( $shows );
		if ( '' !== $wpdb->last_error || count( $ids ) > self::MAX_ROWS ) {
			return null;
		}
		$reports = [];
		foreach ( $ids as $id ) {
			$stored = StoredPost::read( (int) $id );
			if ( null === $stored ) {
				return null;
			}
			$reports[] = $stored->to_json();
			if ( array_diff_assoc( $changed, $stored->row ) ) {
				$reports[] = $stored->with( $changed )->to_json();
			}
		}
		return $reports;
	}

	/**
	 * Returns the deciding columns with their values, or null if a value or the id is not plain.
	 *
	 * @param array<string, string> $columns Column => literal.
	 *
	 * @return array<string, string>|null
	 */
	private static function plain( array $columns ): ?array {
		$row = isset( $columns['id'] ) ? null : [];
		foreach ( null === $row ? [] : array_intersect_key( $columns, array_flip( self::DECIDING ) ) as $column => $literal ) {
			if ( ! preg_match( '/^([\'"]?)([\w-]+)\1$/D', $literal, $found ) ) {
				return null;
			}
			$row[ $column ] = 'post_parent' === $column ? (string) max( 0, (int) $found[2] ) : $found[2];
		}
		return $row;
	}

	/** Returns the text of the statement from a position on, or null if it may not be the end of a SELECT. */
	private function text( int $from ): ?string {
		$sql    = '';
		$before = '';
		foreach ( array_slice( $this->statement->tokens, $from ) as [ $kind, $text ] ) {
			if ( SqlLexer::WORD === $kind && in_array( strtoupper( $text ), self::UNSAFE, true ) ) {
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

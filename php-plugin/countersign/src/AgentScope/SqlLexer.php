<?php

declare(strict_types=1);

namespace Countersign\Plugin\AgentScope;

defined( 'ABSPATH' ) || exit;

/**
 * Splits an SQL statement into tokens, as MySQL and MariaDB do.
 *
 * Written by hand because no lexer is always there: that of the SQLite drop-in exists only on sites with SQLite. It knows
 * less than a server does, and refuses what it does not know: comments that a server executes or takes as hints,
 * comments within comments, control characters, and quotes without an end.
 */
final class SqlLexer {

	/** Kinds of tokens: an unquoted word, a quoted name, a text, a number, any other character. */
	public const WORD   = 'word';
	public const NAME   = 'name';
	public const TEXT   = 'text';
	public const NUMBER = 'number';
	public const SIGN   = 'sign';

	private const SPACE  = " \t\n\r\v\f";
	private const LETTER = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_$';
	private const SIGNS  = '()[]{}.,;=<>!+-*/%&|^~:?@';

	private int $at = 0;

	/** @var list<array{string, string}> */
	private array $tokens = [];

	/** All bytes that a word can consist of. */
	private readonly string $letters;

	/**
	 * @param string $sql              The statement.
	 * @param bool   $has_backslashes  Whether a backslash in a text escapes the next character, which is so unless the SQL mode
	 *                                 has NO_BACKSLASH_ESCAPES.
	 * @param bool   $quotes_are_names Whether double quotes enclose names, which is so in the SQL mode ANSI_QUOTES.
	 */
	private function __construct(
		private readonly string $sql,
		private readonly bool $has_backslashes,
		private readonly bool $quotes_are_names,
	) {
		$this->letters = self::LETTER . implode( '', array_map( chr( ... ), range( 0x80, 0xff ) ) );
	}

	/**
	 * Returns the tokens: kind and text. A quoted name comes without its quotes, a text with them. Returns null if the
	 * statement is not understood.
	 *
	 * @param string $sql              As for the constructor.
	 * @param bool   $has_backslashes  As for the constructor.
	 * @param bool   $quotes_are_names As for the constructor.
	 *
	 * @return list<array{string, string}>|null
	 */
	public static function tokens( string $sql, bool $has_backslashes = true, bool $quotes_are_names = false ): ?array {
		$lexer = new self( $sql, $has_backslashes, $quotes_are_names );
		return $lexer->run() ? $lexer->tokens : null;
	}

	private function run(): bool {
		$end = strlen( $this->sql );
		while ( $this->at < $end ) {
			$this->at += strspn( $this->sql, self::SPACE, $this->at );
			if ( $this->at < $end && ! $this->token( $this->sql[ $this->at ] ) ) {
				return false;
			}
		}
		return true;
	}

	/** Reads one token or comment. Returns false if it is not understood. */
	private function token( string $first ): bool {
		$two = substr( $this->sql, $this->at, 2 );
		return match ( true ) {
			"'" === $first                             => $this->quoted( self::TEXT, $this->has_backslashes ),
			'"' === $first && $this->quotes_are_names  => $this->quoted( self::NAME, false ),
			'"' === $first                             => $this->quoted( self::TEXT, $this->has_backslashes ),
			'`' === $first                             => $this->quoted( self::NAME, false ),
			'/*' === $two                              => $this->comment(),
			'#' === $first, $this->is_line_comment()   => $this->line(),
			str_contains( $this->letters, $first )     => $this->word(),
			str_contains( self::SIGNS, $first )        => $this->add( self::SIGN, $first, 1 ),
			default                                    => false,
		};
	}

	private function add( string $kind, string $text, int $length ): bool {
		$this->tokens[] = [ $kind, $text ];
		$this->at      += $length;
		return true;
	}

	private function word(): bool {
		$length = strspn( $this->sql, $this->letters, $this->at );
		$text   = substr( $this->sql, $this->at, $length );
		if ( strspn( $text, '0123456789' ) !== $length ) {
			return $this->add( self::WORD, $text, $length );
		}
		$fraction = preg_match( '/\G\.\d*/', $this->sql, $found, 0, $this->at + $length ) ? strlen( $found[0] ) : 0;
		return $this->add( self::NUMBER, substr( $this->sql, $this->at, $length + $fraction ), $length + $fraction );
	}

	/** Reads up to the closing quote. The quote itself is written twice within. */
	private function quoted( string $kind, bool $has_backslashes ): bool {
		$quote = $this->sql[ $this->at ];
		$stops = $quote . ( $has_backslashes ? '\\' : '' );
		$end   = $this->at + 1;
		while ( true ) {
			$end += strcspn( $this->sql, $stops, $end );
			$stop = $this->sql[ $end ] ?? '';
			if ( '' === $stop ) {
				return false;
			}
			if ( $stop === $quote && ( $this->sql[ $end + 1 ] ?? '' ) !== $quote ) {
				break;
			}
			$end += 2;
		}
		$raw = substr( $this->sql, $this->at, $end + 1 - $this->at );
		return $this->add( $kind, self::NAME === $kind ? str_replace( $quote . $quote, $quote, substr( $raw, 1, -1 ) ) : $raw, strlen( $raw ) );
	}

	/** Skips a comment that servers ignore. */
	private function comment(): bool {
		$end  = strpos( $this->sql, '*/', $this->at + 2 );
		$text = false === $end ? '!' : substr( $this->sql, $this->at + 2, $end - $this->at - 2 );
		if ( preg_match( '~^(?:M?!|\+)|/\*~', $text ) ) {
			return false;
		}
		$this->at += strlen( $text ) + 4;
		return true;
	}

	private function is_line_comment(): bool {
		return '--' === substr( $this->sql, $this->at, 2 ) && preg_match( '/\G(?:[\s]|$)/D', $this->sql, $found, 0, $this->at + 2 );
	}

	private function line(): bool {
		$this->at += strcspn( $this->sql, "\n", $this->at );
		return true;
	}
}

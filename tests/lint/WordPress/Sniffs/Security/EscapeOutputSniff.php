<?php

declare(strict_types=1);

namespace WordPress\Sniffs\Security;

use PHP_CodeSniffer\Files\File;
use PHP_CodeSniffer\Sniffs\Sniff;
use PHP_CodeSniffer\Util\Tokens;

/**
 * Reports output that is not escaped: each part of what `echo`, `print`, `<?=`, `exit`, `printf()` and `_e()` print must be a
 * literal, a number, or the result of a function that escapes.
 */
final class EscapeOutputSniff implements Sniff {

	/** Functions whose result is safe to print in HTML. */
	private const ESCAPING = [
		'absint', 'antispambot', 'checked', 'count', 'disabled', 'esc_attr', 'esc_attr__', 'esc_attr_x', 'esc_html', 'esc_html__', 'esc_html_x',
		'esc_js', 'esc_textarea', 'esc_url', 'esc_xml', 'intval', 'number_format_i18n', 'paginate_links', 'sanitize_html_class', 'sanitize_key',
		'selected', 'submit_button', 'tag_escape', 'wp_create_nonce', 'wp_json_encode', 'wp_kses', 'wp_kses_data', 'wp_kses_post', 'wp_nonce_field',
	];

	/** Functions whose result is safe if all their arguments are. */
	private const COMPOSING = [ 'implode', 'join', 'sprintf', 'vsprintf', 'str_repeat' ];

	/** Functions that print their arguments. */
	private const PRINTING = [ 'printf', 'vprintf' ];

	/** Functions that print a translation without escaping it. */
	private const UNESCAPED_TRANSLATION = [ '_e', '_ex' ];

	/** @return list<int|string> */
	public function register(): array {
		return [ T_ECHO, T_PRINT, T_OPEN_TAG_WITH_ECHO, T_EXIT, T_STRING ];
	}

	/** @param int $at */
	public function process( File $file, $at ): void {
		$token = $file->getTokens()[ $at ];
		if ( T_STRING !== $token['code'] ) {
			$this->statement( $file, $at );
			return;
		}
		$name = strtolower( $token['content'] );
		$open = self::call( $file, $at );
		if ( null === $open ) {
			return;
		}
		if ( in_array( $name, self::UNESCAPED_TRANSLATION, true ) ) {
			$file->addError( '%s() prints a translation without escaping it; use esc_html_e() or esc_attr_e()', $at, 'UnsafePrintingFunction', [ $name ] );
		} elseif ( in_array( $name, self::PRINTING, true ) ) {
			$this->parts( $file, $open + 1, $file->getTokens()[ $open ]['parenthesis_closer'], [ T_COMMA ] );
		}
	}

	private function statement( File $file, int $at ): void {
		$ends  = [ T_SEMICOLON, T_CLOSE_TAG ];
		$end   = $at;
		$count = $file->numTokens;
		do {
			$end = self::skip( $file, $end );
		} while ( $end < $count && ! in_array( $file->getTokens()[ $end ]['code'], $ends, true ) && T_CLOSE_PARENTHESIS !== $file->getTokens()[ $end ]['code'] );
		$this->parts( $file, $at + 1, $end, [ T_COMMA ] );
	}

	/**
	 * Checks each part of the tokens from $start up to and without $end, split at the given separators.
	 *
	 * @param list<int|string> $separators
	 */
	private function parts( File $file, int $start, int $end, array $separators ): void {
		foreach ( self::split( $file, $start, $end, $separators ) as [ $from, $to ] ) {
			$this->expression( $file, $from, $to );
		}
	}

	private function expression( File $file, int $start, int $end ): void {
		$tokens = $file->getTokens();
		$first  = $file->findNext( Tokens::$emptyTokens, $start, $end, true );
		if ( false === $first ) {
			return;
		}
		$last = (int) $file->findPrevious( Tokens::$emptyTokens, $end - 1, $first, true );
		// Parentheses around the whole expression.
		if ( T_OPEN_PARENTHESIS === $tokens[ $first ]['code'] && $tokens[ $first ]['parenthesis_closer'] === $last ) {
			$this->expression( $file, $first + 1, $last );
			return;
		}
		// `condition ? this : that`: the condition is not printed, unless it is also the result (`this ?: that`).
		$branches = self::split( $file, $first, $last + 1, [ T_INLINE_THEN, T_INLINE_ELSE, T_COALESCE ] );
		if ( count( $branches ) > 1 ) {
			$condition = array_shift( $branches );
			$next      = $tokens[ $condition[1] ]['code'];
			if ( T_COALESCE === $next || '' === trim( $file->getTokensAsString( $branches[0][0], $branches[0][1] - $branches[0][0] ) ) ) {
				$this->expression( $file, ...$condition );
			}
			foreach ( $branches as $branch ) {
				$this->expression( $file, ...$branch );
			}
			return;
		}
		$operands = self::split( $file, $first, $last + 1, [ T_STRING_CONCAT ] );
		if ( count( $operands ) > 1 ) {
			foreach ( $operands as $operand ) {
				$this->expression( $file, ...$operand );
			}
			return;
		}
		if ( ! $this->is_safe( $file, $first, $last ) ) {
			$file->addError( 'This is printed without being escaped: use esc_html(), esc_attr(), esc_url() or wp_kses() where it is printed', $first, 'OutputNotEscaped' );
		}
	}

	private function is_safe( File $file, int $first, int $last ): bool {
		$tokens  = $file->getTokens();
		$literal = [ T_CONSTANT_ENCAPSED_STRING, T_LNUMBER, T_DNUMBER, T_TRUE, T_FALSE, T_NULL ];
		if ( $first === $last && in_array( $tokens[ $first ]['code'], $literal, true ) ) {
			return true;
		}
		if ( in_array( $tokens[ $first ]['code'], [ T_INT_CAST, T_DOUBLE_CAST, T_BOOL_CAST ], true ) ) {
			return true;
		}
		$open = T_STRING === $tokens[ $first ]['code'] ? self::call( $file, $first ) : null;
		// What follows the call, such as `->value`, would be printed in its place.
		if ( null === $open || $tokens[ $open ]['parenthesis_closer'] !== $last ) {
			return $first === $last && T_STRING === $tokens[ $first ]['code'] && 'PHP_EOL' === $tokens[ $first ]['content'];
		}
		$name = strtolower( $tokens[ $first ]['content'] );
		if ( in_array( $name, self::COMPOSING, true ) ) {
			$this->parts( $file, $open + 1, $last, [ T_COMMA ] );
			return true;
		}
		return in_array( $name, self::ESCAPING, true );
	}

	/** Returns the opening parenthesis if the name at $at is called as a function, not as a method or in a declaration. */
	private static function call( File $file, int $at ): ?int {
		$tokens   = $file->getTokens();
		$open     = $file->findNext( Tokens::$emptyTokens, $at + 1, null, true );
		$previous = $file->findPrevious( Tokens::$emptyTokens, $at - 1, null, true );
		$others   = [ T_OBJECT_OPERATOR, T_NULLSAFE_OBJECT_OPERATOR, T_DOUBLE_COLON, T_FUNCTION, T_NEW ];
		if ( false === $open || T_OPEN_PARENTHESIS !== $tokens[ $open ]['code'] || in_array( $tokens[ $previous ]['code'], $others, true ) ) {
			return null;
		}
		return $open;
	}

	/**
	 * Splits the tokens from $start up to and without $end at separators outside any bracket.
	 *
	 * @param list<int|string> $separators
	 *
	 * @return non-empty-list<array{int, int}> First token and the token after the last.
	 */
	private static function split( File $file, int $start, int $end, array $separators ): array {
		$parts = [];
		$from  = $start;
		for ( $at = $start; $at < $end; $at = self::skip( $file, $at ) ) {
			if ( in_array( $file->getTokens()[ $at ]['code'], $separators, true ) ) {
				$parts[] = [ $from, $at ];
				$from    = $at + 1;
			}
		}
		$parts[] = [ $from, $end ];
		return $parts;
	}

	/** Returns the token after $at, or after the bracket that $at opens. */
	private static function skip( File $file, int $at ): int {
		$token  = $file->getTokens()[ $at ];
		$closer = match ( $token['code'] ) {
			T_OPEN_PARENTHESIS => $token['parenthesis_closer'] ?? $at,
			T_OPEN_SQUARE_BRACKET, T_OPEN_SHORT_ARRAY, T_OPEN_CURLY_BRACKET => $token['bracket_closer'] ?? $at,
			default => $at,
		};
		return $closer + 1;
	}
}

<?php

declare(strict_types=1);

namespace WordPress\Sniffs\Security;

use PHP_CodeSniffer\Files\File;
use PHP_CodeSniffer\Sniffs\Sniff;
use PHP_CodeSniffer\Util\Tokens;

/** Reports request data that is used without being sanitized in the same expression. */
final class ValidatedSanitizedInputSniff implements Sniff {

	private const INPUT = [ '$_GET', '$_POST', '$_REQUEST', '$_FILES', '$_COOKIE', '$_SERVER' ];

	private const SANITIZING = [ 'absint', 'esc_url_raw', 'floatval', 'hash_equals', 'intval', 'is_email', 'is_numeric', 'rest_parse_date', 'wp_kses', 'wp_kses_post', 'wp_parse_id_list', 'wp_verify_nonce' ];

	/** @return list<int|string> */
	public function register(): array {
		return [ T_VARIABLE ];
	}

	/** @param int $at */
	public function process( File $file, $at ): void {
		$tokens = $file->getTokens();
		if ( ! in_array( $tokens[ $at ]['content'], self::INPUT, true ) ) {
			return;
		}
		// A whole array is handed on to code that reads single values from it.
		$next = $file->findNext( Tokens::$emptyTokens, $at + 1, null, true );
		if ( T_OPEN_SQUARE_BRACKET !== $tokens[ $next ]['code'] ) {
			return;
		}
		$previous = $file->findPrevious( Tokens::$emptyTokens, $at - 1, null, true );
		if ( in_array( $tokens[ $previous ]['code'], [ T_INT_CAST, T_DOUBLE_CAST, T_BOOL_CAST ], true ) ) {
			return;
		}
		foreach ( array_keys( $tokens[ $at ]['nested_parenthesis'] ?? [] ) as $open ) {
			$owner = $file->findPrevious( Tokens::$emptyTokens, $open - 1, null, true );
			if ( in_array( $tokens[ $owner ]['code'], [ T_ISSET, T_EMPTY, T_UNSET ], true ) ) {
				return;
			}
			$name = strtolower( $tokens[ $owner ]['content'] );
			if ( T_STRING === $tokens[ $owner ]['code'] && ( str_starts_with( $name, 'sanitize_' ) || in_array( $name, self::SANITIZING, true ) ) ) {
				return;
			}
			// array_map( sanitize_key( ... ), $input ): the first argument is the function.
			if ( 'array_map' === $name ) {
				$callback = $file->findNext( Tokens::$emptyTokens, $open + 1, null, true );
				if ( str_starts_with( trim( strtolower( $tokens[ $callback ]['content'] ), '\'"' ), 'sanitize_' ) || 'absint' === trim( $tokens[ $callback ]['content'], '\'"' ) ) {
					return;
				}
			}
		}
		$file->addError( '%s is used without being sanitized', $at, 'InputNotSanitized', [ $tokens[ $at ]['content'] ] );
	}
}

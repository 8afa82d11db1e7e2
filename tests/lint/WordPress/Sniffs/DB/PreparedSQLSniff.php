<?php

declare(strict_types=1);

namespace WordPress\Sniffs\DB;

use PHP_CodeSniffer\Files\File;
use PHP_CodeSniffer\Sniffs\Sniff;
use PHP_CodeSniffer\Util\Tokens;

/**
 * Reports SQL that is put together from variables: the statement given to `$wpdb` must be a literal or come from
 * `$wpdb->prepare()`, and the statement given to `prepare()` must be a literal.
 */
final class PreparedSQLSniff implements Sniff {

	private const QUERYING = [ 'query', 'get_var', 'get_row', 'get_col', 'get_results', 'prepare' ];

	/** @return list<int|string> */
	public function register(): array {
		return [ T_VARIABLE ];
	}

	/** @param int $at */
	public function process( File $file, $at ): void {
		$tokens = $file->getTokens();
		if ( '$wpdb' !== $tokens[ $at ]['content'] || T_OBJECT_OPERATOR !== $tokens[ $at + 1 ]['code'] ) {
			return;
		}
		$method = $at + 2;
		$open   = $file->findNext( Tokens::$emptyTokens, $method + 1, null, true );
		if ( ! in_array( strtolower( $tokens[ $method ]['content'] ), self::QUERYING, true ) || T_OPEN_PARENTHESIS !== $tokens[ $open ]['code'] ) {
			return;
		}
		$first = $file->findNext( Tokens::$emptyTokens, $open + 1, null, true );
		if ( '$wpdb' === $tokens[ $first ]['content'] && 'prepare' === strtolower( $tokens[ $first + 2 ]['content'] ) ) {
			return;
		}
		$close = $tokens[ $open ]['parenthesis_closer'];
		for ( $i = $first; $i < $close && T_COMMA !== $tokens[ $i ]['code']; $i++ ) {
			$code    = $tokens[ $i ]['code'];
			$content = str_replace( [ '{$wpdb->', '$wpdb->' ], '', $tokens[ $i ]['content'] );
			$is_text = in_array( $code, [ T_DOUBLE_QUOTED_STRING, T_HEREDOC ], true );
			if ( ( T_VARIABLE === $code && '$wpdb' !== $tokens[ $i ]['content'] ) || ( $is_text && preg_match( '/(?<!\\\\)\$[a-zA-Z_{]|\{\$/', $content ) ) || T_STRING === $code && T_OPEN_PARENTHESIS === ( $tokens[ $i + 1 ]['code'] ?? 0 ) ) {
				$file->addError( 'The statement is put together from variables: use a literal with placeholders and $wpdb->prepare(), with %%i for names', $i, 'NotPrepared' );
				return;
			}
		}
	}
}

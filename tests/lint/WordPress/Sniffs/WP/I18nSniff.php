<?php

declare(strict_types=1);

namespace WordPress\Sniffs\WP;

use PHP_CodeSniffer\Files\File;
use PHP_CodeSniffer\Sniffs\Sniff;
use PHP_CodeSniffer\Util\Tokens;

/**
 * Reports translations that cannot be collected: the text must be one literal and the text domain must be the plugin's. A text
 * with placeholders needs a comment for translators above it.
 */
final class I18nSniff implements Sniff {

	private const DOMAIN = "'countersign'";

	/** Function => number of literal texts before the domain, and which argument the domain is. */
	private const FUNCTIONS = [
		'__'           => [ 1, 1 ],
		'esc_attr__'   => [ 1, 1 ],
		'esc_attr_e'   => [ 1, 1 ],
		'esc_html__'   => [ 1, 1 ],
		'esc_html_e'   => [ 1, 1 ],
		'_x'           => [ 2, 2 ],
		'esc_attr_x'   => [ 2, 2 ],
		'esc_html_x'   => [ 2, 2 ],
		'_n'           => [ 2, 3 ],
		'_nx'          => [ 2, 4 ],
		'_n_noop'      => [ 2, 2 ],
	];

	/** @return list<int|string> */
	public function register(): array {
		return [ T_STRING ];
	}

	/** @param int $at */
	public function process( File $file, $at ): void {
		$tokens = $file->getTokens();
		$kind   = self::FUNCTIONS[ strtolower( $tokens[ $at ]['content'] ) ] ?? null;
		$open   = $file->findNext( Tokens::$emptyTokens, $at + 1, null, true );
		$before = $file->findPrevious( Tokens::$emptyTokens, $at - 1, null, true );
		if ( null === $kind || T_OPEN_PARENTHESIS !== $tokens[ $open ]['code'] || in_array( $tokens[ $before ]['code'], [ T_OBJECT_OPERATOR, T_DOUBLE_COLON, T_FUNCTION ], true ) ) {
			return;
		}
		$arguments = [ [] ];
		for ( $i = $open + 1; $i < $tokens[ $open ]['parenthesis_closer']; $i++ ) {
			if ( T_COMMA === $tokens[ $i ]['code'] ) {
				$arguments[] = [];
				continue;
			}
			if ( ! isset( Tokens::$emptyTokens[ $tokens[ $i ]['code'] ] ) ) {
				$arguments[ count( $arguments ) - 1 ][] = $i;
			}
			$i = $tokens[ $i ]['parenthesis_closer'] ?? $i;
		}
		foreach ( array_slice( $arguments, 0, $kind[0] ) as $argument ) {
			if ( 1 !== count( $argument ) || T_CONSTANT_ENCAPSED_STRING !== $tokens[ $argument[0] ]['code'] ) {
				$file->addError( 'The text of %s() must be one literal', $at, 'NonSingularStringLiteralText', [ $tokens[ $at ]['content'] ] );
				return;
			}
		}
		$domain = $arguments[ $kind[1] ] ?? [];
		if ( 1 !== count( $domain ) || self::DOMAIN !== $tokens[ $domain[0] ]['content'] ) {
			$file->addError( 'The text domain of %s() must be %s', $at, 'TextDomainMismatch', [ $tokens[ $at ]['content'], self::DOMAIN ] );
		}
		$text = $tokens[ $arguments[0][0] ]['content'];
		if ( preg_match( '/%(?!%)/', str_replace( '%%', '', $text ) ) && ! self::has_comment( $file, $at ) ) {
			$file->addError( 'A text with placeholders needs a comment "translators:" above it', $at, 'MissingTranslatorsComment' );
		}
	}

	/** Returns whether one of the two lines above is a comment for translators. */
	private static function has_comment( File $file, int $at ): bool {
		$tokens = $file->getTokens();
		$line   = $tokens[ $at ]['line'];
		for ( $i = $at; $i > 0 && $tokens[ $i ]['line'] >= $line - 2; $i-- ) {
			if ( in_array( $tokens[ $i ]['code'], [ T_COMMENT, T_DOC_COMMENT_STRING ], true ) && false !== stripos( $tokens[ $i ]['content'], 'translators:' ) ) {
				return true;
			}
		}
		return false;
	}
}

<?php

declare(strict_types=1);

namespace WordPress\Sniffs\Security;

use PHP_CodeSniffer\Files\File;
use PHP_CodeSniffer\Sniffs\Sniff;

/** Reports form data that is read in a function which does not verify a nonce. */
final class NonceVerificationSniff implements Sniff {

	private const FORM_DATA = [ '$_GET', '$_POST', '$_REQUEST', '$_FILES' ];

	private const VERIFYING = [ 'check_admin_referer', 'check_ajax_referer', 'wp_verify_nonce' ];

	/** @return list<int|string> */
	public function register(): array {
		return [ T_VARIABLE ];
	}

	/** @param int $at */
	public function process( File $file, $at ): void {
		$tokens = $file->getTokens();
		if ( ! in_array( $tokens[ $at ]['content'], self::FORM_DATA, true ) ) {
			return;
		}
		$function = false;
		foreach ( $tokens[ $at ]['conditions'] as $opener => $code ) {
			if ( T_FUNCTION === $code || ( false === $function && T_CLOSURE === $code ) ) {
				$function = $opener;
			}
		}
		$from = false === $function ? 0 : $tokens[ $function ]['scope_opener'];
		$to   = false === $function ? $file->numTokens : $tokens[ $function ]['scope_closer'];
		for ( $i = $from; $i < $to; $i++ ) {
			if ( T_STRING === $tokens[ $i ]['code'] && in_array( strtolower( $tokens[ $i ]['content'] ), self::VERIFYING, true ) ) {
				return;
			}
		}
		$file->addError( '%s is read, and this function verifies no nonce', $at, 'Missing', [ $tokens[ $at ]['content'] ] );
	}
}

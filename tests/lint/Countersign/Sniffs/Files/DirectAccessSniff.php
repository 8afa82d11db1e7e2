<?php

declare(strict_types=1);

namespace Countersign\Sniffs\Files;

use PHP_CodeSniffer\Files\File;
use PHP_CodeSniffer\Sniffs\Sniff;

/**
 * Reports a file that a visitor could open directly: it must begin with `defined( 'ABSPATH' ) || exit;` (or the constant of
 * uninstall.php). A file that also loads without WordPress says so in its first comment: "No guard against direct access: …".
 */
final class DirectAccessSniff implements Sniff {

	/** @return list<int|string> */
	public function register(): array {
		return [ T_OPEN_TAG ];
	}

	/** @param int $at */
	public function process( File $file, $at ): int {
		$tokens = $file->getTokens();
		$text   = '';
		$length = 0;
		foreach ( $tokens as $token ) {
			if ( in_array( $token['code'], [ T_CLASS, T_FUNCTION, T_INTERFACE, T_TRAIT, T_ENUM, T_IF, T_REQUIRE, T_CLOSE_TAG ], true ) && 0 === $token['level'] && ( $token['conditions'] ?? [] ) === [] ) {
				break;
			}
			$text .= $token['content'];
			++$length;
		}
		$guard = "/defined\( '(ABSPATH|WP_UNINSTALL_PLUGIN)' \) \|\| exit;/";
		if ( ! preg_match( $guard, $text ) && ! str_contains( $text, 'No guard against direct access: ' ) ) {
			$file->addError( "The file does not begin with defined( 'ABSPATH' ) || exit;", $at, 'Missing' );
		}
		return $file->numTokens;
	}
}

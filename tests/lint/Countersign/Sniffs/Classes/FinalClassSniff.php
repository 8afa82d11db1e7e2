<?php

declare(strict_types=1);

namespace Countersign\Sniffs\Classes;

use PHP_CodeSniffer\Files\File;
use PHP_CodeSniffer\Sniffs\Sniff;

/** Reports a class that is neither final nor abstract: nothing in the plugin is made to be extended by accident. */
final class FinalClassSniff implements Sniff {

	/** @return list<int|string> */
	public function register(): array {
		return [ T_CLASS ];
	}

	/** @param int $at */
	public function process( File $file, $at ): void {
		$is = $file->getClassProperties( $at );
		if ( ! $is['is_final'] && ! $is['is_abstract'] ) {
			$file->addError( 'The class must be final', $at, 'NotFinal' );
		}
	}
}

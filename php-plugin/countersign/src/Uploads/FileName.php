<?php

declare(strict_types=1);

namespace Countersign\Plugin\Uploads;

use Countersign\Plugin\Site\Denied;

defined( 'ABSPATH' ) || exit;

/** The name of a file that somebody else has chosen. Names that a server, a browser or a person could misread are refused, not mended. */
final class FileName {

	/** Largest length in bytes. File systems allow 255, and WordPress adds the names of sizes. */
	private const MAX = 160;

	/** What some web server runs or obeys, or some browser runs, if a name has it after any of its dots. */
	private const ACTIVE = '(?:ph(?:p\d*|pt|ps|tml?|ar)|inc|hphp|p[lmy]|rb|cgi|fcgi|lua|sh|bash|asp|aspx|asa|ashx|asmx|cer|cfm|cfc|jspx?|jhtml|shtml?|xht(?:ml)?|html?|m?js|svgz?|htaccess|htpasswd)';

	/**
	 * Returns the name as WordPress stores it.
	 *
	 * @throws Denied `file_refused`.
	 */
	public static function checked( string $name ): string {
		$fault = match ( true ) {
			'' === $name || strlen( $name ) > self::MAX            => sprintf( 'The file name must have 1 to %d bytes.', self::MAX ),
			1 !== preg_match( '/^[^\p{Cc}\p{Cf}\p{Cn}\p{Co}\p{Zl}\p{Zp}]+$/uD', $name ) => 'The file name has characters that are not shown, or that change the order of others.',
			1 === preg_match( '~[/\\\\:*?"<>|%;`$]~', $name )      => 'The file name has characters that are not allowed: use letters, digits, hyphens and one dot.',
			str_starts_with( $name, '.' ) || 1 === preg_match( '/[. ]$/D', $name ) || ! str_contains( $name, '.' ) => 'The file name must have a beginning, one dot and an extension, such as picture.jpg.',
			1 === preg_match( '/\.\s*' . self::ACTIVE . '\s*(?:\.|$)/iD', $name ) => 'The file name has an extension of files that are run, which is not allowed at any place of it.',
			default                                                => null,
		};
		$stored = null === $fault ? sanitize_file_name( $name ) : '';
		if ( null === $fault && ( '' === pathinfo( $stored, PATHINFO_FILENAME ) || strtolower( pathinfo( $stored, PATHINFO_EXTENSION ) ) !== strtolower( pathinfo( $name, PATHINFO_EXTENSION ) ) ) ) {
			$fault = 'WordPress cannot store the file under this name: use letters, digits, hyphens and one dot.';
		}
		if ( null !== $fault ) {
			throw new Denied( 'file_refused', $fault ); // phpcs:ignore WordPress.Security.EscapeOutput.ExceptionNotEscaped -- Sent as JSON.
		}
		return $stored;
	}
}

<?php

declare(strict_types=1);

namespace Countersign\Plugin\Site;

use Countersign\OAuth;

defined( 'ABSPATH' ) || exit;

/**
 * Names of clients and connections, for every page that shows them.
 *
 * A client chooses its name itself. The name is cleaned by the extension, and kept apart from the text around it, whose
 * order a right-to-left name would otherwise change.
 */
final class Names {

	/**
	 * Returns a name on one line, without quotation marks, invisible characters, covering marks and symbols. Without the
	 * extension, with which nothing can be connected either, it returns the name as it is.
	 */
	public static function clean( string $name ): string {
		return method_exists( OAuth::class, 'cleanName' ) ? OAuth::cleanName( $name ) : $name;
	}

	/** Returns a name as HTML, isolated from the text around it. */
	public static function html( string $name ): string {
		return '<bdi>' . esc_html( $name ) . '</bdi>';
	}

	/**
	 * Returns a name or title for plain text, isolated from the text around it by U+2068 and U+2069. Embeddings, overrides and
	 * isolates in it are removed, as one of them could end the isolation.
	 */
	public static function text( string $name ): string {
		return "\u{2068}" . preg_replace( '/[\x{202A}-\x{202E}\x{2066}-\x{2069}]/u', '', $name ) . "\u{2069}";
	}
}

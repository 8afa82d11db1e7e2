<?php

declare(strict_types=1);

namespace Countersign\Plugin\Uploads;

defined( 'ABSPATH' ) || exit;

/** Looks for what a PDF can run or open when it is shown, outside of its streams of data and inside of its streams of objects. */
final class Pdf {

	/** Names of actions and of content that is not shown on a page (ISO 32000-1, 12.6.4). */
	private const ACTIVE = '~/(?:JavaScript|JS|Launch|EmbeddedFiles?|RichMedia|XFA|SubmitForm|ImportData)(?![A-Za-z0-9])~';

	/** Largest stream of objects, and largest sum of them, after decompression. */
	private const MAX_STREAM  = 4_194_304;
	private const MAX_STREAMS = 33_554_432;

	/** Tells whether a file is a PDF from its first byte on, and has nothing of the kind. */
	public static function is_passive( string $bytes ): bool {
		if ( ! str_starts_with( $bytes, '%PDF-' ) ) {
			return false;
		}
		$at   = 0;
		$left = self::MAX_STREAMS;
		while ( preg_match( '/\bstream\r?\n/', $bytes, $found, PREG_OFFSET_CAPTURE, $at ) ) {
			[ $word, $start ] = $found[0];
			$before           = substr( $bytes, $at, $start - $at );
			$end              = strpos( $bytes, 'endstream', $start );
			if ( false === $end || self::is_active( $before ) ) {
				return false;
			}
			$dictionary = self::unescaped( substr( $before, -2048 ) );
			if ( 1 === preg_match( '~/ObjStm\b~', $dictionary ) ) {
				$data = substr( $bytes, $start + strlen( $word ), $end - $start - strlen( $word ) );
				$text = str_contains( $dictionary, '/FlateDecode' ) ? @gzuncompress( $data, self::MAX_STREAM ) : $data; // phpcs:ignore WordPress.PHP.NoSilencedErrors, Generic.PHP.NoSilencedErrors -- What cannot be read is refused.
				$left -= is_string( $text ) ? strlen( $text ) : 0;
				if ( ! is_string( $text ) || $left < 0 || self::is_active( $text ) ) {
					return false;
				}
			}
			$at = $end + strlen( 'endstream' );
		}
		return ! self::is_active( substr( $bytes, $at ) );
	}

	private static function is_active( string $text ): bool {
		return 1 === preg_match( self::ACTIVE, self::unescaped( $text ) );
	}

	/** Resolves the escapes in names (ISO 32000-1, 7.3.5). */
	private static function unescaped( string $text ): string {
		return (string) preg_replace_callback( '/#([0-9a-fA-F]{2})/', static fn( array $found ): string => chr( (int) hexdec( $found[1] ) ), $text );
	}
}

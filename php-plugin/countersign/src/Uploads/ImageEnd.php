<?php

declare(strict_types=1);

namespace Countersign\Plugin\Uploads;

defined( 'ABSPATH' ) || exit;

/**
 * Finds where an image ends, by walking through its structure, and how many pictures it holds. What comes after the end belongs to
 * no image: a file can be an image for one program and something else for another.
 */
final class ImageEnd {

	/** Largest number of blocks that are walked through. */
	private const MAX_BLOCKS = 200000;

	/**
	 * @param int $end    Offset of the first byte after the image.
	 * @param int $frames How many pictures an animation has; 1 for a still image.
	 */
	private function __construct(
		public readonly int $end,
		public readonly int $frames = 1,
	) {}

	/**
	 * Returns the end of an image, or null if its structure is broken or not known.
	 *
	 * @param string $bytes The file.
	 * @param string $type  MIME type.
	 */
	public static function of( string $bytes, string $type ): ?self {
		return match ( $type ) {
			'image/jpeg' => self::jpeg( $bytes ),
			'image/png'  => self::png( $bytes ),
			'image/gif'  => self::gif( $bytes ),
			'image/webp' => self::webp( $bytes ),
			'image/avif' => self::avif( $bytes ),
			default      => null,
		};
	}

	/** JPEG (ITU-T T.81, annex B): segments with a length, and after a scan header coded data up to the next marker. */
	private static function jpeg( string $bytes ): ?self {
		$length = strlen( $bytes );
		$at     = 2;
		$scans  = 0;
		if ( ! str_starts_with( $bytes, "\xff\xd8" ) ) {
			return null;
		}
		for ( $block = 0; $block < self::MAX_BLOCKS && $at + 1 < $length; $block++ ) {
			if ( "\xff" !== $bytes[ $at ] ) {
				return null;
			}
			$marker = ord( $bytes[ $at + 1 ] );
			if ( 0xff === $marker ) {
				++$at;
				continue;
			}
			if ( 0xd9 === $marker ) {
				return $scans > 0 ? new self( $at + 2 ) : null;
			}
			if ( 0x01 === $marker || ( $marker >= 0xd0 && $marker <= 0xd7 ) ) {
				$at += 2;
				continue;
			}
			$size = self::number( 'n', substr( $bytes, $at + 2, 2 ) );
			if ( $marker < 0xc0 || 0xd8 === $marker || null === $size || $size < 2 ) {
				return null;
			}
			$at += 2 + $size;
			if ( 0xda === $marker ) {
				++$scans;
				// Coded data: a marker is 0xFF and neither 0x00 nor a restart marker.
				if ( ! preg_match( '/\xff[^\x00\xd0-\xd7\xff]/s', $bytes, $found, PREG_OFFSET_CAPTURE, min( $at, $length ) ) ) {
					return null;
				}
				$at = $found[0][1];
			}
		}
		return null;
	}

	/** PNG (ISO/IEC 15948): chunks with length and type; the last one is IEND. */
	private static function png( string $bytes ): ?self {
		if ( ! str_starts_with( $bytes, "\x89PNG\r\n\x1a\n\0\0\0\rIHDR" ) ) {
			return null;
		}
		$at     = 8;
		$frames = 0;
		for ( $block = 0; $block < self::MAX_BLOCKS; $block++ ) {
			$size = self::number( 'N', substr( $bytes, $at, 4 ) );
			$kind = substr( $bytes, $at + 4, 4 );
			if ( null === $size || $size > strlen( $bytes ) - $at - 12 || ! ctype_alpha( $kind ) ) {
				return null;
			}
			$frames += 'fcTL' === $kind ? 1 : 0;
			$at     += 12 + $size;
			if ( 'IEND' === $kind ) {
				return 0 === $size ? new self( $at, max( 1, $frames ) ) : null;
			}
		}
		return null;
	}

	/** GIF89a: blocks of sub-blocks; the last one is the trailer. */
	private static function gif( string $bytes ): ?self {
		if ( ! preg_match( '/^GIF8[79]a.{4}(.)../s', $bytes, $found ) ) {
			return null;
		}
		$at     = 13 + self::colours( ord( $found[1] ) );
		$frames = 0;
		for ( $block = 0; $block < self::MAX_BLOCKS; $block++ ) {
			switch ( $bytes[ $at ] ?? '' ) {
				case ';':
					return $frames > 0 ? new self( $at + 1, $frames ) : null;
				case ',':
					$packed = $bytes[ $at + 9 ] ?? null;
					$next   = null === $packed ? null : self::sub_blocks( $bytes, $at + 11 + self::colours( ord( $packed ) ) );
					++$frames;
					break;
				case '!':
					$next = self::sub_blocks( $bytes, $at + 2 );
					// A comment that a program could read as code.
					if ( "\xfe" === ( $bytes[ $at + 1 ] ?? '' ) && null !== $next && preg_match( '~\*/|[<;({`]~', substr( $bytes, $at, $next - $at ) ) ) {
						return null;
					}
					break;
				default:
					return null;
			}
			if ( null === $next ) {
				return null;
			}
			$at = $next;
		}
		return null;
	}

	/** Returns the size of a colour table in bytes. */
	private static function colours( int $packed ): int {
		return $packed & 0x80 ? 3 << ( ( $packed & 7 ) + 1 ) : 0;
	}

	private static function sub_blocks( string $bytes, int $at ): ?int {
		while ( isset( $bytes[ $at ] ) ) {
			$size = ord( $bytes[ $at ] );
			$at  += 1 + $size;
			if ( 0 === $size ) {
				return $at;
			}
		}
		return null;
	}

	/** WebP: one RIFF chunk with the length of all that follows. */
	private static function webp( string $bytes ): ?self {
		$size = preg_match( '/^RIFF.{4}WEBPVP8[ LX]/s', $bytes ) ? self::number( 'V', substr( $bytes, 4, 4 ) ) : null;
		$end  = 8 + (int) $size;
		return null === $size || $end > strlen( $bytes ) ? null : new self( $end, max( 1, substr_count( substr( $bytes, 0, $end ), 'ANMF' ) ) );
	}

	/** AVIF (ISO/IEC 14496-12): boxes with a length, the first one of which names the brands. */
	private static function avif( string $bytes ): ?self {
		$at     = 0;
		$length = strlen( $bytes );
		$seen   = [];
		for ( $block = 0; $block < 1000 && $at < $length; $block++ ) {
			$size = self::number( 'N', substr( $bytes, $at, 4 ) );
			$kind = substr( $bytes, $at + 4, 4 );
			if ( 1 === $size ) {
				$size = self::number( 'J', substr( $bytes, $at + 8, 8 ) );
			}
			if ( null === $size || $size < 8 || $size > $length - $at || ! in_array( $kind, [ 'ftyp', 'meta', 'mdat', 'free', 'moov', 'skip', 'uuid' ], true ) ) {
				break;
			}
			$seen[] = $kind;
			$at    += $size;
		}
		return 'ftyp' === ( $seen[0] ?? '' ) && in_array( 'meta', $seen, true ) && in_array( 'mdat', $seen, true ) ? new self( $at ) : null;
	}

	private static function number( string $format, string $bytes ): ?int {
		$value = strlen( $bytes ) === [ 'n' => 2, 'N' => 4, 'V' => 4, 'J' => 8 ][ $format ] ? unpack( $format, $bytes ) : false;
		return false === $value || $value[1] < 0 ? null : $value[1];
	}
}

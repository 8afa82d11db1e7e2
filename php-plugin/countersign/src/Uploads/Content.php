<?php

declare(strict_types=1);

namespace Countersign\Plugin\Uploads;

use Countersign\Plugin\Site\Denied;

defined( 'ABSPATH' ) || exit;

/**
 * Checks that the content of a file is what its name says, and nothing else beside that. Nothing is decoded: an image that would
 * need too much memory is refused by its size in pixels.
 */
final class Content {

	/** Extension => MIME type of the files that can be uploaded, if WordPress allows them too. No archives, and nothing that a browser runs. */
	public const TYPES = [
		'jpg'  => 'image/jpeg',
		'jpeg' => 'image/jpeg',
		'jpe'  => 'image/jpeg',
		'png'  => 'image/png',
		'gif'  => 'image/gif',
		'webp' => 'image/webp',
		'avif' => 'image/avif',
		'pdf'  => 'application/pdf',
		'txt'  => 'text/plain',
		'csv'  => 'text/csv',
		'docx' => 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
		'xlsx' => 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
		'pptx' => 'application/vnd.openxmlformats-officedocument.presentationml.presentation',
		'odt'  => 'application/vnd.oasis.opendocument.text',
		'mp3'  => 'audio/mpeg',
		'm4a'  => 'audio/mpeg',
		'ogg'  => 'audio/ogg',
		'wav'  => 'audio/wav',
		'flac' => 'audio/flac',
		'mp4'  => 'video/mp4',
		'm4v'  => 'video/mp4',
		'mov'  => 'video/quicktime',
		'webm' => 'video/webm',
		'ogv'  => 'video/ogg',
	];

	/** Largest file that is read as a whole, in bytes. Sound and video can be larger. */
	private const MAX_PARSED = 33_554_432;

	/** How much of a file is searched at once, and how much of it once more with the next part. */
	private const WINDOW  = 1_048_576;
	private const OVERLAP = 64;

	/** Bytes of memory for a pixel when GD makes the sizes of an image. */
	private const PIXEL = 6;

	/** Largest image in pixels, all frames of an animation together. Decoding one needs four bytes or more for each. */
	public const MAX_PIXELS = 50_000_000;

	/** Largest width or height. */
	private const MAX_SIDE = 20_000;

	/** What a server or a browser could run, wherever it is in a file. Long enough not to occur in compressed data by chance. */
	private const CODE = '~<\?php\b|<\?=[\t\r\n\x20-\x7e]{8}|<script[\s>/]|<%[@=][\t\r\n\x20-\x7e]{10}|__HALT_COMPILER|<!doctype\s+html|<html[\s>]|<iframe[\s>]|<svg[\s>]|<!entity\s~i';

	/** The end of the directory of a ZIP archive (also JAR, PHAR). A comment of at most 65,535 bytes can follow it. */
	private const ZIP_END  = "PK\x05\x06";
	private const ZIP_TAIL = 65557;

	/**
	 * Checks a file.
	 *
	 * @param string       $path  The file, which is not stored yet. What follows the end of an image is cut off.
	 * @param string       $name  Its name.
	 * @param list<string> $types MIME types that are accepted.
	 *
	 * @return string Its MIME type.
	 *
	 * @throws Denied `file_refused`.
	 */
	public static function checked( string $path, string $name, array $types ): string {
		$checked = wp_check_filetype_and_ext( $path, $name );
		$type    = (string) $checked['type'];
		$wanted  = self::TYPES[ strtolower( pathinfo( $name, PATHINFO_EXTENSION ) ) ] ?? null;
		if ( null === $wanted ) {
			throw self::refused( 'Files with this extension cannot be uploaded. These can: ' . implode( ', ', self::extensions( $types ) ) . '.' );
		}
		if ( ! in_array( $wanted, $types, true ) || ( '' === $type && ! in_array( $wanted, get_allowed_mime_types(), true ) ) ) {
			throw self::refused( 'Files of this type cannot be uploaded here. These can: ' . implode( ', ', self::extensions( $types ) ) . '.' );
		}
		if ( $type !== $wanted || $checked['proper_filename'] ) {
			throw self::refused( 'The content of the file is not what the extension of its name says. Send it with the right extension.' );
		}
		if ( self::has_code( $path ) ) {
			throw self::refused( 'The file contains code that a server or a browser could run.' );
		}
		$is_long = (bool) preg_match( '~^(?:audio|video)/~', $type );
		if ( ! $is_long && filesize( $path ) > self::MAX_PARSED ) {
			throw Parts::too_large( self::MAX_PARSED );
		}
		// Of sound and video, the end is enough.
		$bytes = (string) file_get_contents( $path, false, null, $is_long ? max( 0, (int) filesize( $path ) - self::ZIP_TAIL ) : 0 ); // phpcs:ignore WordPress.WP.AlternativeFunctions -- A file on this machine.
		if ( str_starts_with( $type, 'image/' ) ) {
			self::check_image( $path, $bytes, $type );
		} elseif ( 'application/pdf' === $type && ! Pdf::is_passive( $bytes ) ) {
			throw self::refused( 'The PDF contains scripts, forms or other files, or cannot be read. Export it again without them.' );
		}
		$is_office = str_starts_with( $type, 'application/vnd.' );
		if ( ! $is_office && str_contains( substr( $bytes, -self::ZIP_TAIL ), self::ZIP_END ) ) {
			throw self::refused( 'The file is an archive at the same time.' );
		}
		if ( $is_office && ( ! str_starts_with( $bytes, "PK\x03\x04" ) || str_contains( $bytes, 'vbaProject.bin' ) || str_contains( $bytes, '.phar/' ) ) ) {
			throw self::refused( 'The document contains macros, or something precedes it.' );
		}
		return $type;
	}

	/**
	 * Returns the MIME types that the current user may upload.
	 *
	 * @return list<string>
	 */
	public static function types(): array {
		return array_values( array_unique( array_intersect( self::TYPES, get_allowed_mime_types() ) ) );
	}

	/**
	 * @param list<string> $types
	 *
	 * @return list<string>
	 */
	private static function extensions( array $types ): array {
		return array_values( array_keys( array_intersect( self::TYPES, $types ) ) );
	}

	private static function check_image( string $path, string $bytes, string $type ): void {
		$size = wp_getimagesize( $path );
		if ( ! is_array( $size ) || ( $size['mime'] ?? '' ) !== $type || $size[0] < 1 || $size[1] < 1 ) {
			throw self::refused( 'The image is damaged.' );
		}
		$most = self::max_pixels( $type );
		if ( max( $size[0], $size[1] ) > self::MAX_SIDE || $size[0] * $size[1] > $most ) {
			throw self::refused( sprintf( 'The image has too many pixels: at most %s in all, and %s on one side.', number_format( $most ), number_format( self::MAX_SIDE ) ) );
		}
		$end = ImageEnd::of( $bytes, $type ) ?? throw self::refused( 'The image is damaged, or it has a comment that could be read as code.' );
		if ( $size[0] * $size[1] * $end->frames > 4 * self::MAX_PIXELS ) {
			throw self::refused( 'The animation has too many frames for its size.' );
		}
		if ( str_contains( substr( $bytes, -self::ZIP_TAIL ), self::ZIP_END ) ) {
			throw self::refused( 'The file is an archive at the same time.' );
		}
		if ( $end->end < strlen( $bytes ) && false === file_put_contents( $path, substr( $bytes, 0, $end->end ) ) ) { // phpcs:ignore WordPress.WP.AlternativeFunctions -- A file on this machine.
			throw self::refused( 'The image could not be stored.' );
		}
	}

	/** Returns how many pixels the memory of PHP is enough for, if GD makes the sizes. ImageMagick has memory of its own. */
	private static function max_pixels( string $type ): int {
		wp_raise_memory_limit( 'image' );
		$limit  = wp_convert_hr_to_bytes( (string) ini_get( 'memory_limit' ) );
		$editor = _wp_image_editor_choose( [ 'mime_type' => $type ] );
		return $limit <= 0 || ( is_string( $editor ) && is_a( $editor, \WP_Image_Editor_Imagick::class, true ) ) ? self::MAX_PIXELS : (int) max( 1_000_000, min( self::MAX_PIXELS, ( $limit - memory_get_usage() ) / self::PIXEL ) );
	}

	private static function has_code( string $path ): bool {
		$file = fopen( $path, 'rb' ); // phpcs:ignore WordPress.WP.AlternativeFunctions -- A file on this machine.
		if ( false === $file ) {
			return true;
		}
		$before = '';
		$found  = 0;
		while ( 0 === $found && ! feof( $file ) ) {
			$part   = (string) fread( $file, self::WINDOW ); // phpcs:ignore WordPress.WP.AlternativeFunctions -- As above.
			$found  = preg_match( self::CODE, $before . $part );
			$before = substr( $part, -self::OVERLAP );
		}
		fclose( $file ); // phpcs:ignore WordPress.WP.AlternativeFunctions -- As above.
		// Also if it could not be searched.
		return 0 !== $found;
	}

	private static function refused( string $why ): Denied {
		return new Denied( 'file_refused', $why );
	}
}

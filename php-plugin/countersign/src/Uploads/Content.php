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
		$bytes = (string) file_get_contents( $path ); // phpcs:ignore WordPress.WP.AlternativeFunctions -- A file on this machine.
		if ( preg_match( self::CODE, $bytes ) ) {
			throw self::refused( 'The file contains code that a server or a browser could run.' );
		}
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
		if ( max( $size[0], $size[1] ) > self::MAX_SIDE || $size[0] * $size[1] > self::MAX_PIXELS ) {
			throw self::refused( sprintf( 'The image has too many pixels: at most %s in all, and %s on one side.', number_format( self::MAX_PIXELS ), number_format( self::MAX_SIDE ) ) );
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

	private static function refused( string $why ): Denied {
		return new Denied( 'file_refused', $why );
	}
}

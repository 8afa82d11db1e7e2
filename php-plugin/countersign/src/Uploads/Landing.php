<?php

declare(strict_types=1);

namespace Countersign\Plugin\Uploads;

use Countersign\Plugin\Site\ErrorLog;

defined( 'ABSPATH' ) || exit;

/**
 * Watches while WordPress stores a file, and removes what it has stored if that fails half-way: by an error, because the call was
 * ended, or because the request died. PDFs are stored without a picture of their first page, which would be made by Ghostscript.
 */
final class Landing {

	/** The file that WordPress has moved to its folder. */
	private ?string $file = null;

	/** The id of the row. */
	private ?int $id = null;

	/**
	 * Runs a function that stores a file or changes its row.
	 *
	 * @param callable(): mixed $act Returns the id of the item, or a `WP_Error`.
	 *
	 * @return mixed What the function returned.
	 */
	public function watch( callable $act ): mixed {
		$note_file = function ( mixed $upload ): mixed {
			$this->file = is_array( $upload ) && is_string( $upload['file'] ?? null ) ? $upload['file'] : null;
			return $upload;
		};
		$note_id   = function ( int $id ): void {
			$this->id = $id;
		};
		$undo      = $this->undo( ... );
		add_filter( 'wp_handle_upload', $note_file, PHP_INT_MAX );
		add_action( 'add_attachment', $note_id, PHP_INT_MIN );
		add_filter( 'fallback_intermediate_image_sizes', '__return_empty_array', PHP_INT_MAX );
		add_action( 'shutdown', $undo, 0 );
		$is_done = false;
		try {
			$result  = $act();
			$is_done = is_int( $result );
			return $result;
		} finally {
			remove_filter( 'wp_handle_upload', $note_file, PHP_INT_MAX );
			remove_action( 'add_attachment', $note_id, PHP_INT_MIN );
			remove_filter( 'fallback_intermediate_image_sizes', '__return_empty_array', PHP_INT_MAX );
			remove_action( 'shutdown', $undo, 0 );
			if ( ! $is_done ) {
				$undo();
			}
		}
	}

	/** Removes the row and the files. A failure must not hide why the file was not stored. */
	private function undo(): void {
		$files = null === $this->file ? [] : [ $this->file, ...$this->sizes( $this->file ) ];
		try {
			if ( null !== $this->id ) {
				wp_delete_attachment( $this->id, true );
			}
		} catch ( \Throwable $error ) {
			ErrorLog::failure( 'the row of an upload that was not completed could not be deleted', $error );
		}
		array_map( wp_delete_file( ... ), array_filter( $files, is_file( ... ) ) );
	}

	/** @return list<string> The sizes that WordPress has made of an image so far: `river-150x150.jpg`, `river-scaled.jpg`. */
	private function sizes( string $file ): array {
		$name  = pathinfo( $file, PATHINFO_FILENAME );
		$found = glob( dirname( $file ) . '/' . addcslashes( $name, '*?[]\\' ) . '-*.*' ) ?: [];
		return array_values( array_filter( $found, static fn( string $path ): bool => 1 === preg_match( '/^' . preg_quote( $name, '/' ) . '-(?:\d+x\d+|scaled|rotated)\.\w+$/D', basename( $path ) ) ) );
	}
}

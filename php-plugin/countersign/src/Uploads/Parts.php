<?php

declare(strict_types=1);

namespace Countersign\Plugin\Uploads;

use Countersign\Plugin\Site\Denied;
use Countersign\Plugin\Site\Json;

defined( 'ABSPATH' ) || exit;

/**
 * Uploads in parts, of one owner: a connection with its user, or a session of the upload page.
 *
 * An upload is a folder with a file for each part that has come, in any order, and each as often as the sender likes. When all
 * have come, {@see finish()} makes one thing of them, once: a repeated request gets the same result. Nobody but the owner finds
 * the upload, because its folder is a keyed digest of owner and handle.
 */
final class Parts {

	/** Seconds after which an upload that gets no more parts is deleted. */
	public const LIFETIME = DAY_IN_SECONDS;

	/** Seconds during which a repeated request gets the same result. */
	public const REMEMBERED = HOUR_IN_SECONDS;

	/** Largest number of parts. */
	public const MAX_PARTS = 1000;

	/** Seconds that a request waits for another one of the same upload. */
	private const PATIENCE = 20;

	/** Seconds after which a file in one piece is not being worked on any more: its process was killed. */
	private const ABANDONED = 15 * MINUTE_IN_SECONDS;

	/** How many results are kept. */
	private const RESULTS = 50;

	/**
	 * @param string $owner    Who sends the parts, such as `connection:7:12`.
	 * @param int    $bytes    Largest size of an upload.
	 * @param int    $at_once  Largest number of unfinished uploads.
	 */
	public function __construct(
		private readonly string $owner,
		private readonly int $bytes,
		private readonly int $at_once = 5,
	) {}

	/**
	 * Begins an upload, or finds the one that was begun with the same key.
	 *
	 * @param string               $key   Distinguishes the uploads of the owner, such as a digest of what is known of it.
	 * @param int                  $parts How many parts it has.
	 * @param array<string, mixed> $about What is to be known when all parts have come.
	 *
	 * @return Progress With the handle for {@see put()}.
	 *
	 * @throws Denied `arguments_invalid`, `uploads_full` or `tool_failed`.
	 */
	public function begin( string $key, int $parts, array $about ): Progress {
		if ( $parts < 1 || $parts > self::MAX_PARTS ) {
			throw new Denied( 'arguments_invalid', sprintf( 'An upload has 1 to %d parts.', self::MAX_PARTS ) ); // phpcs:ignore WordPress.Security.EscapeOutput.ExceptionNotEscaped -- Sent as JSON.
		}
		Folder::sweep( time() - self::LIFETIME );
		$upload = substr( $this->digest( "key:$key" ), 0, 32 );
		$path   = $this->path( $upload );
		if ( ! is_file( "$path/state" ) ) {
			$this->make_room();
			if ( null === Folder::make( ...$this->names( $upload ) ) ) {
				throw self::unwritable();
			}
			$this->write_once(
				"$path/state",
				Json::encode(
					[
						'parts'  => $parts,
						'about'  => (object) $about,
						'result' => null,
					]
				)
			);
		}
		return $this->progress( $upload );
	}

	/**
	 * Returns how far an upload has come.
	 *
	 * @throws Denied `upload_unknown`.
	 */
	public function progress( string $upload ): Progress {
		$state   = $this->state( $upload );
		$path    = $this->path( $upload );
		$missing = [];
		$bytes   = 0;
		for ( $part = 1; null === $state['result'] && $part <= $state['parts']; $part++ ) {
			clearstatcache( true, "$path/$part" );
			if ( is_file( "$path/$part" ) ) {
				$bytes += intdiv( (int) filesize( "$path/$part" ) * 3, 4 );
			} else {
				$missing[] = $part;
			}
		}
		return new Progress( $upload, $state['parts'], $missing, $bytes, $state['about'], $state['result'] );
	}

	/**
	 * Keeps a part. One that came before is replaced.
	 *
	 * @param int    $part  Number of the part, from 1.
	 * @param string $bytes Its content.
	 *
	 * @throws Denied `upload_unknown`, `arguments_invalid`, `file_too_large` or `tool_failed`.
	 */
	public function put( string $upload, int $part, string $bytes ): Progress {
		return $this->locked(
			$upload,
			function () use ( $upload, $part, $bytes ): Progress {
				$before = $this->progress( $upload );
				if ( $part < 1 || $part > $before->parts ) {
					throw new Denied( 'arguments_invalid', "This upload has $before->parts parts." ); // phpcs:ignore WordPress.Security.EscapeOutput.ExceptionNotEscaped -- Sent as JSON.
				}
				if ( null !== $before->result ) {
					return $before;
				}
				$path = $this->path( $upload );
				$had  = is_file( "$path/$part" ) ? intdiv( (int) filesize( "$path/$part" ) * 3, 4 ) : 0;
				if ( '' === $bytes || $before->bytes - $had + strlen( $bytes ) > $this->bytes + 3 * $before->parts ) {
					$this->discard( $upload );
					throw '' === $bytes ? new Denied( 'arguments_invalid', 'A part is empty.' ) : self::too_large( $this->bytes );
				}
				$this->write( "$path/$part", base64_encode( $bytes ) ); // phpcs:ignore WordPress.PHP.DiscouragedPHPFunctions -- So that the file is nothing that a server could run.
				return $this->progress( $upload );
			}
		);
	}

	/**
	 * Puts the parts together and makes something of the file, once.
	 *
	 * @param callable(string, array<string, mixed>): int $make Gets the path of the file, which it may move away, and what was
	 *                                                          passed to {@see begin()}. If it throws, the upload is deleted.
	 *
	 * @return int What `$make` returned, now or for an earlier request.
	 *
	 * @throws Denied `upload_unknown`, `arguments_invalid` if parts are missing, `file_too_large`, `tool_failed`, or what `$make` throws.
	 */
	public function finish( string $upload, callable $make ): int {
		return $this->locked(
			$upload,
			function () use ( $upload, $make ): int {
				$progress = $this->progress( $upload );
				if ( null !== $progress->result ) {
					return $progress->result;
				}
				if ( ! $progress->is_complete() ) {
					throw new Denied( 'arguments_invalid', 'Parts are missing: ' . implode( ', ', array_slice( $progress->missing, 0, 20 ) ) . '.' ); // phpcs:ignore WordPress.Security.EscapeOutput.ExceptionNotEscaped -- Sent as JSON.
				}
				return $this->complete( $progress, fn(): int => $make( $this->assemble( $upload, $progress->parts ), $progress->about ) );
			}
		);
	}

	/**
	 * Makes something of a file that comes in one piece, once: a repeated request gets the same result.
	 *
	 * @param string                $key  As for {@see begin()}.
	 * @param callable(string): int $make Gets the path of a file that it may write.
	 *
	 * @return int What `$make` returned, now or for an earlier request.
	 *
	 * @throws Denied `uploads_full`, `tool_failed`, or what `$make` throws.
	 */
	public function once( string $key, callable $make ): int {
		$upload = $this->begin( $key, 1, [] )->upload;
		return $this->locked(
			$upload,
			function () use ( $upload, $make ): int {
				$progress = $this->progress( $upload );
				return $progress->result ?? $this->complete( $progress, fn(): int => $make( $this->file( $upload ) ) );
			}
		);
	}

	/** Returns the path of a file of an upload, for what is put together from its parts. */
	public function file( string $upload ): string {
		return $this->path( $upload ) . '/file';
	}

	/** @param callable(): int $make */
	private function complete( Progress $progress, callable $make ): int {
		// A handler that ends the request leaves this function without `finally`.
		$discard = fn() => $this->discard( $progress->upload );
		add_action( 'shutdown', $discard, 0 );
		$is_done = false;
		try {
			$result  = $make();
			$is_done = true;
		} finally {
			remove_action( 'shutdown', $discard, 0 );
			if ( ! $is_done ) {
				$this->discard( $progress->upload );
			}
		}
		$this->remember( $progress, $result );
		return $result;
	}

	/** Forgets an upload, with all that belongs to it. */
	public function discard( string $upload ): void {
		Folder::remove( $this->path( $upload ) );
	}

	/** Forgets all uploads of the owner. */
	public function discard_all(): void {
		Folder::remove( Folder::path() . '/' . $this->names( '' )[0] );
	}

	/** Returns the refusal of a file that is too large. */
	public static function too_large( int $bytes ): Denied {
		return new Denied( 'file_too_large', sprintf( 'A file may have at most %s bytes.', number_format( $bytes ) ) );
	}

	/** Deletes what expired. Callback of cron. */
	public static function sweep(): void {
		Folder::sweep( time() - self::LIFETIME );
	}

	/** @return string The path of the file. */
	private function assemble( string $upload, int $parts ): string {
		$path = $this->file( $upload );
		$this->write( $path, '' );
		for ( $part = 1; $part <= $parts; $part++ ) {
			$bytes = base64_decode( (string) file_get_contents( $this->path( $upload ) . "/$part" ), true ); // phpcs:ignore WordPress.PHP.DiscouragedPHPFunctions, WordPress.WP.AlternativeFunctions -- As put() stored it.
			if ( false === $bytes || strlen( $bytes ) !== file_put_contents( $path, $bytes, FILE_APPEND ) ) { // phpcs:ignore WordPress.WP.AlternativeFunctions -- A file of this plugin.
				throw self::unwritable();
			}
		}
		clearstatcache( true, $path );
		if ( filesize( $path ) > $this->bytes ) {
			throw self::too_large( $this->bytes );
		}
		return $path;
	}

	/** Keeps the result, and deletes the parts. */
	private function remember( Progress $progress, int $result ): void {
		$path = $this->path( $progress->upload );
		$this->write(
			"$path/state",
			Json::encode(
				[
					'parts'  => $progress->parts,
					'about'  => (object) [],
					'result' => $result,
				]
			)
		);
		for ( $part = 1; $part <= $progress->parts; $part++ ) {
			wp_delete_file( "$path/$part" );
		}
		wp_delete_file( "$path/file" );
	}

	/** Refuses a further upload if the owner has too many that are unfinished. Forgets old results. */
	private function make_room(): void {
		$open    = 0;
		$results = [];
		foreach ( Folder::folders( Folder::path() . '/' . $this->names( '' )[0] ) as $path ) {
			// A folder without a state is one that another request has just made.
			$touched = (int) ( @filemtime( "$path/state" ) ?: @filemtime( $path ) ); // phpcs:ignore WordPress.PHP.NoSilencedErrors, Generic.PHP.NoSilencedErrors -- Another request can have deleted it.
			$state   = self::read( "$path/state" );
			if ( null !== $state && null === $state['result'] && 1 === $state['parts'] && $touched < time() - self::ABANDONED ) {
				Folder::remove( $path );
			} elseif ( null !== $state && null === $state['result'] ) {
				++$open;
			} elseif ( $touched < time() - self::REMEMBERED ) {
				Folder::remove( $path );
			} else {
				$results[ $path ] = $touched;
			}
		}
		arsort( $results );
		array_map( Folder::remove( ... ), array_keys( array_slice( $results, self::RESULTS ) ) );
		if ( $open >= $this->at_once ) {
			throw new Denied( 'uploads_full' );
		}
	}

	/**
	 * Runs a function while no other request works on the upload.
	 *
	 * @template T
	 *
	 * @param callable(): T $act
	 *
	 * @return T
	 */
	private function locked( string $upload, callable $act ): mixed {
		$this->state( $upload );
		$lock = @fopen( $this->path( $upload ) . '/lock', 'c' ); // phpcs:ignore WordPress.WP.AlternativeFunctions, WordPress.PHP.NoSilencedErrors, Generic.PHP.NoSilencedErrors -- A file of this plugin.
		if ( false === $lock ) {
			throw self::unwritable();
		}
		try {
			for ( $until = microtime( true ) + self::PATIENCE; ! flock( $lock, LOCK_EX | LOCK_NB ); usleep( 50000 ) ) {
				if ( microtime( true ) > $until ) {
					throw new Denied( 'tool_failed', 'Another request works on the same upload. Wait a moment, then send the part again.' );
				}
			}
			// What it is about can have been finished or deleted meanwhile.
			$this->state( $upload );
			touch( $this->path( $upload ) ); // phpcs:ignore WordPress.WP.AlternativeFunctions -- A folder of this plugin.
			return $act();
		} finally {
			fclose( $lock ); // phpcs:ignore WordPress.WP.AlternativeFunctions -- A file of this plugin.
		}
	}

	/**
	 * @return array{parts: int, about: array<string, mixed>, result: int|null}
	 *
	 * @throws Denied `upload_unknown`.
	 */
	private function state( string $upload ): array {
		$path  = preg_match( '/^[0-9a-f]{32}$/D', $upload ) ? $this->path( $upload ) : null;
		$state = null === $path ? null : self::read( "$path/state" );
		if ( null === $state || null === $path ) {
			throw new Denied( 'upload_unknown' );
		}
		if ( null !== $state['result'] && (int) @filemtime( "$path/state" ) < time() - self::REMEMBERED ) { // phpcs:ignore WordPress.PHP.NoSilencedErrors, Generic.PHP.NoSilencedErrors -- As above.
			Folder::remove( $path );
			throw new Denied( 'upload_unknown' );
		}
		return $state;
	}

	/** @return array{parts: int, about: array<string, mixed>, result: int|null}|null */
	private static function read( string $file ): ?array {
		clearstatcache( true, $file );
		$text  = is_file( $file ) ? @file_get_contents( $file ) : false; // phpcs:ignore WordPress.WP.AlternativeFunctions, WordPress.PHP.NoSilencedErrors, Generic.PHP.NoSilencedErrors -- As above.
		$state = false === $text ? null : json_decode( $text, true );
		return is_array( $state ) && is_int( $state['parts'] ?? null ) && is_array( $state['about'] ?? null ) && ( null === $state['result'] || is_int( $state['result'] ) ) ? $state : null;
	}

	private function write( string $file, string $bytes ): void {
		$new = "$file.new";
		if ( strlen( $bytes ) !== @file_put_contents( $new, $bytes ) || ! chmod( $new, 0600 ) || ! rename( $new, $file ) ) { // phpcs:ignore WordPress.WP.AlternativeFunctions, WordPress.PHP.NoSilencedErrors, Generic.PHP.NoSilencedErrors -- A file of this plugin. A reader never sees half of it.
			throw self::unwritable();
		}
	}

	/** Writes a file unless there is one. Another request can have begun the same upload, and even have finished it. */
	private function write_once( string $file, string $bytes ): void {
		$new = $file . '.' . bin2hex( random_bytes( 6 ) );
		$this->write( $new, $bytes );
		// A link never replaces a file. Where there are none, the other request is as good as this one.
		if ( ! @link( $new, $file ) && ! is_file( $file ) ) { // phpcs:ignore WordPress.PHP.NoSilencedErrors, Generic.PHP.NoSilencedErrors -- As above.
			rename( $new, $file ); // phpcs:ignore WordPress.WP.AlternativeFunctions -- As above.
			return;
		}
		wp_delete_file( $new );
	}

	private function path( string $upload ): string {
		return Folder::path() . '/' . implode( '/', $this->names( $upload ) );
	}

	/** @return array{string, string} The names of the folders of the owner and of the upload. */
	private function names( string $upload ): array {
		return [ substr( $this->digest( '' ), 0, 32 ), substr( $this->digest( "upload:$upload" ), 0, 32 ) ];
	}

	private function digest( string $text ): string {
		return hash_hmac( 'sha256', "countersign/uploads\n$this->owner\n$text", wp_salt() );
	}

	private static function unwritable(): Denied {
		return new Denied( 'tool_failed', 'The site cannot write to its folder of uploads. An administrator finds the cause in Site Health.' );
	}
}

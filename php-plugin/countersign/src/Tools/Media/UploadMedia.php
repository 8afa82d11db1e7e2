<?php

declare(strict_types=1);

namespace Countersign\Plugin\Tools\Media;

use Countersign\Plugin\Calls\Call;
use Countersign\Plugin\Calls\Result;
use Countersign\Plugin\Fetch\FetchFailed;
use Countersign\Plugin\Fetch\PublicFetcher;
use Countersign\Plugin\Site\Denied;
use Countersign\Plugin\Site\Json;
use Countersign\Plugin\Uploads\Acceptance;
use Countersign\Plugin\Uploads\Content;
use Countersign\Plugin\Uploads\Parts;

defined( 'ABSPATH' ) || exit;

/** Tool `upload_media`: puts a file into the media library, from a URL or from base64 in parts. */
final class UploadMedia {

	private const TEXTS = [ 'title', 'alt', 'caption', 'description' ];

	/** Seconds for a download, redirects included. */
	private const SECONDS = 30;

	/**
	 * @param Acceptance                 $acceptance The road by which a file becomes an item.
	 * @param \Closure(): PublicFetcher $fetcher    Returns what fetches URLs.
	 */
	public function __construct(
		private readonly Acceptance $acceptance,
		private readonly \Closure $fetcher,
	) {}

	/** @param array<string, mixed> $arguments */
	public function __invoke( array $arguments, Call $call ): Result {
		if ( ! current_user_can( 'upload_files' ) ) {
			throw new Denied( 'capability_denied' );
		}
		if ( isset( $arguments['url'] ) === isset( $arguments['data'] ) ) {
			throw new Denied( 'arguments_invalid', 'Pass either url, or data with filename.' );
		}
		$parts = new Parts( 'connection:' . $call->connection()->id . ':' . get_current_user_id(), $this->acceptance->max_bytes() );
		if ( isset( $arguments['url'] ) ) {
			return $this->answer( $this->from_url( $arguments, $call, $parts ) );
		}
		$bytes = self::decoded( (string) $arguments['data'] );
		if ( isset( $arguments['upload'] ) ) {
			return $this->part( (string) $arguments['upload'], (int) ( $arguments['part'] ?? 1 ), $bytes, $call, $parts );
		}
		if ( ! isset( $arguments['filename'] ) ) {
			throw new Denied( 'arguments_invalid', 'Pass filename with data.' );
		}
		if ( 1 !== ( $arguments['part'] ?? 1 ) ) {
			throw new Denied( 'arguments_invalid', 'Pass upload from the answer to part 1 with every other part.' );
		}
		$this->acceptance->check_name( $arguments['filename'] );
		$count = (int) ( $arguments['parts'] ?? 1 );
		$about = [ 'filename' => $arguments['filename'] ] + self::texts( $arguments );
		if ( 1 === $count ) {
			return $this->answer( $this->once( $parts, $about, hash( 'sha256', $bytes ), fn( string $path ): int => $this->accept( $path, $about, $call, $bytes ) ) );
		}
		$call->ensure_live();
		$upload = $parts->begin( Json::encode( [ $about, $count, hash( 'sha256', $bytes ) ] ), $count, $about )->upload;
		return $this->part( $upload, 1, $bytes, $call, $parts );
	}

	/** Keeps a part. The last one makes the item. */
	private function part( string $upload, int $part, string $bytes, Call $call, Parts $parts ): Result {
		$call->ensure_live();
		$progress = $parts->put( $upload, $part, $bytes );
		if ( ! $progress->is_complete() ) {
			$call->progress( $progress->parts - count( $progress->missing ), $progress->parts );
			return Result::structured(
				[
					'upload'   => $upload,
					'next'     => $progress->next(),
					'received' => $progress->bytes,
				]
			);
		}
		return $this->answer( $parts->finish( $upload, fn( string $path, array $about ): int => $this->accept( $path, $about, $call ) ) );
	}

	/** @param array<string, mixed> $arguments */
	private function from_url( array $arguments, Call $call, Parts $parts ): int {
		if ( array_intersect_key( $arguments, array_flip( [ 'upload', 'parts', 'part' ] ) ) ) {
			$numbers = [ $arguments['upload'] ?? null, $arguments['parts'] ?? 1, $arguments['part'] ?? 1 ];
			if ( [ null, 1, 1 ] !== $numbers ) {
				throw new Denied( 'arguments_invalid', 'A file from a url comes in one piece: leave out upload, parts and part.' );
			}
		}
		if ( isset( $arguments['filename'] ) ) {
			$this->acceptance->check_name( $arguments['filename'] );
		}
		$call->ensure_live();
		// Its own place, which counts as an unfinished upload.
		$slot = $parts->begin( 'url:' . bin2hex( random_bytes( 16 ) ), 1, [] )->upload;
		$path = $parts->file( $slot );
		$drop = static fn() => $parts->discard( $slot );
		add_action( 'shutdown', $drop, 0 );
		try {
			$type  = $this->fetch( (string) $arguments['url'], $path, $call );
			$about = [ 'filename' => $arguments['filename'] ?? self::name_of( (string) $arguments['url'], $path, $type ) ] + self::texts( $arguments );
			return $this->once( $parts, $about, (string) hash_file( 'sha256', $path ), fn(): int => $this->accept( $path, $about, $call ) );
		} finally {
			remove_action( 'shutdown', $drop, 0 );
			$drop();
		}
	}

	/** Downloads a file. Returns the media type that its server tells. */
	private function fetch( string $url, string $path, Call $call ): string {
		$accept = implode( ', ', $this->acceptance->types() ) . ', */*;q=0.1';
		try {
			$answer = ( $this->fetcher )()->download( $url, $accept, $this->acceptance->max_bytes(), self::SECONDS, $path, $call->ensure_live( ... ) );
		} catch ( FetchFailed $failed ) {
			clearstatcache( true, $path );
			throw is_file( $path ) && filesize( $path ) >= $this->acceptance->max_bytes() ? Parts::too_large( $this->acceptance->max_bytes() ) : new Denied( $failed->reason, $failed->getMessage() ); // phpcs:ignore WordPress.Security.EscapeOutput.ExceptionNotEscaped -- Sent as JSON.
		}
		if ( in_array( $answer->type(), [ 'text/html', 'application/xhtml+xml' ], true ) ) {
			throw new Denied( 'file_refused', 'The url leads to a web page, not to a file. Pass the url of the image or file itself.' );
		}
		return $answer->type();
	}

	/**
	 * Makes the item, unless an equal request of the last hour has made it.
	 *
	 * @param array<string, string> $about  `filename` and the texts.
	 * @param string                $digest Digest of the file.
	 * @param \Closure(string): int $make   Gets the path of a file that it may write.
	 */
	private function once( Parts $parts, array $about, string $digest, \Closure $make ): int {
		$key = Json::encode( [ $about, $digest ] );
		$id  = $parts->once( $key, $make );
		if ( null !== get_post( $id ) ) {
			return $id;
		}
		// Somebody has deleted it since.
		$parts->discard( $parts->begin( $key, 1, [] )->upload );
		return $parts->once( $key, $make );
	}

	/** @param array<string, string> $about */
	private function accept( string $path, array $about, Call $call, ?string $bytes = null ): int {
		if ( null !== $bytes && strlen( $bytes ) > $this->acceptance->max_bytes() ) {
			throw Parts::too_large( $this->acceptance->max_bytes() ); // phpcs:ignore WordPress.Security.EscapeOutput.ExceptionNotEscaped -- Sent as JSON.
		}
		if ( null !== $bytes && strlen( $bytes ) !== file_put_contents( $path, $bytes ) ) { // phpcs:ignore WordPress.WP.AlternativeFunctions -- A file in the plugin's own folder.
			throw new Denied( 'tool_failed', 'The site cannot store the file.' );
		}
		$call->ensure_live();
		return $this->acceptance->accept( $path, (string) $about['filename'], array_intersect_key( $about, array_flip( self::TEXTS ) ) );
	}

	private function answer( int $id ): Result {
		return Result::structured( MediaItems::uploaded( MediaItems::readable( $id ) ) )->about( MediaItems::target( $id ) );
	}

	/**
	 * @param array<string, mixed> $arguments
	 *
	 * @return array<string, string>
	 */
	private static function texts( array $arguments ): array {
		return array_intersect_key( $arguments, array_flip( self::TEXTS ) );
	}

	private static function decoded( string $data ): string {
		$bytes = base64_decode( (string) preg_replace( '~^data:[^,]{0,100};base64,~', '', $data ), true ); // phpcs:ignore WordPress.PHP.DiscouragedPHPFunctions -- The encoding of binary data in JSON.
		return false === $bytes || '' === $bytes ? throw new Denied( 'arguments_invalid', 'data is not valid base64.' ) : $bytes;
	}

	/** Returns a name for a file without one: from the path of the URL, with the extension of what the file is. */
	private static function name_of( string $url, string $path, string $type ): string {
		$base = rawurldecode( basename( (string) wp_parse_url( $url, PHP_URL_PATH ) ) );
		$name = trim( (string) preg_replace( '/[^A-Za-z0-9_-]+/', '-', pathinfo( $base, PATHINFO_FILENAME ) ), '-' );
		$real = class_exists( \finfo::class ) ? (string) ( new \finfo( FILEINFO_MIME_TYPE ) )->file( $path ) : '';
		$ext  = strtolower( pathinfo( $base, PATHINFO_EXTENSION ) );
		if ( ( Content::TYPES[ $ext ] ?? null ) !== $real ) {
			$ext = array_search( $real, Content::TYPES, true ) ?: ( isset( Content::TYPES[ $ext ] ) ? $ext : ( array_search( $type, Content::TYPES, true ) ?: 'bin' ) );
		}
		return ( '' === $name ? 'file' : substr( $name, 0, 100 ) ) . ".$ext";
	}
}

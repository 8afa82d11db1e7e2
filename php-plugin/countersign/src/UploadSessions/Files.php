<?php

declare(strict_types=1);

namespace Countersign\Plugin\UploadSessions;

use Countersign\Plugin\Audit\Change;
use Countersign\Plugin\Site\Denied;
use Countersign\Plugin\Site\ErrorLog;
use Countersign\Plugin\Site\Failure;
use Countersign\Plugin\Site\Schema;
use Countersign\UploadSession;

defined( 'ABSPATH' ) || exit;

/** The rows of the files of upload sessions. The place of a file is unique in its session, so that of two files one gets the last. */
final class Files {

	/** Seconds after which a file that gets no parts loses its place. */
	private const PATIENCE = HOUR_IN_SECONDS;

	/** The most files that a list shows. */
	private const LISTED = 100;

	/**
	 * Returns the files of a session, the latest change first.
	 *
	 * @return list<File>
	 *
	 * @throws Failure If the database cannot be read.
	 */
	public function of( string $session ): array {
		global $wpdb;
		$rows = $wpdb->get_results( $wpdb->prepare( 'SELECT * FROM %i WHERE session = %s ORDER BY changed_at DESC, id LIMIT %d', self::table(), $session, 1000 ), ARRAY_A ); // phpcs:ignore WordPress.DB.DirectDatabaseQuery -- A table of this plugin, past any cache.
		Failure::if_refused( 'The files of an upload session could not be read.' );
		return array_map( File::of( ... ), array_values( $rows ?: [] ) );
	}

	/**
	 * Returns a file of a session.
	 *
	 * @throws Denied  `upload_unknown`.
	 * @throws Failure If the database cannot be read.
	 */
	public function find( string $session, string $id ): File {
		global $wpdb;
		$row = $wpdb->get_row( $wpdb->prepare( 'SELECT * FROM %i WHERE id = %s AND session = %s', self::table(), $id, $session ), ARRAY_A ); // phpcs:ignore WordPress.DB.DirectDatabaseQuery -- A table of this plugin, past any cache.
		Failure::if_refused( 'The file of an upload session could not be read.' );
		return $row ? File::of( $row ) : throw new Denied( 'upload_unknown' );
	}

	/**
	 * Gives a file a place in its session, unless it has one.
	 *
	 * @param UploadSession $decision Decides which place is free.
	 * @param string        $session  Id of the session.
	 * @param string        $id       The handle of the parts of the file.
	 *
	 * @throws Denied  `upload_session_full` or `upload_attempts`.
	 * @throws Failure If the database cannot be read or written.
	 */
	public function begin( UploadSession $decision, string $session, string $id, string $name, string $type, int $size ): File {
		// Another request can take the place between reading and writing, at most once for each place.
		for ( $attempt = 0; $attempt <= 50; $attempt++ ) {
			$all   = $this->of( $session );
			$known = array_column( $all, null, 'id' )[ $id ] ?? null;
			if ( null !== $known && null !== $known->place ) {
				return $known;
			}
			$this->abandon( $all );
			$place = $decision->place( self::taken( $this->of( $session ) ), (int) array_sum( array_column( $all, 'attempts' ) ) );
			if ( ! is_int( $place ) ) {
				throw new Denied( (string) $place->reason() ); // phpcs:ignore WordPress.Security.EscapeOutput.ExceptionNotEscaped -- Sent as JSON.
			}
			$row = [
				'place'      => $place,
				'attempts'   => ( $known->attempts ?? 0 ) + 1,
				'name'       => mb_substr( $name, 0, 190 ),
				'type'       => $type,
				'size'       => $size,
				'state'      => File::UPLOADING,
				'attachment' => 0,
				'reason'     => '',
				'changed_at' => time(),
			];
			if ( $this->store( $row, $session, $id, null !== $known ) ) {
				return $this->find( $session, $id );
			}
		}
		throw new Failure( 'Other requests kept taking the places of the upload session.' );
	}

	/** @param array<string, int|string> $row */
	private function store( array $row, string $session, string $id, bool $is_known ): bool {
		$change = $is_known
			? Change::update(
				self::table(),
				$row,
				[
					'id'    => $id,
					'place' => null,
				]
			)
			: Change::insert(
				self::table(),
				[
					'id'      => $id,
					'session' => $session,
				] + $row
			);
		return ErrorLog::without_refusals( $change->make( ... ) );
	}

	/** Remembers that a file got a part, at most once a minute. */
	public function touch( File $file ): void {
		if ( $file->changed_at < time() - MINUTE_IN_SECONDS ) {
			Change::update( self::table(), [ 'changed_at' => time() ], self::still( $file ) )->make();
		}
	}

	/**
	 * Returns the change that ends a file that is being uploaded. A file that is not stored loses its place.
	 *
	 * @param string $state      {@see File::DONE}, {@see File::FAILED} or {@see File::CANCELLED}.
	 * @param int    $attachment Id of the item of the media library, or 0.
	 * @param string $reason     Reason code of the refusal, or ''.
	 */
	public function ending( File $file, string $state, int $attachment = 0, string $reason = '' ): Change {
		$set    = [ 'state = ?', 'attachment = ?', 'reason = ?', 'changed_at = ?', ...( File::DONE === $state ? [] : [ 'place = NULL' ] ) ];
		$table  = self::table();
		$values = [ $state, $attachment, substr( $reason, 0, 64 ), time(), $file->id, File::UPLOADING ];
		return new Change( "UPDATE $table SET " . implode( ', ', $set ) . ' WHERE id = ? AND state = ?', $values );
	}

	/**
	 * Returns how many places of a session are taken.
	 *
	 * @param list<File> $files
	 *
	 * @return list<int>
	 */
	public static function taken( array $files ): array {
		return array_values( array_filter( array_column( $files, 'place' ), is_int( ... ) ) );
	}

	/**
	 * Returns the files that are in the media library.
	 *
	 * @param list<File> $files
	 *
	 * @return list<File>
	 */
	public static function done( array $files ): array {
		return array_values( array_filter( $files, static fn( File $file ): bool => File::DONE === $file->state ) );
	}

	/**
	 * Returns the files that a list shows.
	 *
	 * @param list<File> $files
	 *
	 * @return list<File>
	 */
	public static function listed( array $files ): array {
		return array_slice( $files, 0, self::LISTED );
	}

	/**
	 * Takes the places of files that got no parts for long.
	 *
	 * @param list<File> $files
	 */
	private function abandon( array $files ): void {
		foreach ( $files as $file ) {
			if ( File::UPLOADING === $file->state && $file->changed_at < time() - self::PATIENCE ) {
				$this->ending( $file, File::CANCELLED )->make();
			}
		}
	}

	/** @return array<string, string> */
	private static function still( File $file ): array {
		return [
			'id'    => $file->id,
			'state' => File::UPLOADING,
		];
	}

	private static function table(): string {
		return Schema::table( 'upload_files' );
	}
}

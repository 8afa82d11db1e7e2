<?php

declare(strict_types=1);

namespace Countersign\Plugin\UploadSessions;

use Countersign\Decision;
use Countersign\Plugin\Audit\Change;
use Countersign\Plugin\Audit\EntryDraft;
use Countersign\Plugin\Audit\Log;
use Countersign\Plugin\Connections\Connection;
use Countersign\Plugin\Connections\KillSwitch;
use Countersign\Plugin\Connections\Repository;
use Countersign\Plugin\Site\Denied;
use Countersign\Plugin\Site\Extension;
use Countersign\Plugin\Site\Failure;
use Countersign\Plugin\Site\Identity;
use Countersign\Plugin\Site\Json;
use Countersign\Plugin\Site\Schema;
use Countersign\Plugin\Uploads\Parts;

defined( 'ABSPATH' ) || exit;

/**
 * Upload sessions: by its link, a person without an account uploads files for a connection. The extension decides whether a
 * session is open; the rows are for lists, and opened only by the link that they belong to.
 */
final class Sessions {

	/** The parameter of the address that holds the token. */
	public const PARAMETER = 'countersign_upload';

	/** Seconds for which a session that is over stays in the table. */
	private const KEPT = 30 * DAY_IN_SECONDS;

	/** The most sessions that a list shows. The extension allows no more that are open. */
	private const LISTED = 20;

	public function __construct(
		private readonly Extension $extension,
		private readonly Repository $connections,
		private readonly KillSwitch $kill_switch,
		private readonly Log $log,
	) {}

	/**
	 * Makes a session, and records it.
	 *
	 * @param Connection           $connection  The connection that it belongs to.
	 * @param array<string, mixed> $terms       As {@see \Countersign\UploadSessions::issue()} takes them.
	 * @param int                  $seconds     How long it is open.
	 * @param string|null          $correlation Correlation of the call.
	 *
	 * @return array{session: Session, link: string} The link is not kept.
	 *
	 * @throws Denied If the extension refuses it.
	 */
	public function create( Connection $connection, array $terms, int $seconds, ?string $correlation ): array {
		$now  = $this->connections->find( $connection->id );
		$made = $this->extension->upload_sessions()->issue( $now?->opened, $this->kill_switch->is_on( again: false ), Json::encode( $terms ), $seconds, count( $this->open_of( $connection->id ) ) );
		if ( $made instanceof Decision ) {
			throw new Denied( (string) $made->reason() ); // phpcs:ignore WordPress.Security.EscapeOutput.ExceptionNotEscaped -- Sent as JSON.
		}
		$row     = [
			'id'            => $made['id'],
			'connection_id' => $connection->id,
			'issued'        => $made['issued'],
			'expires'       => $made['expires'],
			'closed_at'     => 0,
			'terms'         => base64_encode( $made['terms'] ), // phpcs:ignore WordPress.PHP.DiscouragedPHPFunctions -- A column of text keeps these bytes in every character set.
		];
		$session = Session::of( $row );
		$change  = [
			'title'   => $session->title,
			'files'   => $session->files,
			'bytes'   => $session->bytes,
			'types'   => implode( ' ', $session->types ),
			'expires' => gmdate( 'c', $session->expires ),
		];
		$this->log->append_with( [ Change::insert( self::table(), $row ) ], EntryDraft::agent( 'system', 'upload_session.created', $connection->id, $connection->user, $session->target(), $change, null, $correlation ) );
		return [
			'session' => $session,
			'link'    => Identity::home() . '/?' . self::PARAMETER . '=' . $made['token'],
		];
	}

	/**
	 * Returns a session of a connection, or null if it has none with this id.
	 *
	 * @throws Failure If the database cannot be read.
	 */
	public function find( string $id, int $connection ): ?Session {
		global $wpdb;
		$row = $wpdb->get_row( $wpdb->prepare( 'SELECT * FROM %i WHERE id = %s AND connection_id = %d', self::table(), $id, $connection ), ARRAY_A ); // phpcs:ignore WordPress.DB.DirectDatabaseQuery -- A table of this plugin, past any cache.
		Failure::if_refused( 'The upload session could not be read.' );
		return $row ? Session::of( $row ) : null;
	}

	/**
	 * Returns the sessions of a connection that nobody has closed and whose time is not over, the newest first.
	 *
	 * @return list<Session>
	 *
	 * @throws Failure If the database cannot be read.
	 */
	public function open_of( int $connection ): array {
		global $wpdb;
		$rows = $wpdb->get_results( $wpdb->prepare( 'SELECT * FROM %i WHERE connection_id = %d AND closed_at = 0 AND expires > %d ORDER BY issued DESC, id LIMIT %d', self::table(), $connection, time(), self::LISTED ), ARRAY_A ); // phpcs:ignore WordPress.DB.DirectDatabaseQuery -- A table of this plugin, past any cache.
		Failure::if_refused( 'The upload sessions could not be read.' );
		return array_map( Session::of( ... ), array_values( $rows ?: [] ) );
	}

	/**
	 * Returns what a session is now: `open`, `full`, `closed` or `expired`.
	 *
	 * @param int $taken How many of its places are taken.
	 *
	 * @throws \Countersign\Exception If the extension's store cannot be used.
	 */
	public function state( Session $session, int $taken ): string {
		return 0 === $session->closed_at ? $this->extension->upload_sessions()->state( $session->id, $session->issued, $session->expires, $taken, $session->files ) : 'closed';
	}

	/**
	 * Closes a session for good, and records it. Its unfinished files are deleted.
	 *
	 * @throws \Countersign\Exception If the extension's store cannot be used. The session is open then.
	 */
	public function close( Session $session, EntryDraft $draft ): void {
		$this->extension->upload_sessions()->close( $session->id, $session->issued, $session->expires );
		$this->log->append_with(
			[
				Change::update(
					self::table(),
					[ 'closed_at' => time() ],
					[
						'id'        => $session->id,
						'closed_at' => 0,
					]
				),
			],
			$draft
		);
		self::parts( $session )->discard_all();
	}

	/** Returns the parts of the unfinished files of a session. */
	public static function parts( Session $session ): Parts {
		return new Parts( "upload_session:$session->id", $session->bytes, 2 * $session->files + 5 );
	}

	/** Deletes the rows of sessions that have been over for long. What was uploaded stays. */
	public function prune(): void {
		global $wpdb;
		$before = time() - self::KEPT;
		$wpdb->query( $wpdb->prepare( 'DELETE FROM %i WHERE session IN (SELECT id FROM %i WHERE expires < %d)', Schema::table( 'upload_files' ), self::table(), $before ) ); // phpcs:ignore WordPress.DB.DirectDatabaseQuery -- A table of this plugin, past any cache.
		$wpdb->query( $wpdb->prepare( 'DELETE FROM %i WHERE expires < %d', self::table(), $before ) ); // phpcs:ignore WordPress.DB.DirectDatabaseQuery -- As above.
	}

	private static function table(): string {
		return Schema::table( 'upload_sessions' );
	}
}

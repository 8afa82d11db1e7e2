<?php

declare(strict_types=1);

namespace Countersign\Plugin\UploadSessions;

use Countersign\Plugin\Accounts\AgentRights;
use Countersign\Plugin\AgentScope\AgentUser;
use Countersign\Plugin\AgentScope\LiveCheck;
use Countersign\Plugin\AgentScope\OwnHosts;
use Countersign\Plugin\AgentScope\RulingOptions;
use Countersign\Plugin\AgentScope\WriteGuard;
use Countersign\Plugin\Audit\EntryDraft;
use Countersign\Plugin\Audit\Log;
use Countersign\Plugin\Audit\Unavailable;
use Countersign\Plugin\Connections\KillSwitch;
use Countersign\Plugin\Connections\Repository;
use Countersign\Plugin\Site\Denied;
use Countersign\Plugin\Site\ErrorLog;
use Countersign\Plugin\Site\SealedOptions;
use Countersign\Plugin\Uploads\Acceptance;
use Countersign\Plugin\Uploads\Content;
use Countersign\UploadSession;

defined( 'ABSPATH' ) || exit;

/**
 * Takes the files of upload sessions. Parts are kept aside. When all have come, the file is stored as the user of the connection,
 * under the restrictions of an agent's call, and recorded as one.
 */
final class Uploading {

	public function __construct(
		private readonly Files $files,
		private readonly Acceptance $acceptance,
		private readonly Repository $connections,
		private readonly KillSwitch $kill_switch,
		private readonly SealedOptions $options,
		private readonly Log $log,
	) {}

	/**
	 * Begins a file, or goes on with it: the same sender finds it again by its key.
	 *
	 * @param string $key  What tells the file from others, chosen by the sender.
	 * @param string $name The name of the file.
	 * @param int    $size Its size in bytes.
	 *
	 * @return array<string, mixed> As {@see about()}.
	 *
	 * @throws Denied If the file is not accepted.
	 */
	public function begin( Visit $visit, string $key, string $name, int $size ): array {
		$type = $this->checked( $visit, $name, $size );
		try {
			$progress = Sessions::parts( $visit->session )->begin( "$key\n$name\n$size", UploadSession::parts( $size ), [] );
			if ( null !== $progress->result ) {
				return $this->about( $visit, $this->files->find( $visit->session->id, $progress->upload ) );
			}
			$file = $this->files->begin( $visit->decision, $visit->session->id, $progress->upload, $name, $type, $size );
			if ( File::UPLOADING !== $file->state ) {
				Sessions::parts( $visit->session )->discard( $file->id );
			}
		} catch ( Denied $denied ) {
			// Nothing is kept for a file without a place.
			if ( isset( $progress ) ) {
				Sessions::parts( $visit->session )->discard( $progress->upload );
			}
			throw $denied;
		}
		return $this->about( $visit, $file );
	}

	/**
	 * Keeps a part of a file.
	 *
	 * @param string $id     The handle of the file.
	 * @param int    $number Number of the part, from 1.
	 * @param string $bytes  Its content.
	 *
	 * @return array<string, mixed> As {@see about()}.
	 *
	 * @throws Denied If the part does not belong to a file that is being uploaded.
	 */
	public function part( Visit $visit, string $id, int $number, string $bytes ): array {
		$file = $this->files->find( $visit->session->id, $id );
		if ( File::UPLOADING === $file->state ) {
			$decision = UploadSession::checkPart( $file->size, $number, strlen( $bytes ) );
			if ( ! $decision->isAllowed() ) {
				throw new Denied( (string) $decision->reason() ); // phpcs:ignore WordPress.Security.EscapeOutput.ExceptionNotEscaped -- Sent as JSON.
			}
			Sessions::parts( $visit->session )->put( $id, $number, $bytes );
			$this->files->touch( $file );
		}
		return $this->about( $visit, $file );
	}

	/**
	 * Stores a file of which all parts have come. A repeated request gets the same answer.
	 *
	 * @param string $id The handle of the file.
	 *
	 * @return array<string, mixed> As {@see about()}.
	 *
	 * @throws Denied If the file is not accepted. It has lost its place then.
	 */
	public function finish( Visit $visit, string $id ): array {
		$file = $this->files->find( $visit->session->id, $id );
		if ( File::UPLOADING === $file->state ) {
			try {
				Sessions::parts( $visit->session )->finish( $id, fn( string $path ): int => $this->store( $visit, $file, $path ) );
				// The row keeps the result.
				Sessions::parts( $visit->session )->discard( $id );
			} catch ( Denied $denied ) {
				// Another request has stored it meanwhile.
				if ( 'upload_unknown' !== $denied->reason || File::DONE !== $this->files->find( $visit->session->id, $id )->state ) {
					throw $denied;
				}
			}
			$file = $this->files->find( $visit->session->id, $id );
		}
		return $this->about( $visit, $file );
	}

	/**
	 * Stores a file that came in one piece.
	 *
	 * @param string $path The file, which is moved or deleted.
	 * @param string $name Its name.
	 *
	 * @return array<string, mixed> As {@see about()}.
	 *
	 * @throws Denied If the file is not accepted.
	 */
	public function whole( Visit $visit, string $path, string $name ): array {
		$size = (int) filesize( $path );
		$type = $this->checked( $visit, $name, $size );
		$file = $this->files->begin( $visit->decision, $visit->session->id, bin2hex( random_bytes( 16 ) ), $name, $type, $size );
		$this->store( $visit, $file, $path );
		return $this->about( $visit, $this->files->find( $visit->session->id, $file->id ) );
	}

	/**
	 * Forgets a file that is being uploaded.
	 *
	 * @param string $id The handle of the file.
	 *
	 * @return array<string, mixed> As {@see about()}.
	 */
	public function cancel( Visit $visit, string $id ): array {
		$file = $this->files->find( $visit->session->id, $id );
		if ( File::UPLOADING === $file->state && $this->files->ending( $file, File::CANCELLED )->make() ) {
			Sessions::parts( $visit->session )->discard( $id );
			$file = $this->files->find( $visit->session->id, $id );
		}
		return $this->about( $visit, $file );
	}

	/**
	 * Returns the media type of a file that may be sent, as the user of the connection.
	 *
	 * @throws Denied `user_missing`, `capability_denied`, `file_refused`, `upload_file_type` or `upload_file_size`.
	 */
	private function checked( Visit $visit, string $name, int $size ): string {
		$type     = Content::TYPES[ strtolower( pathinfo( $name, PATHINFO_EXTENSION ) ) ] ?? '';
		$decision = $visit->decision->checkFile( max( 0, $size ), $type );
		if ( ! $decision->isAllowed() ) {
			throw new Denied( (string) $decision->reason() ); // phpcs:ignore WordPress.Security.EscapeOutput.ExceptionNotEscaped -- Sent as JSON.
		}
		self::must_have_user( $visit );
		$refuse = static fn( string $target ): never => throw new Denied( 'write_refused', null, $target ); // phpcs:ignore WordPress.Security.EscapeOutput.ExceptionNotEscaped -- Sent as JSON.
		( new AgentUser( $refuse, AgentRights::ceiling( $visit->connection ) ) )->act_as( $visit->connection->user, fn() => $this->acceptance->check_name( $name, $visit->session->types ) );
		return $type;
	}

	/** Stores a file as the user of the connection, and records it. Until the request ends, it can do no more than an agent's call. */
	private function store( Visit $visit, File $file, string $path ): int {
		self::must_have_user( $visit );
		$correlation = bin2hex( random_bytes( 8 ) );
		$change      = [
			'name'   => $file->name,
			'type'   => $file->type,
			'bytes'  => (int) filesize( $path ),
			'sha256' => (string) hash_file( 'sha256', $path ),
		];
		$draft       = fn( string $kind, string $target ): EntryDraft => EntryDraft::agent( $kind, 'upload_session.file', $visit->connection->id, $visit->connection->user, $target, $change, null, $correlation );
		$this->log->append( $draft( 'intent', $visit->session->target() ) );
		$visit->decision->begin();
		$live  = new LiveCheck( $visit->decision, $visit->connection, $this->connections, $this->kill_switch, $this->options );
		$guard = new WriteGuard( $live, true, fn( Denied $refusal ) => $this->record( $visit, $refusal, $correlation ) );
		try {
			( new RulingOptions( $guard ) )->begin();
			( new AgentUser( $guard->refuse( ... ), AgentRights::ceiling( $visit->connection ) ) )->become( $visit->connection->user );
			( new OwnHosts( $guard ) )->begin();
			$guard->begin();
			$live->ensure_live();
			$id = $this->acceptance->accept( $path, $file->name, [], $visit->session->types, $visit->session->bytes );
			if ( null !== $guard->refusal() ) {
				throw $guard->refusal();
			}
			if ( ! $this->log->append_with( [ $this->files->ending( $file, File::DONE, $id ) ], $draft( 'outcome', "post:$id" ) ) ) {
				// It was cancelled meanwhile, and its place can be another's.
				wp_delete_attachment( $id, true );
				throw new Denied( 'upload_unknown' );
			}
		} catch ( \Throwable $error ) {
			$guard->end_of_call();
			$denied = $guard->refusal() ?? ( $error instanceof Denied ? $error : new Denied( 'tool_failed' ) );
			if ( ! $error instanceof Denied ) {
				ErrorLog::failure( 'a file of an upload session could not be stored', $error );
			}
			$outcome = $draft( 'outcome', $visit->session->target() )->denied( $denied->reason );
			if ( ! $this->log->append_with( [ $this->files->ending( $file, File::FAILED, 0, $denied->reason ) ], $outcome ) ) {
				$this->log->append( $outcome );
			}
			throw $denied;
		}
		$guard->end_of_call();
		return $id;
	}

	/** Records a refusal after the file was stored. */
	private function record( Visit $visit, Denied $refusal, string $correlation ): void {
		try {
			$this->log->append( EntryDraft::agent( 'refusal', 'call.write', $visit->connection->id, $visit->connection->user, $refusal->target, [], $refusal->reason, $correlation ) );
		} catch ( Unavailable $error ) {
			ErrorLog::failure( 'the audit log cannot be written', $error );
		}
	}

	private static function must_have_user( Visit $visit ): void {
		$user = $visit->connection->user;
		if ( $user <= 0 || false === get_userdata( $user ) || ( is_multisite() && ! is_user_member_of_blog( $user ) ) ) {
			throw new Denied( 'user_missing' );
		}
	}

	/**
	 * Returns what the page knows of a file.
	 *
	 * @return array<string, mixed> `upload`, `name`, `size`, `state`, `reason`, `part_size`, and of one that is being uploaded `parts`
	 *                              and `missing`.
	 */
	private function about( Visit $visit, File $file ): array {
		$about = [
			'upload'    => $file->id,
			'name'      => $file->name,
			'size'      => $file->size,
			'state'     => $file->state,
			'reason'    => $file->reason ?: null,
			'part_size' => UploadSession::maxPart(),
		];
		if ( File::UPLOADING === $file->state ) {
			$progress = Sessions::parts( $visit->session )->progress( $file->id );
			$about   += [
				'parts'   => $progress->parts,
				'missing' => $progress->missing,
				'next'    => $progress->next(),
			];
		}
		return $about;
	}
}

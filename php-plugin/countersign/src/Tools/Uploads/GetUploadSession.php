<?php

declare(strict_types=1);

namespace Countersign\Plugin\Tools\Uploads;

use Countersign\Plugin\Calls\Call;
use Countersign\Plugin\Calls\Result;
use Countersign\Plugin\Site\Denied;
use Countersign\Plugin\UploadSessions\File;
use Countersign\Plugin\UploadSessions\Files;
use Countersign\Plugin\UploadSessions\Session;
use Countersign\Plugin\UploadSessions\Sessions;

defined( 'ABSPATH' ) || exit;

/** Tool `get_upload_session`: tells what the upload sessions of the connection are now, and what was uploaded. */
final class GetUploadSession {

	public function __construct(
		private readonly Sessions $sessions,
		private readonly Files $files,
	) {}

	/** @param array<string, mixed> $arguments */
	public function __invoke( array $arguments, Call $call ): Result {
		if ( ! current_user_can( 'upload_files' ) ) {
			throw new Denied( 'capability_denied' );
		}
		if ( ! isset( $arguments['id'] ) ) {
			$open = $this->sessions->open_of( $call->connection()->id );
			return Result::structured( [ 'sessions' => array_map( fn( Session $session ): array => $this->summary( $session, $this->files->of( $session->id ) ), $open ) ] );
		}
		$session = $this->sessions->find( $arguments['id'], $call->connection()->id ) ?? throw new Denied( 'target_not_found' );
		$files   = $this->files->of( $session->id );
		$listed  = array_map(
			static fn( File $file ): array => [
				'state'    => $file->state,
				'name'     => $file->name,
				'type'     => $file->type,
				'size'     => $file->size,
				'media_id' => $file->attachment,
				'reason'   => $file->reason ?: null,
			],
			Files::listed( $files )
		);
		return Result::structured( [ 'sessions' => [ $this->summary( $session, $files ) + [ 'files' => $listed ] ] ] )->about( $session->target() );
	}

	/**
	 * @param list<File> $files
	 *
	 * @return array<string, mixed>
	 */
	private function summary( Session $session, array $files ): array {
		return [
			'id'       => $session->id,
			'state'    => $this->sessions->state( $session, count( Files::taken( $files ) ) ),
			'title'    => $session->title,
			'expires'  => gmdate( 'c', $session->expires ),
			'places'   => $session->files,
			'uploaded' => count( Files::done( $files ) ),
		];
	}
}

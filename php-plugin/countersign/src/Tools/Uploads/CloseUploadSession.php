<?php

declare(strict_types=1);

namespace Countersign\Plugin\Tools\Uploads;

use Countersign\Plugin\Audit\EntryDraft;
use Countersign\Plugin\Calls\Call;
use Countersign\Plugin\Calls\Result;
use Countersign\Plugin\Site\Denied;
use Countersign\Plugin\UploadSessions\Sessions;

defined( 'ABSPATH' ) || exit;

/** Tool `close_upload_session`: ends an upload session of the connection. */
final class CloseUploadSession {

	public function __construct( private readonly Sessions $sessions ) {}

	/** @param array<string, mixed> $arguments */
	public function __invoke( array $arguments, Call $call ): Result {
		if ( ! current_user_can( 'upload_files' ) ) {
			throw new Denied( 'capability_denied' );
		}
		$connection = $call->connection();
		$session    = $this->sessions->find( $arguments['id'], $connection->id ) ?? throw new Denied( 'target_not_found' );
		$call->ensure_live();
		$this->sessions->close( $session, EntryDraft::agent( 'system', 'upload_session.closed', $connection->id, $connection->user, $session->target(), [], null, $call->correlation() ) );
		return Result::structured(
			[
				'id'    => $session->id,
				'state' => 'closed',
			]
		)->about( $session->target() );
	}
}

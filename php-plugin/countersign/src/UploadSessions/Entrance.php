<?php

declare(strict_types=1);

namespace Countersign\Plugin\UploadSessions;

use Countersign\Decision;
use Countersign\Plugin\Audit\EntryDraft;
use Countersign\Plugin\Audit\Log;
use Countersign\Plugin\Connections\KillSwitch;
use Countersign\Plugin\Connections\Repository;
use Countersign\Plugin\Site\Extension;
use Countersign\Plugin\Site\Settings;

defined( 'ABSPATH' ) || exit;

/** Lets requests in that have the link of an open upload session, and records the others. */
final class Entrance {

	public function __construct(
		private readonly Extension $extension,
		private readonly Sessions $sessions,
		private readonly Repository $connections,
		private readonly KillSwitch $kill_switch,
		private readonly Settings $settings,
		private readonly Log $log,
	) {}

	/**
	 * Opens the session of a link for this request.
	 *
	 * @param string $token The token of the link.
	 * @param string $ip    Address of the client.
	 *
	 * @return Visit|Decision The session, or why it is not open.
	 *
	 * @throws \Countersign\Exception If the extension's keys or store cannot be used.
	 */
	public function open( string $token, string $ip ): Visit|Decision {
		$uploads = $this->extension->upload_sessions();
		$limit   = $this->settings->ip_limit();
		$link    = $uploads->verify( $token, $ip, $limit['max'], $limit['window'] );
		if ( $link instanceof Decision ) {
			return $this->refused( $link, $ip );
		}
		$session    = $this->sessions->find( $link->id(), $link->connection() );
		$connection = $this->connections->find( $link->connection() );
		$opened     = $uploads->open( $link, $session?->terms, $connection?->opened, $this->kill_switch->is_on( again: false ) );
		if ( $opened instanceof Decision ) {
			return $this->refused( $opened, $ip, Session::named( $link->id() ) );
		}
		if ( null === $session || null === $connection ) {
			throw new \LogicException( 'A session is open only with its row and its connection.' );
		}
		return new Visit( $opened, $session, $connection );
	}

	/** Records a refusal, once a minute for each reason and address. */
	private function refused( Decision $decision, string $ip, ?string $target = null ): Decision {
		$reason = (string) $decision->reason();
		if ( $this->extension->upload_sessions()->isFirstRefusal( $reason, $ip ) ) {
			$this->log->append( EntryDraft::visitor( 'upload_session.opened', $target, $reason ) );
		}
		return $decision;
	}
}

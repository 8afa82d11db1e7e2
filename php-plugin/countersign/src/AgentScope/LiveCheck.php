<?php

declare(strict_types=1);

namespace Countersign\Plugin\AgentScope;

use Countersign\Plugin\Connections\Connection;
use Countersign\Plugin\Connections\KillSwitch;
use Countersign\Plugin\Connections\Repository;
use Countersign\Plugin\Site\Denied;

/** Asks again, in the middle of a call, whether the connection may still act. Every write passes one. */
final class LiveCheck {

	/**
	 * @param Connection $connection As it was when the call was let in.
	 */
	public function __construct(
		private readonly Connection $connection,
		private readonly Repository $connections,
		private readonly KillSwitch $kill_switch,
	) {}

	/**
	 * Goes on, or ends the call. Reads the database, no cache.
	 *
	 * @throws Denied `kill_switch`, `connection_paused` or `connection_revoked`.
	 */
	public function pass(): void {
		if ( $this->kill_switch->is_on() ) {
			throw new Denied( 'kill_switch' );
		}
		$now = $this->connections->find( $this->connection->id );
		if ( ! $now || $now->epoch !== $this->connection->epoch ) {
			throw new Denied( 'connection_revoked' );
		}
		if ( Connection::ACTIVE !== $now->state ) {
			throw new Denied( Connection::PAUSED === $now->state ? 'connection_paused' : 'connection_revoked' );
		}
	}
}

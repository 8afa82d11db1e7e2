<?php

declare(strict_types=1);

namespace Countersign\Plugin\AgentScope;

use Countersign\Plugin\Connections\Connection;
use Countersign\Plugin\Connections\KillSwitch;
use Countersign\Plugin\Connections\Repository;
use Countersign\Plugin\Site\Denied;

defined( 'ABSPATH' ) || exit;

/** Checks during a call whether the connection may still act. Runs before the first write of every call. */
final class LiveCheck {

	/** @param Connection $connection The connection as it was when the call was admitted. */
	public function __construct(
		private readonly Connection $connection,
		private readonly Repository $connections,
		private readonly KillSwitch $kill_switch,
	) {}

	/**
	 * Ends the call if all agents were stopped, or the connection was paused or revoked. Reads the database, not a cache.
	 *
	 * @throws Denied `kill_switch`, `connection_paused` or `connection_revoked`.
	 */
	public function ensure_live(): void {
		if ( $this->kill_switch->is_on() ) {
			throw new Denied( 'kill_switch' );
		}
		$now = $this->connections->find( $this->connection->id );
		if ( ! $now || $now->epoch !== $this->connection->epoch ) {
			throw new Denied( 'connection_revoked' );
		}
		if ( Connection::PAUSED === $now->state ) {
			throw new Denied( 'connection_paused' );
		}
		if ( Connection::ACTIVE !== $now->state ) {
			throw new Denied( 'connection_revoked' );
		}
	}
}

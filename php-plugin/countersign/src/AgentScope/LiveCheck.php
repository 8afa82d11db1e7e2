<?php

declare(strict_types=1);

namespace Countersign\Plugin\AgentScope;

use Countersign\Access;
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
	 * @throws Denied `kill_switch`, `connection_unknown`, `connection_revoked`, `token_revoked` or `connection_paused`.
	 */
	public function ensure_live(): void {
		$now      = $this->connections->find( $this->connection->id );
		$decision = Access::mayAct( $now?->state, $now->epoch ?? 0, $this->connection->epoch, $this->kill_switch->is_on() );
		if ( ! $decision->isAllowed() ) {
			throw new Denied( (string) $decision->reason() ); // phpcs:ignore WordPress.Security.EscapeOutput.ExceptionNotEscaped -- Sent as JSON.
		}
	}
}

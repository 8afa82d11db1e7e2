<?php

declare(strict_types=1);

namespace Countersign\Plugin\Connections;

use Countersign\Plugin\Site\Failure;

defined( 'ABSPATH' ) || exit;

/**
 * Finds the connection that governs the current request, whatever door the request comes through: that of the call that this
 * request runs, or that of the agent whose own account is the current user.
 *
 * The application password of an agent is no further way. WordPress accepts it at the MCP endpoint only.
 */
final class Current {

	/** The connection of a call that this request runs or has run. Its restrictions last until the request ends. */
	private ?Connection $running = null;

	/**
	 * @param \Closure(int): bool        $is_agent   Tells whether an account was made for a connection.
	 * @param \Closure(int): ?Connection $of_account Returns the connection that an account was made for, as its record says.
	 */
	public function __construct(
		private readonly \Closure $is_agent,
		private readonly \Closure $of_account,
	) {}

	/** Notes that a call of a connection runs. This lasts until the request ends. */
	public function enter( Connection $connection ): void {
		$this->running = $connection;
	}

	/** Tells whether this request runs or has run a call of an agent. */
	public function is_running(): bool {
		return null !== $this->running;
	}

	/** Tells whether the request is that of an agent, also if its connection cannot be found. */
	public function is_agent(): bool {
		return $this->is_running() || ( $this->is_agent )( get_current_user_id() );
	}

	/**
	 * Returns the connection that governs the request; null if there is none.
	 *
	 * @throws \Countersign\Exception If the extension's keys or store cannot be used.
	 * @throws Failure                If the database cannot be read.
	 */
	public function connection(): ?Connection {
		return $this->running ?? ( $this->is_agent() ? ( $this->of_account )( get_current_user_id() ) : null );
	}

	/** Returns the account by which {@see connection()} finds the connection; null if a call runs. */
	public function account(): ?int {
		return $this->is_running() ? null : get_current_user_id();
	}
}

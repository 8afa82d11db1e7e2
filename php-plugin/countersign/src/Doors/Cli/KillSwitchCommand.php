<?php

declare(strict_types=1);

namespace Countersign\Plugin\Doors\Cli;

use Countersign\Plugin\Audit\Unavailable;
use Countersign\Plugin\Services;

/** Stops every agent on this site at once, or lets them go on. */
final class KillSwitchCommand {

	public function __construct( private readonly Services $services ) {}

	/**
	 * Stops every agent on this site at once, or lets them go on.
	 *
	 * ## OPTIONS
	 *
	 * <state>
	 * : `on` stops all agents, `off` lets them go on, `status` tells.
	 * ---
	 * options:
	 *   - on
	 *   - off
	 *   - status
	 * ---
	 *
	 * ## EXAMPLES
	 *
	 *     $ wp countersign kill-switch on
	 *     Success: All agents are stopped.
	 *
	 * @param list<string> $arguments
	 */
	public function __invoke( array $arguments ): void {
		$switch = $this->services->kill_switch();
		$state  = $arguments[0] ?? 'status';
		if ( 'status' !== $state ) {
			try {
				$switch->set( 'on' === $state );
			} catch ( Unavailable $error ) {
				\WP_CLI::error( sprintf( 'The audit log cannot be written, so agents stay stopped: %s', $error->getMessage() ) );
			} catch ( \RuntimeException $error ) {
				\WP_CLI::error( $error->getMessage() );
			}
		}
		\WP_CLI::success( $switch->is_on() ? 'All agents are stopped.' : 'Agents may act, each within its connection.' );
	}
}

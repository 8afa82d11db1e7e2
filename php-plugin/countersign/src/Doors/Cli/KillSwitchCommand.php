<?php

declare(strict_types=1);

namespace Countersign\Plugin\Doors\Cli;

use Countersign\Plugin\Audit\Unavailable;
use Countersign\Plugin\Audit\Unprotected;
use Countersign\Plugin\Connections\KillSwitch;

defined( 'ABSPATH' ) || exit;

/** The WP-CLI command `wp countersign kill-switch`. */
final class KillSwitchCommand {

	public function __construct( private readonly KillSwitch $kill_switch ) {}

	/**
	 * Stops all AI agents on this site, or lets them continue.
	 *
	 * ## OPTIONS
	 *
	 * <state>
	 * : `on` stops all agents, `off` lets them continue, `status` shows whether they are stopped.
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
		$state = $arguments[0] ?? 'status';
		if ( 'status' !== $state ) {
			try {
				$this->kill_switch->set( 'on' === $state );
			} catch ( Unprotected $error ) {
				\WP_CLI::warning( sprintf( 'An older state of the database could undo this unnoticed: %s Site Health shows the reason.', \Countersign\reasons()[ $error->reason ] ?? $error->getMessage() ) );
			} catch ( Unavailable $error ) {
				\WP_CLI::error( sprintf( 'This cannot be recorded, so agents remain stopped: %s', $error->getMessage() ) );
			} catch ( \RuntimeException $error ) {
				\WP_CLI::error( $error->getMessage() );
			}
		}
		\WP_CLI::success( $this->kill_switch->is_on() ? 'All agents are stopped.' : 'Agents can act within the permissions of their connections.' );
	}
}

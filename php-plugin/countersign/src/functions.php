<?php
/**
 * Functions that other code on the site may call.
 *
 * @package Countersign
 */

declare(strict_types=1);

use Countersign\Plugin\Audit\Unprotected;
use Countersign\Plugin\Plugin;

defined( 'ABSPATH' ) || exit;

if ( ! function_exists( 'countersign_kill_switch' ) ) {
	/**
	 * Stops all agents on this site, lets them continue, or tells whether they are stopped.
	 *
	 * Connections are kept, and need no new authorization when agents may continue. A change applies to the next request
	 * of every agent. A call that is already running stops before its next write.
	 *
	 * @param bool|null $on True stops all agents, false lets them continue, null changes nothing.
	 *
	 * @return bool Whether agents are stopped now.
	 *
	 * @throws \Countersign\Plugin\Audit\Unavailable If letting agents continue cannot be recorded in the audit log. Stopping
	 *                                               them never fails for this reason.
	 * @throws \RuntimeException                     If the database did not store the change.
	 */
	function countersign_kill_switch( ?bool $on = null ): bool {
		$switch = Plugin::composition()->kill_switch();
		if ( null !== $on ) {
			try {
				$switch->set( $on );
			} catch ( Unprotected ) {
				// All agents are stopped, and the error log says that an older state of the database could undo this.
				return true;
			}
		}
		return $switch->is_on();
	}
}

<?php
/**
 * The functions that other code on the site may call.
 *
 * @package Countersign
 */

declare(strict_types=1);

use Countersign\Plugin\Plugin;

if ( ! function_exists( 'countersign_kill_switch' ) ) {
	/**
	 * Stops every agent on this site at once, or lets them go on.
	 *
	 * Connections survive and need no new authorization when the switch is lifted. Takes effect on the next
	 * request of every agent, and on calls already under way before they next write.
	 *
	 * @param bool|null $on True stops, false lifts, null only asks.
	 *
	 * @return bool Whether agents are stopped now.
	 *
	 * @throws \Countersign\Plugin\Audit\Unavailable When lifting cannot be recorded in the audit log. Stopping
	 *                                               never fails for that.
	 * @throws \RuntimeException                     When the database does not take it.
	 */
	function countersign_kill_switch( ?bool $on = null ): bool {
		$switch = Plugin::services()->kill_switch();
		if ( null !== $on ) {
			$switch->set( $on );
		}
		return $switch->is_on();
	}
}

<?php

declare(strict_types=1);

namespace Countersign\Plugin\Connections;

use Countersign\Plugin\Audit\Draft;
use Countersign\Plugin\Audit\Log;
use Countersign\Plugin\Audit\Unavailable;

/** Stops every agent on the site at once. Connections survive, and go on without a new authorization. */
final class KillSwitch {

	/** Option: '1' while agents are stopped. */
	public const OPTION = 'countersign_kill_switch';

	/** @param \Closure(): Log $log Opened only to write: asking works without the extension. */
	public function __construct( private readonly \Closure $log ) {}

	/**
	 * Whether agents are stopped, read from the database itself: no cache of any host may keep agents going. What cannot be
	 * read is on.
	 */
	public function is_on(): bool {
		return $this->stored() ?? true;
	}

	/**
	 * Turns it. Stopping never fails for want of the audit log; lifting does.
	 *
	 * @throws Unavailable       When lifting cannot be recorded.
	 * @throws \RuntimeException When the database does not take it.
	 */
	public function set( bool $on ): void {
		if ( $on === $this->stored() ) {
			return;
		}
		try {
			( $this->log )()->append( Draft::admin( 'kill_switch', $on ? 'kill_switch.on' : 'kill_switch.off', 'site' ) );
		} catch ( Unavailable | \Countersign\Exception | \Error $error ) {
			if ( ! $on ) {
				throw $error instanceof Unavailable ? $error : new Unavailable( 'audit_unavailable', 'the extension cannot be used', $error );
			}
			error_log( 'Countersign: the kill switch was turned on, which could not be recorded: ' . get_class( $error ) ); // phpcs:ignore WordPress.PHP.DevelopmentFunctions
		}
		update_option( self::OPTION, $on ? '1' : '0' );
		if ( $on !== $this->stored() ) {
			throw new \RuntimeException( 'The kill switch could not be stored.' );
		}
		/**
		 * Fires after the kill switch was turned.
		 *
		 * @param bool $on Whether agents are stopped now.
		 */
		do_action( 'countersign_kill_switch', $on );
	}

	/** What the database says; null when it does not answer. */
	private function stored(): ?bool {
		global $wpdb;
		$value = $wpdb->get_var( $wpdb->prepare( "SELECT option_value FROM $wpdb->options WHERE option_name = %s", self::OPTION ) );
		return null === $value && '' !== $wpdb->last_error ? null : '1' === $value;
	}
}

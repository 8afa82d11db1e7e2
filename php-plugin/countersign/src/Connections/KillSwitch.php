<?php

declare(strict_types=1);

namespace Countersign\Plugin\Connections;

use Countersign\Plugin\Audit\EntryDraft;
use Countersign\Plugin\Audit\Log;
use Countersign\Plugin\Audit\Unavailable;
use Countersign\Plugin\Site\ErrorLog;
use Countersign\Plugin\Site\Failure;

defined( 'ABSPATH' ) || exit;

/** Stops all agents on the site at once. Connections are kept, and need no new authorization when agents may continue. */
final class KillSwitch {

	/** Option: '1' while all agents are stopped. */
	public const OPTION = 'countersign_kill_switch';

	public function __construct( private readonly Log $log ) {}

	/**
	 * Tells whether agents are stopped. Reads the database and no cache, which could be stale on another host. Returns true
	 * if the database cannot be read. Works without the PHP extension.
	 */
	public function is_on(): bool {
		return $this->stored() ?? true;
	}

	/**
	 * Stops all agents, or lets them continue. Does nothing if that is already so.
	 *
	 * Stopping succeeds even if it cannot be recorded in the audit log, for example because the PHP extension is missing.
	 *
	 * @param bool $on True to stop all agents.
	 *
	 * @throws Unavailable       If letting agents continue cannot be recorded.
	 * @throws \RuntimeException If the database did not store the change.
	 */
	public function set( bool $on ): void {
		if ( $on === $this->stored() ) {
			return;
		}
		try {
			$this->log->append( EntryDraft::admin( 'kill_switch', $on ? 'kill_switch.on' : 'kill_switch.off', 'site' ) );
		} catch ( Unavailable $error ) {
			if ( ! $on ) {
				throw $error;
			}
			ErrorLog::failure( 'all agents were stopped, but this could not be recorded in the audit log', $error );
		}
		update_option( self::OPTION, $on ? '1' : '0' );
		if ( $on !== $this->stored() ) {
			throw new Failure( 'The kill switch could not be stored.' );
		}
		/**
		 * Fires after all agents were stopped or allowed to continue, once the change is recorded and stored.
		 *
		 * @param bool $on True if agents are stopped now.
		 */
		do_action( 'countersign_kill_switch', $on );
	}

	/** Returns whether the stored option is on, or null if the database cannot be read. */
	private function stored(): ?bool {
		global $wpdb;
		$value = $wpdb->get_var( $wpdb->prepare( 'SELECT option_value FROM %i WHERE option_name = %s', $wpdb->options, self::OPTION ) ); // phpcs:ignore WordPress.DB.DirectDatabaseQuery -- The stored value, past any cache.
		return null === $value && '' !== $wpdb->last_error ? null : '1' === $value;
	}
}

<?php

declare(strict_types=1);

namespace Countersign\Plugin\Connections;

use Countersign\Decision;
use Countersign\Plugin\Audit\EntryDraft;
use Countersign\Plugin\Audit\Log;
use Countersign\Plugin\Audit\Unavailable;
use Countersign\Plugin\Audit\Unprotected;
use Countersign\Plugin\Records\SiteRecords;
use Countersign\Plugin\Records\SiteState;
use Countersign\Plugin\Site\ErrorLog;
use Countersign\Plugin\Site\Failure;
use Countersign\Plugin\Site\Json;
use Countersign\Plugin\Site\SealedOptions;
use Countersign\Record;

defined( 'ABSPATH' ) || exit;

/**
 * Stops all agents on the site at once. Connections are kept, and need no new authorization when agents may continue.
 *
 * The state is a sealed record. Only a good and current record lets agents act: if it is missing, changed or older than one
 * that the site has seen, agents are stopped. Stopping them never depends on the extension, its keys, its witness, the audit log
 * or a cache: if no record can be made, a text that is no record takes its place.
 */
final class KillSwitch {

	/** State: agents may act. */
	public const OFF = 'off';

	/** State: a person has stopped all agents. */
	public const ON = 'on';

	/** State: all agents are stopped, because the record cannot be believed. */
	public const UNKNOWN = 'unknown';

	public function __construct(
		private readonly SealedOptions $options,
		private readonly SiteRecords $records,
		private readonly SiteState $site,
		private readonly Log $log,
	) {}

	/**
	 * Tells whether agents are stopped. Reads the database and no cache. Returns true if the state cannot be read or believed,
	 * also because of the state of the whole site.
	 *
	 * @param bool $again Whether to read the database again, although this request has read it before. Not needed at the beginning
	 *                    of a request.
	 */
	public function is_on( bool $again = true ): bool {
		try {
			return self::OFF !== $this->state( $again ) || ! $this->site->current()->isAllowed();
		} catch ( \Countersign\Exception | Failure ) {
			return true;
		}
	}

	/**
	 * Tells what the switch itself says: one of the constants. Reads the database and no cache. Works without the PHP extension;
	 * then only {@see ON} and {@see UNKNOWN} are possible.
	 *
	 * @param bool $again As for {@see is_on()}.
	 */
	public function state( bool $again = true ): string {
		try {
			if ( $again ) {
				$this->options->forget();
			}
			if ( SealedOptions::STOPPED === $this->options->get( SealedOptions::KILL_SWITCH ) ) {
				return self::ON;
			}
			if ( ! extension_loaded( 'countersign' ) ) {
				return self::UNKNOWN;
			}
			$record = $this->records->open( SealedOptions::KILL_SWITCH );
			return match ( true ) {
				$record instanceof Decision                         => self::UNKNOWN,
				false === ( Json::decode( $record->data() )['on'] ?? true ) => self::OFF,
				default                                             => self::ON,
			};
		} catch ( \Countersign\Exception | Failure ) {
			return self::UNKNOWN;
		}
	}

	/**
	 * Stops all agents, or lets them continue. Does nothing if that is already so.
	 *
	 * Stopping succeeds even if it cannot be recorded in the audit log, for example because the PHP extension is missing.
	 *
	 * @param bool $on True to stop all agents.
	 *
	 * @throws Unavailable       If letting agents continue cannot be recorded, or the state of the site does not allow it.
	 * @throws Unprotected       If all agents are stopped, but the witness could not be raised: an older state of the database could
	 *                           undo this unnoticed.
	 * @throws \RuntimeException If the database did not store the change.
	 */
	public function set( bool $on ): void {
		if ( ! $on ) {
			$this->must_be_in_order();
		}
		if ( ( $on ? self::ON : self::OFF ) === $this->state() ) {
			return;
		}
		$late = null;
		if ( $on ) {
			$late = $this->stop();
		} else {
			$this->release();
		}
		/**
		 * Fires after all agents were stopped or allowed to continue, once the change is recorded and stored.
		 *
		 * @param bool $on True if agents are stopped now.
		 */
		do_action( 'countersign_kill_switch', $on );
		if ( null !== $late ) {
			throw $late;
		}
	}

	/**
	 * Tells whether a person has stopped all agents while nothing could be sealed. Until it is sealed, somebody who can write to the
	 * database could put an older record in its place.
	 */
	public function is_unsealed(): bool {
		try {
			return SealedOptions::STOPPED === $this->options->get( SealedOptions::KILL_SWITCH );
		} catch ( Failure ) {
			return false;
		}
	}

	/**
	 * Returns who has stopped all agents, when and why, as far as it was sealed.
	 *
	 * @return array{by: int, at: int, because: string} Id of a user or 0, Unix seconds or 0, and `new_beginning` or ''.
	 */
	public function stopped_by(): array {
		try {
			$record = extension_loaded( 'countersign' ) && ! $this->is_unsealed() ? $this->records->open( SealedOptions::KILL_SWITCH ) : null;
		} catch ( \Countersign\Exception | Failure ) {
			$record = null;
		}
		$data = $record instanceof Record ? Json::decode( $record->data() ) : [];
		return [
			'by'      => (int) ( $data['by'] ?? 0 ),
			'at'      => (int) ( $data['at'] ?? 0 ),
			'because' => (string) ( $data['because'] ?? '' ),
		];
	}

	/** Seals that all agents are stopped, if that was stored while nothing could be sealed. Dashboard pages and cron call this. */
	public function seal_stop(): void {
		if ( ! $this->is_unsealed() || ! extension_loaded( 'countersign' ) ) {
			return;
		}
		try {
			$this->seal( true );
		} catch ( \RuntimeException | \Countersign\Exception $error ) {
			ErrorLog::failure( 'all agents are stopped, but this is not protected against changes of the database yet', $error );
		}
	}

	/**
	 * Stops all agents: by a record, or else by the text that needs none.
	 *
	 * @return Unprotected|null What prevents the protection of the record, if something does.
	 */
	private function stop(): ?Unprotected {
		$problem = null;
		if ( extension_loaded( 'countersign' ) ) {
			try {
				$this->seal( true );
			} catch ( \Throwable $error ) {
				$problem = $error;
			}
		}
		if ( $this->is_stored_on() && ( null === $problem || $problem instanceof Unprotected ) && extension_loaded( 'countersign' ) ) {
			if ( null !== $problem ) {
				ErrorLog::failure( 'all agents are stopped, but a restored database could undo this unnoticed', $problem );
			}
			return $problem;
		}
		try {
			$this->options->put( SealedOptions::KILL_SWITCH, SealedOptions::STOPPED );
		} catch ( Failure $error ) {
			$problem = $error;
		}
		// Read back, because neither a statement nor a cache is proof.
		$is_on = $this->is_stored_on();
		if ( $is_on && null !== $problem ) {
			ErrorLog::failure( 'all agents were stopped, but by a text that is not sealed', $problem );
		}
		try {
			$this->log->append( $is_on ? self::draft( true ) : self::draft( true )->failed( 'store_unavailable' ) );
		} catch ( \Throwable $error ) {
			ErrorLog::failure( $is_on ? 'all agents were stopped, but this could not be recorded in the audit log' : 'agents were not stopped, and this could not be recorded in the audit log', $error );
		}
		if ( ! $is_on ) {
			throw new Failure( 'The kill switch could not be stored, so agents were not stopped.' );
		}
		return null;
	}

	/**
	 * @throws Unavailable If agents cannot act because of the state of the whole site, or because the extension is missing.
	 */
	private function must_be_in_order(): void {
		if ( ! extension_loaded( 'countersign' ) ) {
			throw new Unavailable( 'extension_missing', 'The PHP extension is missing, so this cannot be recorded.' );
		}
		try {
			$state = $this->site->current();
		} catch ( \Countersign\Exception $error ) {
			throw new Unavailable( $error->reason(), $error->getMessage(), $error ); // phpcs:ignore WordPress.Security.EscapeOutput.ExceptionNotEscaped -- For the error log.
		}
		if ( ! $state->isAllowed() ) {
			throw new Unavailable( (string) $state->reason(), (string) $state->message() ); // phpcs:ignore WordPress.Security.EscapeOutput.ExceptionNotEscaped -- For the error log.
		}
	}

	/** Lets agents continue. */
	private function release(): void {
		try {
			$this->seal( false );
		} catch ( Unprotected $error ) {
			// An older database would stop agents again, which is safe.
			ErrorLog::failure( 'agents may continue, but the witness could not be raised', $error );
		}
		if ( self::OFF !== $this->state() ) {
			throw new Failure( 'The kill switch could not be stored, so agents remain stopped.' );
		}
	}

	private function seal( bool $on ): void {
		$data = [
			'on' => $on,
			'by' => get_current_user_id(),
			'at' => time(),
		];
		$this->records->store( SealedOptions::KILL_SWITCH, $data, self::draft( $on ) );
	}

	private static function draft( bool $on ): EntryDraft {
		return EntryDraft::admin( 'kill_switch', $on ? 'kill_switch.on' : 'kill_switch.off', 'site' );
	}

	/** Tells whether the database holds what stops all agents: read back, not remembered. */
	private function is_stored_on(): bool {
		return self::ON === $this->state();
	}
}

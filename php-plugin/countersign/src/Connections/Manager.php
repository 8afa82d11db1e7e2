<?php

declare(strict_types=1);

namespace Countersign\Plugin\Connections;

use Countersign\Access;
use Countersign\Decision;
use Countersign\Plugin\Audit\Change;
use Countersign\Plugin\Audit\ChangeFailed;
use Countersign\Plugin\Audit\EntryDraft;
use Countersign\Plugin\Audit\Unavailable;
use Countersign\Plugin\Audit\Unprotected;
use Countersign\Plugin\Records\Revision;
use Countersign\Plugin\Records\Writer;
use Countersign\Plugin\Site\Failure;
use Countersign\Plugin\Site\Settings;

defined( 'ABSPATH' ) || exit;

/**
 * Changes and ends connections. Each change seals a new version of the record. It is stored in one transaction with
 * the entry that explains it, and is not made if it cannot be recorded.
 *
 * Every method that changes something throws
 * {@see Unavailable} if the change cannot be recorded or the extension refuses to seal it,
 * {@see ChangeFailed} or {@see Failure} if the database did not store it; in all these cases nothing was changed;
 * {@see Unprotected} if the change is stored and holds, but is not yet protected against a restored backup.
 */
final class Manager {

	/** How often a change is tried if other requests change the same connection meanwhile. */
	private const ATTEMPTS = 10;

	/**
	 * How much a connection that is taken back raises its epoch, beside one for each second that was lost: more than persons and
	 * clients can raise it.
	 */
	private const LOST_EPOCHS = 1000;

	/** The members of a record that the account of the connection follows. */
	private const OF_ACCOUNT = [
		'name'   => true,
		'groups' => true,
	];

	public function __construct(
		private readonly Repository $connections,
		private readonly Writer $writer,
		private readonly Settings $settings,
	) {}

	/**
	 * Refuses the client until the connection is resumed. Does nothing unless the connection is active.
	 *
	 * @param Connection             $connection The connection.
	 * @param string                 $reason     `admin`, or the reason code of what happened.
	 * @param EntryDraft|string|null $draft      What is recorded; null for the entry of an administrator.
	 *
	 * @return bool True if the connection was paused and this was recorded. False if it is not active, or does not exist.
	 */
	public function pause( Connection $connection, string $reason = 'admin', EntryDraft|string|null $draft = null ): bool {
		$draft ??= EntryDraft::admin( 'connection', 'connection.paused', $connection->target(), 'admin' === $reason ? [] : [ 'because' => $reason ] );
		return true === $this->change( $connection, $draft, static fn( Connection $now ): ?array => Connection::ACTIVE === $now->state ? self::state( Connection::PAUSED, $reason ) : null );
	}

	/**
	 * Lets a paused client act again. Does nothing unless the connection is paused.
	 *
	 * @return bool True if the connection was resumed and this was recorded. False if it is not paused, or does not exist.
	 */
	public function resume( Connection $connection ): bool {
		$draft = EntryDraft::admin( 'connection', 'connection.resumed', $connection->target() );
		return true === $this->change( $connection, $draft, static fn( Connection $now ): ?array => Connection::PAUSED === $now->state ? self::state( Connection::ACTIVE, '' ) : null );
	}

	/**
	 * Lets a connection hold again that a restored database shows, as that database shows it, on behalf of a person who has seen it.
	 *
	 * @param Connection $connection The connection as {@see Repository::restored()} returned it.
	 * @param bool       $active     True if the client may act at once, false if the connection is paused first.
	 *
	 * @return bool True if this was done and recorded. False if the connection is not behind any more.
	 */
	public function take_back( Connection $connection, bool $active ): bool {
		$now = $this->connections->find( $connection->id );
		if ( null === $now || $now->text !== $connection->text || 'record_rolled_back' !== $now->fault ) {
			return false;
		}
		$state   = $active ? self::state( Connection::ACTIVE, '' ) : self::state( Connection::PAUSED, 'admin' );
		$version = $this->connections->next_version( $now, $connection->data() );
		// The tokens that a lost version has ended stay ended. Nobody knows how many of them raised the epoch, each by one.
		$data  = $connection->data( $state + [ 'epoch' => $connection->epoch + self::LOST_EPOCHS + intdiv( $version - $connection->version, 1000 ) ] );
		$draft = EntryDraft::admin(
			'connection',
			'connection.restored',
			$connection->target(),
			[
				'state'    => $state['state'],
				'acts_as'  => $connection->user,
				'groups'   => $connection->groups,
				...( [] === $connection->denied_fields ? [] : [ 'denied_fields' => $connection->denied_fields ] ),
				'versions' => self::difference( $connection->version, $version ),
			]
		);
		$is_made = $this->writer->write(
			$draft,
			[ new Revision( 'connection', $connection->id, $version, $data ) ],
			fn( \Closure $text ): array => [ $this->connections->replacing( $now, $data, $version, $text ) ]
		);
		if ( $is_made && $connection->own_account ) {
			do_action( 'countersign_connection_changed', $connection->id );
		}
		return $is_made;
	}

	/**
	 * Changes the connection's name.
	 *
	 * @return bool False if the connection has ended or does not exist.
	 */
	public function rename( Connection $connection, string $name ): bool {
		$name  = mb_substr( $name, 0, 190 );
		$draft = static fn( Connection $now ): EntryDraft => EntryDraft::admin( 'connection', 'connection.renamed', $now->target(), self::difference( $now->name, $name ) );
		return null !== $this->change( $connection, $draft, static fn( Connection $now ): ?array => $name === $now->name ? null : [ 'name' => $name ] );
	}

	/**
	 * Changes the permission groups, if the extension allows the change.
	 *
	 * @param Connection   $connection The connection.
	 * @param list<string> $groups     The new permission groups. `read` is always included.
	 *
	 * @return Decision Whether the change is allowed. Refused with `connection_unknown` or `connection_revoked` if the connection does
	 *                  not exist or has ended, and with `widening_refused`.
	 */
	public function set_groups( Connection $connection, array $groups ): Decision {
		$groups   = Access::resolve( 'custom', $groups );
		$preset   = array_search( $groups, Access::presets(), true );
		$decision = null;
		$draft    = static fn( Connection $now ): EntryDraft => EntryDraft::admin( 'connection', 'connection.permissions', $now->target(), self::difference( $now->groups, $groups ) );
		$change   = function ( Connection $now ) use ( $groups, $preset, &$decision ): ?array {
			$decision = Access::change( $now->groups, $groups, $this->settings->allow_widening() );
			if ( ! $decision->isAllowed() || $groups === $now->groups ) {
				return null;
			}
			return [
				'preset' => is_string( $preset ) ? $preset : 'custom',
				'groups' => $groups,
			];
		};
		return $this->decided( $connection, $this->change( $connection, $draft, $change ), $decision );
	}

	/**
	 * Returns what was decided about a change, or why the connection cannot be changed.
	 *
	 * @param bool|null $changed What {@see change()} returned.
	 */
	private function decided( Connection $connection, ?bool $changed, ?Decision $decision ): Decision {
		if ( null === $changed || null === $decision ) {
			$now = $this->connections->find( $connection->id );
			return Access::mayAct( $now?->is_revoked() ? $now->opened : null, null, false );
		}
		return $decision;
	}

	/**
	 * Changes the fields that the client may not write, if the extension allows the change.
	 *
	 * @param Connection   $connection The connection.
	 * @param list<string> $fields     As {@see Access::fields()} returns them.
	 *
	 * @return Decision As for {@see set_groups()}.
	 */
	public function set_denied_fields( Connection $connection, array $fields ): Decision {
		$decision = null;
		$draft    = static fn( Connection $now ): EntryDraft => EntryDraft::admin( 'connection', 'connection.fields', $now->target(), self::difference( $now->denied_fields, $fields ) );
		$change   = function ( Connection $now ) use ( $fields, &$decision ): ?array {
			$decision = Access::changeFields( $now->denied_fields, $fields, $this->settings->allow_widening() );
			return $decision->isAllowed() && $fields !== $now->denied_fields ? [ 'denied_fields' => $fields ] : null;
		};
		return $this->decided( $connection, $this->change( $connection, $draft, $change ), $decision );
	}

	/**
	 * Changes the limit of calls.
	 *
	 * @param Connection                   $connection The connection.
	 * @param array{max: int, window: int} $limit      Calls in a rolling window of seconds.
	 *
	 * @return bool False if the connection has ended or does not exist.
	 */
	public function set_limit( Connection $connection, array $limit ): bool {
		$draft = static fn( Connection $now ): EntryDraft => EntryDraft::admin( 'connection', 'connection.limit', $now->target(), self::difference( $now->limit, $limit ) );
		return null !== $this->change( $connection, $draft, static fn( Connection $now ): ?array => $limit === $now->limit ? null : [ 'limit' => $limit ] );
	}

	/**
	 * Changes whom the agent may make the author of items.
	 *
	 * @param Connection $connection The connection.
	 * @param list<int>  $authors    Ids of users; empty for only the connection's own user.
	 *
	 * @return bool False if the connection has ended or does not exist.
	 */
	public function set_authors( Connection $connection, array $authors ): bool {
		$draft = static fn( Connection $now ): EntryDraft => EntryDraft::admin( 'connection', 'connection.authors', $now->target(), self::difference( $now->authors, $authors ) );
		return null !== $this->change( $connection, $draft, static fn( Connection $now ): ?array => $authors === $now->authors ? null : [ 'authors' => $authors ] );
	}

	/**
	 * Changes how many calls the agent may make, and what they may cost.
	 *
	 * @param Connection         $connection The connection.
	 * @param array<string, int> $budget     Caps by the names of {@see Connection::BUDGETS}; those that are missing do not apply.
	 *
	 * @return bool False if the connection has ended or does not exist.
	 */
	public function set_budget( Connection $connection, array $budget ): bool {
		$draft = static fn( Connection $now ): EntryDraft => EntryDraft::admin( 'connection', 'connection.budget', $now->target(), self::difference( (object) $now->budget, (object) $budget ) );
		return null !== $this->change( $connection, $draft, static fn( Connection $now ): ?array => $budget === $now->budget ? null : [ 'budget' => $budget ] );
	}

	/**
	 * Decides whether arguments that a tool does not have are dropped instead of refused.
	 *
	 * @return bool False if the connection has ended or does not exist.
	 */
	public function set_drops( Connection $connection, bool $drops ): bool {
		$draft = static fn( Connection $now ): EntryDraft => EntryDraft::admin( 'connection', 'connection.arguments', $now->target(), self::difference( $now->drops, $drops ) );
		return null !== $this->change( $connection, $draft, static fn( Connection $now ): ?array => $drops === $now->drops ? null : [ 'drop_unknown_arguments' => $drops ] );
	}

	/** Ends a connection permanently, on behalf of an administrator. */
	public function revoke( Connection $connection ): void {
		$this->end( $connection, 'admin', EntryDraft::admin( 'revoke', 'connection.revoked', $connection->target() ) );
	}

	/**
	 * Ends a connection permanently, for any reason. Does nothing if it has already ended, also if another request ends it at
	 * the same time. A connection whose record cannot be opened can be ended too.
	 *
	 * @param Connection        $connection The connection.
	 * @param string            $reason     `admin`, `client`, or the reason code of what happened.
	 * @param EntryDraft|string $draft      Draft of the plugin, or a draft of the extension, which is JSON.
	 *
	 * @return bool True if the connection was ended and this was recorded. False if it had ended before, or does not exist.
	 */
	public function end( Connection $connection, string $reason, EntryDraft|string $draft ): bool {
		$late = null;
		try {
			$is_done = true === $this->change(
				$connection,
				$draft,
				static fn( Connection $now ): array => self::state( Connection::REVOKED, $reason ) + [ 'epoch' => $now->epoch + 1 ],
				is_end: true
			);
		} catch ( Unprotected $error ) {
			$is_done = true;
			$late    = $error;
		}
		if ( ! $is_done ) {
			return false;
		}
		/**
		 * Fires after a connection was ended permanently, once the change is recorded and stored.
		 *
		 * @param int    $id     Id of the connection.
		 * @param string $reason `admin`, `client`, `replaced`, or the reason code of what happened.
		 */
		do_action( 'countersign_connection_revoked', $connection->id, $reason );
		return null === $late ? true : throw $late;
	}

	/**
	 * Makes the access tokens of an epoch invalid, if it is the current one. The client can get new ones with its refresh token.
	 *
	 * @param Connection        $connection The connection.
	 * @param int               $epoch      The epoch in the connection's record.
	 * @param EntryDraft|string $draft      As for {@see end()}.
	 *
	 * @return bool True if this was done and recorded. False if the epoch is another one, or the connection has ended or does not
	 *              exist.
	 */
	public function end_access_tokens( Connection $connection, int $epoch, EntryDraft|string $draft ): bool {
		return true === $this->change( $connection, $draft, static fn( Connection $now ): ?array => $epoch === $now->epoch ? [ 'epoch' => $epoch + 1 ] : null );
	}

	/**
	 * Pauses a connection because a genuine token is ahead of its record, so the database is older than the token.
	 *
	 * @param Connection        $connection The connection.
	 * @param string            $reason     Reason code.
	 * @param int               $epoch      The epoch that the connection has at least from now on.
	 * @param Change|null       $counters   The change that moves the counters of its grant up to the token, if there is one.
	 * @param EntryDraft|string $draft      As for {@see end()}.
	 *
	 * @return bool True if this was done and recorded. False if there was nothing to change, or the connection has ended or does not
	 *              exist.
	 */
	public function fall_behind( Connection $connection, string $reason, int $epoch, ?Change $counters, EntryDraft|string $draft ): bool {
		$change = static function ( Connection $now ) use ( $reason, $epoch, $counters ): ?array {
			$is_paused = Connection::PAUSED === $now->state && $reason === $now->state_reason;
			if ( $is_paused && $epoch <= $now->epoch && null === $counters ) {
				return null;
			}
			return self::state( Connection::PAUSED, $reason ) + [ 'epoch' => max( $epoch, $now->epoch ) ];
		};
		return true === $this->change( $connection, $draft, $change, null === $counters ? [] : [ $counters ] );
	}

	/**
	 * Makes one change of a connection as it is now. If another request changes it at the same time, the change is decided again on
	 * the new state.
	 *
	 * @param Connection                                        $connection The connection.
	 * @param EntryDraft|string|\Closure(Connection): EntryDraft $draft      What is recorded.
	 * @param \Closure(Connection): ?array<string, mixed>       $change     Returns the members of the record that change, or null
	 *                                                                      if there is nothing to change.
	 * @param list<Change>                                      $more       Further changes in the same transaction.
	 * @param bool                                              $is_end     Whether the connection ends, which is also possible if
	 *                                                                      its record cannot be opened.
	 *
	 * @return bool|null True if the change was made and recorded. False if there was nothing to change. Null if the connection has
	 *                   ended or does not exist.
	 */
	private function change( Connection $connection, EntryDraft|string|\Closure $draft, \Closure $change, array $more = [], bool $is_end = false ): ?bool {
		for ( $attempt = 1; $attempt <= self::ATTEMPTS; $attempt++ ) {
			$now = $this->connections->find( $connection->id );
			if ( null === $now || $now->is_revoked() ) {
				return null;
			}
			if ( 1 < $attempt && [] !== $more && $now->text === $connection->text ) {
				// One of the further changes found nothing to change.
				return false;
			}
			$connection = $now;
			if ( null !== $now->fault && ! $is_end ) {
				throw new Failure( 'The record of the connection cannot be opened, so the connection cannot be changed.' );
			}
			$changed = $change( $now );
			if ( null === $changed ) {
				return false;
			}
			$data     = $now->data( $changed );
			$version  = $this->connections->next_version( $now, $data );
			$revision = new Revision( 'connection', $now->id, $version, $data, null === $now->fault ? $now->text : null );
			$is_made  = $this->writer->write(
				$draft instanceof \Closure ? $draft( $now ) : $draft,
				[ $revision ],
				fn( \Closure $text ): array => [ $this->connections->replacing( $now, $data, $version, $text ), ...$more ]
			);
			if ( $is_made ) {
				if ( $now->own_account && ( array_intersect_key( $changed, self::OF_ACCOUNT ) || Connection::ACTIVE === ( $changed['state'] ?? '' ) ) ) {
					/**
					 * Fires after a connection with an account of its own got another name or other permissions, or was resumed.
					 *
					 * @param int $id Id of the connection.
					 */
					do_action( 'countersign_connection_changed', $now->id );
				}
				return true;
			}
		}
		throw new Failure( 'Other requests kept changing the connection.' );
	}

	/** @return array{state: string, state_at: int, state_reason: string, state_by: int} */
	private static function state( string $state, string $reason ): array {
		return [
			'state'        => $state,
			'state_at'     => time(),
			'state_reason' => $reason,
			// Who, if a person did it. An agent's process only pauses for other reasons.
			'state_by'     => 'admin' === $reason ? get_current_user_id() : 0,
		];
	}

	/** @return array{from: mixed, to: mixed} */
	private static function difference( mixed $from, mixed $to ): array {
		return [
			'from' => $from,
			'to'   => $to,
		];
	}
}

<?php

declare(strict_types=1);

namespace Countersign\Plugin\Connections;

use Countersign\Access;
use Countersign\Decision;
use Countersign\Plugin\Audit\EntryDraft;
use Countersign\Plugin\Audit\Log;
use Countersign\Plugin\Audit\Unavailable;
use Countersign\Plugin\Site\Settings;

defined( 'ABSPATH' ) || exit;

/**
 * Creates, changes and ends connections. Each change is recorded in the audit log before it takes effect, and is not made
 * if it cannot be recorded.
 */
final class Manager {

	public function __construct(
		private readonly Repository $connections,
		private readonly Grants $grants,
		private readonly Log $log,
		private readonly Settings $settings,
	) {}

	/**
	 * Creates a connection from a person's consent, with its grant.
	 *
	 * @param string                    $name   Name that the person gave the connection.
	 * @param string                    $client Name that the client gave itself.
	 * @param int                       $user   Id of the user that the client acts as.
	 * @param string                    $preset Name of a preset, or `custom`.
	 * @param list<string>              $groups Permission groups; used only for `custom`.
	 * @param array<string, mixed>      $facts  Facts about the authorization request, for the audit log.
	 * @param callable(Connection): int $grant  Stores the grant and returns its id.
	 *
	 * @return int Id of the grant.
	 *
	 * @throws Unavailable       If the consent cannot be recorded.
	 * @throws \RuntimeException If the database did not store the connection or the grant.
	 */
	public function create( string $name, string $client, int $user, string $preset, array $groups, array $facts, callable $grant ): int {
		$groups     = Access::resolve( $preset, $groups );
		$connection = $this->connections->insert( $name, $client, $user, $preset, $groups, $this->settings->connection_limit() );
		try {
			$this->log->append(
				EntryDraft::admin(
					'grant',
					'connection.created',
					$connection->target(),
					[
						'name'    => $name,
						'client'  => $client,
						'acts_as' => $user,
						'preset'  => $preset,
						'groups'  => $groups,
						'request' => $facts,
					]
				)
			);
			$id = $grant( $connection );
		} catch ( \Throwable $error ) {
			$this->connections->discard( $connection );
			throw $error;
		}
		$this->connections->activate( $connection->id );
		return $id;
	}

	/**
	 * Refuses the client until the connection is resumed. Does nothing unless the connection is active.
	 *
	 * @throws Unavailable       If the change cannot be recorded.
	 * @throws \RuntimeException If the database did not store the change.
	 */
	public function pause( Connection $connection ): void {
		$change = $this->connections->transition( $connection->id, Connection::ACTIVE, Connection::PAUSED );
		$this->log->append_with( [ $change ], EntryDraft::admin( 'connection', 'connection.paused', $connection->target() ) );
	}

	/**
	 * Lets a paused client act again. Does nothing unless the connection is paused.
	 *
	 * @throws Unavailable       If the change cannot be recorded.
	 * @throws \RuntimeException If the database did not store the change.
	 */
	public function resume( Connection $connection ): void {
		$change = $this->connections->transition( $connection->id, Connection::PAUSED, Connection::ACTIVE );
		$this->log->append_with( [ $change ], EntryDraft::admin( 'connection', 'connection.resumed', $connection->target() ) );
	}

	/**
	 * Changes the connection's name.
	 *
	 * @throws Unavailable       If the change cannot be recorded.
	 * @throws \RuntimeException If the database did not store the change.
	 */
	public function rename( Connection $connection, string $name ): void {
		if ( $name !== $connection->name ) {
			$this->log->append( EntryDraft::admin( 'connection', 'connection.renamed', $connection->target(), self::change( $connection->name, $name ) ) );
			$this->connections->rename( $connection->id, $name );
		}
	}

	/**
	 * Changes the permission groups, if the extension allows the change.
	 *
	 * @param Connection   $connection The connection.
	 * @param list<string> $groups     The new permission groups. `read` is always included.
	 *
	 * @return Decision Whether the change is allowed.
	 *
	 * @throws Unavailable       If the change cannot be recorded.
	 * @throws \RuntimeException If the database did not store the change.
	 */
	public function set_groups( Connection $connection, array $groups ): Decision {
		$groups   = Access::resolve( 'custom', $groups );
		$decision = Access::change( $connection->groups, $groups, $this->settings->allow_widening() );
		if ( ! $decision->isAllowed() || $groups === $connection->groups ) {
			return $decision;
		}
		$preset = array_search( $groups, Access::presets(), true );
		$this->log->append( EntryDraft::admin( 'connection', 'connection.permissions', $connection->target(), self::change( $connection->groups, $groups ) ) );
		$this->connections->set_groups( $connection->id, is_string( $preset ) ? $preset : 'custom', $groups );
		return $decision;
	}

	/**
	 * Changes the limit of calls.
	 *
	 * @param Connection                   $connection The connection.
	 * @param array{max: int, window: int} $limit      Calls in a rolling window of seconds.
	 *
	 * @throws Unavailable       If the change cannot be recorded.
	 * @throws \RuntimeException If the database did not store the change.
	 */
	public function set_limit( Connection $connection, array $limit ): void {
		if ( $limit !== $connection->limit ) {
			$this->log->append( EntryDraft::admin( 'connection', 'connection.limit', $connection->target(), self::change( $connection->limit, $limit ) ) );
			$this->connections->set_limit( $connection->id, $limit );
		}
	}

	/**
	 * Ends a connection permanently, on behalf of an administrator.
	 *
	 * @throws Unavailable       If the change cannot be recorded.
	 * @throws \RuntimeException If the database did not store the change.
	 */
	public function revoke( Connection $connection ): void {
		$this->end( $connection, 'admin', EntryDraft::admin( 'revoke', 'connection.revoked', $connection->target() ) );
	}

	/**
	 * Ends a connection permanently, for any reason. Does nothing if it has already ended, also if another request ends it at
	 * the same time.
	 *
	 * @param Connection        $connection The connection.
	 * @param string            $reason     `admin`, `client`, or the reason code of what happened.
	 * @param EntryDraft|string $draft      Draft of the plugin, or a draft of the extension, which is JSON.
	 *
	 * @return bool True if the connection was ended and this was recorded. False if it had ended before.
	 *
	 * @throws Unavailable       If the change cannot be recorded.
	 * @throws \RuntimeException If the database did not store the change.
	 */
	public function end( Connection $connection, string $reason, EntryDraft|string $draft ): bool {
		$changes = [ $this->connections->ending( $connection->id, $reason ), $this->grants->ending_of( $connection->id ) ];
		if ( $connection->is_revoked() || ! $this->log->append_with( $changes, $draft ) ) {
			return false;
		}
		/**
		 * Fires after a connection was ended permanently, once the change is recorded and stored.
		 *
		 * @param int    $id     Id of the connection.
		 * @param string $reason `admin`, `client`, or the reason code of what happened.
		 */
		do_action( 'countersign_connection_revoked', $connection->id, $reason );
		return true;
	}

	/** @return array{from: mixed, to: mixed} */
	private static function change( mixed $from, mixed $to ): array {
		return [
			'from' => $from,
			'to'   => $to,
		];
	}
}

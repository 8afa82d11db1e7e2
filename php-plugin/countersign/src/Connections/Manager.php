<?php

declare(strict_types=1);

namespace Countersign\Plugin\Connections;

use Countersign\Access;
use Countersign\Decision;
use Countersign\Plugin\Audit\Draft;
use Countersign\Plugin\Audit\Log;
use Countersign\Plugin\Audit\Unavailable;
use Countersign\Plugin\Site\Settings;

/** What people do with connections. Each act is recorded before it takes effect; what cannot be recorded is not done. */
final class Manager {

	public function __construct(
		private readonly Repository $connections,
		private readonly Grants $grants,
		private readonly Log $log,
		private readonly Settings $settings,
	) {}

	/**
	 * Makes a connection from a person's consent, with whatever belongs to it.
	 *
	 * @param string                       $name   What people call it.
	 * @param string                       $client What the client calls itself.
	 * @param int                          $user   Whom it acts as.
	 * @param string                       $preset Preset or `custom`.
	 * @param list<string>                 $groups Only for `custom`.
	 * @param array<string, mixed>         $facts  Of the request, for the audit log.
	 * @param callable(Connection): int    $grant  Stores the grant; its id.
	 *
	 * @return int The grant's id.
	 *
	 * @throws Unavailable When it cannot be recorded.
	 */
	public function create( string $name, string $client, int $user, string $preset, array $groups, array $facts, callable $grant ): int {
		$groups     = Access::resolve( $preset, $groups );
		$connection = $this->connections->insert( $name, $client, $user, $preset, $groups, $this->settings->connection_limit() );
		try {
			$this->log->append(
				Draft::admin(
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
		$this->connections->set_state( $connection->id, Connection::ACTIVE );
		return $id;
	}

	/** @throws Unavailable When it cannot be recorded. */
	public function pause( Connection $connection ): void {
		$this->log->append( Draft::admin( 'connection', 'connection.paused', $connection->target() ) );
		$this->connections->set_state( $connection->id, Connection::PAUSED );
	}

	/** @throws Unavailable When it cannot be recorded. */
	public function resume( Connection $connection ): void {
		$this->log->append( Draft::admin( 'connection', 'connection.resumed', $connection->target() ) );
		$this->connections->set_state( $connection->id, Connection::ACTIVE );
	}

	/** @throws Unavailable When it cannot be recorded. */
	public function rename( Connection $connection, string $name ): void {
		if ( $name !== $connection->name ) {
			$this->log->append( Draft::admin( 'connection', 'connection.renamed', $connection->target(), self::change( $connection->name, $name ) ) );
			$this->connections->rename( $connection->id, $name );
		}
	}

	/**
	 * Changes the groups, if the extension allows the change.
	 *
	 * @param list<string> $groups What it shall have; `read` is added.
	 *
	 * @throws Unavailable When it cannot be recorded.
	 */
	public function set_groups( Connection $connection, array $groups ): Decision {
		$groups   = Access::resolve( 'custom', $groups );
		$decision = Access::change( $connection->groups, $groups, $this->settings->allow_widening() );
		if ( ! $decision->isAllowed() || $groups === $connection->groups ) {
			return $decision;
		}
		$preset = array_search( $groups, Access::presets(), true );
		$this->log->append( Draft::admin( 'connection', 'connection.permissions', $connection->target(), self::change( $connection->groups, $groups ) ) );
		$this->connections->set_groups( $connection->id, is_string( $preset ) ? $preset : 'custom', $groups );
		return $decision;
	}

	/**
	 * @param array{max: int, window: int} $limit
	 *
	 * @throws Unavailable When it cannot be recorded.
	 */
	public function set_limit( Connection $connection, array $limit ): void {
		if ( $limit !== $connection->limit ) {
			$this->log->append( Draft::admin( 'connection', 'connection.limit', $connection->target(), self::change( $connection->limit, $limit ) ) );
			$this->connections->set_limit( $connection->id, $limit );
		}
	}

	/**
	 * An administrator ends a connection for good.
	 *
	 * @throws Unavailable When it cannot be recorded.
	 */
	public function revoke( Connection $connection ): void {
		$this->end( $connection, 'admin', Draft::admin( 'revoke', 'connection.revoked', $connection->target() ) );
	}

	/**
	 * Ends a connection for another reason.
	 *
	 * @param string $reason `client`, or the reason code of what happened.
	 * @param string $draft  What to record.
	 *
	 * @throws Unavailable When it cannot be recorded.
	 */
	public function end( Connection $connection, string $reason, string $draft ): void {
		if ( $connection->is_revoked() ) {
			return;
		}
		$this->log->append( $draft );
		$this->connections->revoke( $connection->id, $reason );
		$this->grants->revoke_of( $connection->id );
		/**
		 * Fires after a connection has ended for good.
		 *
		 * @param int    $id     The connection.
		 * @param string $reason `admin`, `client`, or a reason code.
		 */
		do_action( 'countersign_connection_revoked', $connection->id, $reason );
	}

	/** @return array{from: mixed, to: mixed} */
	private static function change( mixed $from, mixed $to ): array {
		return [
			'from' => $from,
			'to'   => $to,
		];
	}
}

<?php

declare(strict_types=1);

namespace Countersign\Plugin\Connections;

use Countersign\Plugin\Audit\Change;
use Countersign\Plugin\OAuth\Clients;
use Countersign\Plugin\Site\Failure;
use Countersign\Plugin\Site\Json;
use Countersign\Plugin\Site\Schema;

defined( 'ABSPATH' ) || exit;

/**
 * The grants in the database: one row for each consent of a person. A row holds no token, only a counter of refreshes.
 * The extension derives the tokens from its keys.
 */
final class Grants {

	/** The largest number of approved requests of a client that are read. */
	private const MAX_APPROVED = 100;

	/**
	 * Stores a grant and returns its id.
	 *
	 * @param Connection $connection The connection that the grant belongs to.
	 * @param string     $client_id  The OAuth client id.
	 * @param string     $request    The authorization request as JSON of the extension, stored byte for byte.
	 *
	 * @throws \RuntimeException If the database did not store the grant.
	 */
	public function insert( Connection $connection, string $client_id, string $request ): int {
		global $wpdb;
		$wpdb->insert( // phpcs:ignore WordPress.DB.DirectDatabaseQuery -- A table of this plugin, past any cache.
			Schema::table( 'grants' ),
			[
				'connection_id' => $connection->id,
				'client'        => Clients::key( $client_id ),
				'request'       => $request,
				'generation'    => -1,
				'branch'        => 0,
				'rotated_at'    => 0,
				'created_at'    => time(),
				'revoked'       => 0,
			]
		);
		if ( ! $wpdb->insert_id ) {
			throw new Failure( 'The grant could not be stored.' );
		}
		return (int) $wpdb->insert_id;
	}

	/**
	 * Returns the grant and its connection as the JSON that {@see \Countersign\OAuthTokenRequest::redeem()} takes, or null if
	 * the grant, its connection or its client does not exist.
	 *
	 * @throws Failure If the database cannot be read.
	 */
	public function json( int $id ): ?string {
		return $this->find( 'g.id', $id );
	}

	/**
	 * Returns the newest grant of a connection like {@see json()}.
	 *
	 * @throws Failure If the database cannot be read.
	 */
	public function json_of( int $connection ): ?string {
		return $this->find( 'g.connection_id', $connection );
	}

	/**
	 * @param 'g.id'|'g.connection_id' $column
	 *
	 * @throws Failure If the database cannot be read.
	 */
	private function find( string $column, int $id ): ?string {
		global $wpdb;
		$row = $wpdb->get_row( // phpcs:ignore WordPress.DB.DirectDatabaseQuery -- A table of this plugin, past any cache.
			$wpdb->prepare(
				'SELECT g.*, c.state AS connection_state, c.epoch AS epoch, o.client_id AS client_id FROM %i g'
				. ' LEFT JOIN %i c ON c.id = g.connection_id'
				. " LEFT JOIN %i o ON o.id = g.client WHERE $column = %d ORDER BY g.id DESC LIMIT 1", // phpcs:ignore WordPress.DB.PreparedSQL -- One of two constants.
				Schema::table( 'grants' ),
				Schema::table( 'connections' ),
				Schema::table( 'oauth_clients' ),
				$id
			),
			ARRAY_A
		);
		Failure::if_refused( 'The grant could not be read.' );
		if ( ! $row || null === $row['connection_state'] || null === $row['client_id'] ) {
			return null;
		}
		return Json::object(
			[
				'id'               => (int) $row['id'],
				'client_id'        => $row['client_id'],
				'connection'       => (int) $row['connection_id'],
				'connection_state' => $row['connection_state'],
				'epoch'            => (int) $row['epoch'],
				'generation'       => (int) $row['generation'],
				'branch'           => (int) $row['branch'],
				'rotated_at'       => (int) $row['rotated_at'],
				'created_at'       => (int) $row['created_at'],
				'revoked'          => (bool) $row['revoked'],
			],
			[ 'request' => $row['request'] ]
		);
	}

	/**
	 * Returns the authorization requests that people approved for a client: of its grants that were not revoked, nor ended
	 * with their connection. The newest come first.
	 *
	 * @return list<string> JSON of the extension, at most {@see MAX_APPROVED}.
	 *
	 * @throws Failure If the database cannot be read.
	 */
	public function approved( string $client_id ): array {
		global $wpdb;
		/** @var list<string> $requests */
		$requests = $wpdb->get_col( // phpcs:ignore WordPress.DB.DirectDatabaseQuery -- A table of this plugin, past any cache.
			$wpdb->prepare(
				"SELECT g.request FROM %i g JOIN %i c ON c.id = g.connection_id WHERE g.client = %s AND g.revoked = 0 AND c.state <> 'revoked' ORDER BY g.id DESC LIMIT %d",
				Schema::table( 'grants' ),
				Schema::table( 'connections' ),
				Clients::key( $client_id ),
				self::MAX_APPROVED
			)
		);
		Failure::if_refused( 'The approved requests could not be read.' );
		return $requests;
	}

	/**
	 * Returns the change of the state of a grant, if it is still in the state `$from`: no other request has changed or revoked
	 * it.
	 *
	 * @param int                                                   $id   Id of the grant.
	 * @param array{generation: int, branch: int}                   $from The state that the extension decided on.
	 * @param array{generation: int, branch: int, rotated_at: int} $to   The new state; `rotated_at` in Unix seconds.
	 */
	public function advancing( int $id, array $from, array $to ): Change {
		return new Change(
			'UPDATE ' . Schema::table( 'grants' ) . ' SET generation = ?, branch = ?, rotated_at = ? WHERE id = ? AND generation = ? AND branch = ? AND revoked = 0',
			[ $to['generation'], $to['branch'], $to['rotated_at'], $id, $from['generation'], $from['branch'] ]
		);
	}

	/** Returns the change that revokes all grants of a connection. */
	public function ending_of( int $connection ): Change {
		return new Change( 'UPDATE ' . Schema::table( 'grants' ) . ' SET revoked = 1 WHERE connection_id = ?', [ $connection ] );
	}
}

<?php

declare(strict_types=1);

namespace Countersign\Plugin\Connections;

use Countersign\Plugin\OAuth\Clients;
use Countersign\Plugin\Site\Json;
use Countersign\Plugin\Site\Schema;

/**
 * What people have granted: one row for each consent. Holds no token, only how often it was refreshed; the extension
 * derives tokens from its keys.
 */
final class Grants {

	/**
	 * @param string $client_id The client's id.
	 * @param string $request   The authorization request as the extension put it, JSON; kept byte for byte.
	 */
	public function insert( Connection $connection, string $client_id, string $request ): int {
		global $wpdb;
		$wpdb->insert(
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
			throw new \RuntimeException( 'The grant could not be stored.' );
		}
		return (int) $wpdb->insert_id;
	}

	/** The grant with the connection it belongs to, as the extension wants it, or null. */
	public function json( int $id ): ?string {
		global $wpdb;
		$row = $wpdb->get_row( // phpcs:ignore WordPress.DB
			$wpdb->prepare(
				'SELECT g.*, c.state AS connection_state, c.epoch AS epoch, o.client_id AS client_id FROM ' . Schema::table( 'grants' ) . ' g'
				. ' LEFT JOIN ' . Schema::table( 'connections' ) . ' c ON c.id = g.connection_id'
				. ' LEFT JOIN ' . Schema::table( 'oauth_clients' ) . ' o ON o.id = g.client WHERE g.id = %d',
				$id
			),
			ARRAY_A
		);
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

	/** The connection a grant belongs to, 0 when there is none. */
	public function connection( int $id ): int {
		global $wpdb;
		return (int) $wpdb->get_var( $wpdb->prepare( 'SELECT connection_id FROM ' . Schema::table( 'grants' ) . ' WHERE id = %d', $id ) ); // phpcs:ignore WordPress.DB
	}

	/** Whether a connection was granted to this client. */
	public function is_of_client( int $connection, string $client_id ): bool {
		global $wpdb;
		$sql = 'SELECT COUNT(*) FROM ' . Schema::table( 'grants' ) . ' WHERE connection_id = %d AND client = %s';
		return 0 < (int) $wpdb->get_var( $wpdb->prepare( $sql, $connection, Clients::key( $client_id ) ) ); // phpcs:ignore WordPress.DB
	}

	/**
	 * Moves a grant on, if nobody was faster: one statement decides.
	 *
	 * @param array{generation: int, branch: int}                  $from
	 * @param array{generation: int, branch: int, rotated_at: int} $to
	 */
	public function advance( int $id, array $from, array $to ): bool {
		global $wpdb;
		$changed = $wpdb->query( // phpcs:ignore WordPress.DB
			$wpdb->prepare(
				'UPDATE ' . Schema::table( 'grants' ) . ' SET generation = %d, branch = %d, rotated_at = %d WHERE id = %d AND generation = %d AND branch = %d AND revoked = 0',
				$to['generation'],
				$to['branch'],
				$to['rotated_at'],
				$id,
				$from['generation'],
				$from['branch']
			)
		);
		return 1 === $changed;
	}

	/** Revokes all grants of a connection. */
	public function revoke_of( int $connection ): void {
		global $wpdb;
		$wpdb->query( $wpdb->prepare( 'UPDATE ' . Schema::table( 'grants' ) . ' SET revoked = 1 WHERE connection_id = %d', $connection ) ); // phpcs:ignore WordPress.DB
	}
}

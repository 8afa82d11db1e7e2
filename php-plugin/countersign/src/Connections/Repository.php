<?php

declare(strict_types=1);

namespace Countersign\Plugin\Connections;

use Countersign\Plugin\Site\Failure;
use Countersign\Plugin\Audit\Change;
use Countersign\Plugin\Site\Json;
use Countersign\Plugin\Site\Schema;

defined( 'ABSPATH' ) || exit;

/** Reads and writes connections. Always uses the database, so that a revoked connection cannot remain active in a cache. */
final class Repository {

	/** Seconds between two updates of the time of last use. */
	private const TOUCH_EVERY = 60;

	/**
	 * Returns a connection, or null if there is none with this id.
	 *
	 * @throws Failure If the database cannot be read.
	 */
	public function find( int $id ): ?Connection {
		global $wpdb;
		$row = $wpdb->get_row( $wpdb->prepare( 'SELECT * FROM %i WHERE id = %d', Schema::table( 'connections' ), $id ), ARRAY_A ); // phpcs:ignore WordPress.DB.DirectDatabaseQuery -- A table of this plugin, past any cache.
		Failure::if_refused( 'The connection could not be read.' );
		return $row ? Connection::from_row( $row ) : null;
	}

	/**
	 * Returns one page of the list: connections that have not ended first, and the newest first among each.
	 *
	 * @param string $state  Only connections in this state; '' for all.
	 * @param string $search Only connections whose name or client contains this text; '' for all.
	 * @param int    $limit  Connections on a page.
	 * @param int    $offset Connections on earlier pages.
	 *
	 * @return list<Connection>
	 */
	public function page( string $state, string $search, int $limit, int $offset ): array {
		global $wpdb;
		[ $where, $values ] = $this->where( $state, $search );
		$rows               = $wpdb->get_results( // phpcs:ignore WordPress.DB.DirectDatabaseQuery -- A table of this plugin, past any cache.
			$wpdb->prepare( // phpcs:ignore WordPress.DB.PreparedSQLPlaceholders -- The values are spread from a list.
				"SELECT * FROM %i WHERE $where ORDER BY CASE WHEN state = 'revoked' THEN 1 ELSE 0 END, id DESC LIMIT %d OFFSET %d", // phpcs:ignore WordPress.DB.PreparedSQL, WordPress.DB.PreparedSQLPlaceholders -- Conditions are constants of where().
				[ Schema::table( 'connections' ), ...$values, $limit, $offset ]
			),
			ARRAY_A
		);
		return array_map( Connection::from_row( ... ), array_values( $rows ?: [] ) );
	}

	/**
	 * Returns connections that ended since a time because a token or code was misused, the latest first; at most ten.
	 *
	 * @param int $since Unix seconds.
	 *
	 * @return list<Connection>
	 */
	public function ended_by_misuse( int $since ): array {
		global $wpdb;
		$rows = $wpdb->get_results( // phpcs:ignore WordPress.DB.DirectDatabaseQuery -- A table of this plugin, past any cache.
			$wpdb->prepare(
				"SELECT * FROM %i WHERE ended_reason NOT IN ('', 'admin', 'client') AND ended_at > %d ORDER BY ended_at DESC LIMIT 10",
				Schema::table( 'connections' ),
				$since
			),
			ARRAY_A
		);
		return array_map( Connection::from_row( ... ), array_values( $rows ?: [] ) );
	}

	/**
	 * Returns the number of connections that {@see page()} would list on all pages.
	 *
	 * @param string $state  As for {@see page()}.
	 * @param string $search As for {@see page()}.
	 */
	public function count( string $state = '', string $search = '' ): int {
		global $wpdb;
		[ $where, $values ] = $this->where( $state, $search );
		return (int) $wpdb->get_var( // phpcs:ignore WordPress.DB.DirectDatabaseQuery -- A table of this plugin, past any cache.
			$wpdb->prepare( "SELECT COUNT(*) FROM %i WHERE $where", [ Schema::table( 'connections' ), ...$values ] ) // phpcs:ignore WordPress.DB.PreparedSQL, WordPress.DB.PreparedSQLPlaceholders -- Conditions are constants of where().
		);
	}

	/**
	 * Stores a new connection in the state paused; {@see activate()} activates it.
	 *
	 * @param string                       $name   Name for people, cut to 190 characters.
	 * @param string                       $client Name that the client gave itself, cut to 190 characters.
	 * @param int                          $user   Id of the user that the client acts as.
	 * @param string                       $preset Name of a preset, or `custom`.
	 * @param list<string>                 $groups Permission groups.
	 * @param array{max: int, window: int} $limit  Calls in a rolling window of seconds.
	 *
	 * @throws \RuntimeException If the database did not store the connection.
	 */
	public function insert( string $name, string $client, int $user, string $preset, array $groups, array $limit ): Connection {
		global $wpdb;
		$wpdb->insert( // phpcs:ignore WordPress.DB.DirectDatabaseQuery -- A table of this plugin, past any cache.
			Schema::table( 'connections' ),
			[
				'name'         => mb_substr( $name, 0, 190 ),
				'client'       => mb_substr( $client, 0, 190 ),
				'user_id'      => $user,
				'preset'       => $preset,
				'permissions'  => Json::encode( $groups ),
				'state'        => Connection::PAUSED,
				'epoch'        => 0,
				'limit_max'    => $limit['max'],
				'limit_window' => $limit['window'],
				'created_at'   => time(),
				'created_by'   => get_current_user_id(),
				'last_used_at' => 0,
				'last_used_ip' => '',
				'ended_at'     => 0,
				'ended_reason' => '',
			]
		);
		$connection = $wpdb->insert_id ? $this->find( (int) $wpdb->insert_id ) : null;
		if ( ! $connection ) {
			throw new Failure( 'The connection could not be stored.' );
		}
		return $connection;
	}

	/** Deletes a connection that was never active, because its consent could not be recorded. */
	public function discard( Connection $connection ): void {
		global $wpdb;
		$wpdb->delete( Schema::table( 'connections' ), [ 'id' => $connection->id ], [ '%d' ] ); // phpcs:ignore WordPress.DB.DirectDatabaseQuery -- A table of this plugin, past any cache.
	}

	/**
	 * Activates a connection that was stored. A revoked connection stays revoked. Returns false if nothing was changed.
	 *
	 * @throws \RuntimeException If the database did not store the change.
	 */
	public function activate( int $id ): bool {
		global $wpdb;
		return 1 === self::changed(
			$wpdb->query( $wpdb->prepare( "UPDATE %i SET state = 'active' WHERE id = %d AND state <> 'revoked'", Schema::table( 'connections' ), $id ) ) // phpcs:ignore WordPress.DB.DirectDatabaseQuery -- A table of this plugin, past any cache.
		);
	}

	/** Returns the change that pauses or resumes a connection, if it is in the state `$from`. */
	public function transition( int $id, string $from, string $to ): Change {
		return new Change( 'UPDATE ' . Schema::table( 'connections' ) . ' SET state = ? WHERE id = ? AND state = ?', [ $to, $id, $from ] );
	}

	/**
	 * Returns the change that ends a connection permanently, if it has not ended. Its tokens become invalid with the new epoch.
	 *
	 * @param int    $id     Id of the connection.
	 * @param string $reason `admin`, `client`, or the reason code of what happened.
	 */
	public function ending( int $id, string $reason ): Change {
		return new Change(
			'UPDATE ' . Schema::table( 'connections' ) . " SET state = 'revoked', epoch = epoch + 1, ended_at = ?, ended_reason = ? WHERE id = ? AND state <> 'revoked'",
			[ time(), $reason, $id ]
		);
	}

	/**
	 * Returns the change that makes the access tokens of an epoch invalid, if it is the current one. The client can get new ones
	 * with its refresh token.
	 */
	public function ending_access_tokens( int $id, int $epoch ): Change {
		return new Change( 'UPDATE ' . Schema::table( 'connections' ) . ' SET epoch = epoch + 1 WHERE id = ? AND epoch = ?', [ $id, $epoch ] );
	}

	/**
	 * Stores the permission groups of a connection.
	 *
	 * @param int          $id     Id of the connection.
	 * @param string       $preset Name of the preset that has these groups, or `custom`.
	 * @param list<string> $groups Permission groups.
	 *
	 * @throws \RuntimeException If the database did not store the change.
	 */
	public function set_groups( int $id, string $preset, array $groups ): void {
		global $wpdb;
		self::changed(
			$wpdb->query( $wpdb->prepare( 'UPDATE %i SET preset = %s, permissions = %s WHERE id = %d', Schema::table( 'connections' ), $preset, Json::encode( $groups ), $id ) ) // phpcs:ignore WordPress.DB.DirectDatabaseQuery -- A table of this plugin, past any cache.
		);
	}

	/**
	 * Stores the name of a connection, cut to 190 characters.
	 *
	 * @throws \RuntimeException If the database did not store the change.
	 */
	public function rename( int $id, string $name ): void {
		global $wpdb;
		self::changed( $wpdb->query( $wpdb->prepare( 'UPDATE %i SET name = %s WHERE id = %d', Schema::table( 'connections' ), mb_substr( $name, 0, 190 ), $id ) ) ); // phpcs:ignore WordPress.DB.DirectDatabaseQuery -- A table of this plugin, past any cache.
	}

	/**
	 * Stores the limit of a connection.
	 *
	 * @param int                          $id    Id of the connection.
	 * @param array{max: int, window: int} $limit Calls in a rolling window of seconds.
	 *
	 * @throws \RuntimeException If the database did not store the change.
	 */
	public function set_limit( int $id, array $limit ): void {
		global $wpdb;
		self::changed(
			$wpdb->query( $wpdb->prepare( 'UPDATE %i SET limit_max = %d, limit_window = %d WHERE id = %d', Schema::table( 'connections' ), $limit['max'], $limit['window'], $id ) ) // phpcs:ignore WordPress.DB.DirectDatabaseQuery -- A table of this plugin, past any cache.
		);
	}

	/**
	 * Stores the time and address of the last use, at most once a minute.
	 *
	 * @param Connection $connection The connection that was used.
	 * @param string     $ip         IP address of the client.
	 */
	public function touch( Connection $connection, string $ip ): void {
		global $wpdb;
		$now = time();
		if ( $connection->last_used_at <= $now - self::TOUCH_EVERY ) {
			$wpdb->query( $wpdb->prepare( 'UPDATE %i SET last_used_at = %d, last_used_ip = %s WHERE id = %d', Schema::table( 'connections' ), $now, substr( $ip, 0, 45 ), $connection->id ) ); // phpcs:ignore WordPress.DB.DirectDatabaseQuery -- A table of this plugin, past any cache.
		}
	}

	/**
	 * Returns the number of changed rows that `wpdb::query()` returned. An administrator must not believe that an agent was
	 * stopped if it was not, so a failed query is an error.
	 *
	 * @throws \RuntimeException If the query failed.
	 */
	private static function changed( int|bool $result ): int {
		if ( ! is_int( $result ) ) {
			throw new Failure( 'The connection could not be changed.' );
		}
		return $result;
	}

	/** @return array{string, list<string>} Conditions, and the values for their placeholders. */
	private function where( string $state, string $search ): array {
		global $wpdb;
		$where  = [ '1 = 1' ];
		$values = [];
		if ( '' !== $state ) {
			$where[]  = 'state = %s';
			$values[] = $state;
		}
		if ( '' !== $search ) {
			$like    = '%' . $wpdb->esc_like( $search ) . '%';
			$where[] = '(name LIKE %s OR client LIKE %s)';
			array_push( $values, $like, $like );
		}
		return [ implode( ' AND ', $where ), $values ];
	}
}

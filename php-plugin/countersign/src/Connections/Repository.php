<?php

declare(strict_types=1);

namespace Countersign\Plugin\Connections;

use Countersign\Plugin\Site\Json;
use Countersign\Plugin\Site\Schema;

/** Reads and writes connections. Always from the database: a revoked connection must not live on in a cache. */
final class Repository {

	/** Seconds between two writes of "last used". */
	private const TOUCH_EVERY = 60;

	public function find( int $id ): ?Connection {
		global $wpdb;
		$row = $wpdb->get_row( $wpdb->prepare( 'SELECT * FROM ' . Schema::table( 'connections' ) . ' WHERE id = %d', $id ), ARRAY_A ); // phpcs:ignore WordPress.DB
		return $row ? Connection::from_row( $row ) : null;
	}

	/**
	 * One page for the list.
	 *
	 * @param string $state Only this state; '' for all.
	 *
	 * @return list<Connection> Living ones first, then the newest first.
	 */
	public function page( string $state, string $search, int $limit, int $offset ): array {
		global $wpdb;
		[ $where, $values ] = $this->where( $state, $search );
		array_push( $values, $limit, $offset );
		$sql = 'SELECT * FROM ' . Schema::table( 'connections' ) . " WHERE $where ORDER BY CASE WHEN state = 'revoked' THEN 1 ELSE 0 END, id DESC LIMIT %d OFFSET %d";
		return array_map( Connection::from_row( ... ), $wpdb->get_results( $wpdb->prepare( $sql, $values ), ARRAY_A ) ?: [] ); // phpcs:ignore WordPress.DB
	}

	/**
	 * Connections that ended by themselves lately, because something was wrong.
	 *
	 * @return list<Connection>
	 */
	public function ended_by_misuse( int $since ): array {
		global $wpdb;
		$sql = 'SELECT * FROM ' . Schema::table( 'connections' ) . " WHERE ended_reason NOT IN ('', 'admin', 'client') AND ended_at > %d ORDER BY ended_at DESC LIMIT 10";
		return array_map( Connection::from_row( ... ), $wpdb->get_results( $wpdb->prepare( $sql, $since ), ARRAY_A ) ?: [] ); // phpcs:ignore WordPress.DB
	}

	public function count( string $state = '', string $search = '' ): int {
		global $wpdb;
		[ $where, $values ] = $this->where( $state, $search );
		$sql                = 'SELECT COUNT(*) FROM ' . Schema::table( 'connections' ) . " WHERE $where";
		return (int) $wpdb->get_var( $values ? $wpdb->prepare( $sql, $values ) : $sql ); // phpcs:ignore WordPress.DB
	}

	/**
	 * Makes a connection, paused: {@see set_state()} lets it go.
	 *
	 * @param list<string>                 $groups
	 * @param array{max: int, window: int} $limit
	 */
	public function insert( string $name, string $client, int $user, string $preset, array $groups, array $limit ): Connection {
		global $wpdb;
		$wpdb->insert(
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
			throw new \RuntimeException( 'The connection could not be stored.' );
		}
		return $connection;
	}

	/** Removes a connection that never lived: its consent could not be recorded. */
	public function discard( Connection $connection ): void {
		global $wpdb;
		$wpdb->delete( Schema::table( 'connections' ), [ 'id' => $connection->id ], [ '%d' ] );
	}

	/** Pauses or resumes. A revoked connection stays revoked, whoever was faster. */
	public function set_state( int $id, string $state ): bool {
		global $wpdb;
		return 1 === $this->execute( $wpdb->prepare( "SET state = %s WHERE id = %d AND state <> 'revoked'", $state, $id ) );
	}

	/** Ends a connection for good; its tokens die with the epoch. False when it was ended before. */
	public function revoke( int $id, string $reason ): bool {
		global $wpdb;
		return 1 === $this->execute(
			$wpdb->prepare( "SET state = 'revoked', epoch = epoch + 1, ended_at = %d, ended_reason = %s WHERE id = %d AND state <> 'revoked'", time(), $reason, $id )
		);
	}

	/** Kills the access tokens of a connection; its refresh token makes new ones. */
	public function end_access_tokens( int $id ): void {
		global $wpdb;
		$this->execute( $wpdb->prepare( 'SET epoch = epoch + 1 WHERE id = %d', $id ) );
	}

	/** @param list<string> $groups */
	public function set_groups( int $id, string $preset, array $groups ): void {
		global $wpdb;
		$this->execute( $wpdb->prepare( 'SET preset = %s, permissions = %s WHERE id = %d', $preset, Json::encode( $groups ), $id ) );
	}

	public function rename( int $id, string $name ): void {
		global $wpdb;
		$this->execute( $wpdb->prepare( 'SET name = %s WHERE id = %d', mb_substr( $name, 0, 190 ), $id ) );
	}

	/** @param array{max: int, window: int} $limit */
	public function set_limit( int $id, array $limit ): void {
		global $wpdb;
		$this->execute( $wpdb->prepare( 'SET limit_max = %d, limit_window = %d WHERE id = %d', $limit['max'], $limit['window'], $id ) );
	}

	/** Notes when and from where it was used; at most once a minute. */
	public function touch( Connection $connection, string $ip ): void {
		global $wpdb;
		$now = time();
		if ( $connection->last_used_at <= $now - self::TOUCH_EVERY ) {
			$this->query( $wpdb->prepare( 'SET last_used_at = %d, last_used_ip = %s WHERE id = %d', $now, substr( $ip, 0, 45 ), $connection->id ) );
		}
	}

	/**
	 * Runs `UPDATE connections …`; returns how many rows changed.
	 *
	 * @throws \RuntimeException When the database does not take it: nobody may believe that an agent was stopped.
	 */
	private function execute( string $prepared ): int {
		$changed = $this->query( $prepared );
		if ( ! is_int( $changed ) ) {
			throw new \RuntimeException( 'The connection could not be changed.' );
		}
		return $changed;
	}

	private function query( string $prepared ): int|bool {
		global $wpdb;
		return $wpdb->query( 'UPDATE ' . Schema::table( 'connections' ) . ' ' . $prepared ); // phpcs:ignore WordPress.DB
	}

	/** @return array{string, list<string>} */
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

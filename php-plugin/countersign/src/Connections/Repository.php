<?php

declare(strict_types=1);

namespace Countersign\Plugin\Connections;

use Countersign\Decision;
use Countersign\Plugin\Audit\Change;
use Countersign\Plugin\Records\Reader;
use Countersign\Plugin\Records\Sightings;
use Countersign\Plugin\Site\Failure;
use Countersign\Plugin\Site\Json;
use Countersign\Plugin\Site\Schema;
use Countersign\Plugin\Site\SealedOptions;
use Countersign\Record;
use Countersign\Records;

defined( 'ABSPATH' ) || exit;

/**
 * Reads and writes connections. Always uses the database, so that a revoked connection cannot remain active in a cache. A
 * connection is what its sealed record says; the other columns select and order the rows of lists.
 */
final class Repository {

	/** Seconds between two updates of the time of last use. */
	private const TOUCH_EVERY = 60;

	public function __construct( private readonly Reader $reader ) {}

	/**
	 * Returns a connection, or null if there is none with this id.
	 *
	 * @throws \Countersign\Exception If the extension's keys or store cannot be used.
	 * @throws Failure                If the database cannot be read.
	 */
	public function find( int $id ): ?Connection {
		$row = self::row( $id );
		return $row ? Connection::of( $row, $this->reader->open( 'connection', (int) $row['id'], $row['record'] ) ) : null;
	}

	/**
	 * Reads the sealed text of a connection, and has the sealed options read again in the same statement.
	 *
	 * @param SealedOptions $options The options of the request.
	 *
	 * @return string|null The text; '' for a row without one; null if there is no such connection.
	 *
	 * @throws Failure If the database cannot be read.
	 */
	public function text_now( int $id, SealedOptions $options ): ?string {
		global $wpdb;
		// The two columns can have different collations, which a union of texts may not mix.
		$found = $options->read_again_with( $wpdb->prepare( 'SELECT %s, CAST(record AS BINARY) FROM %i WHERE id = %d', SealedOptions::OTHER, Schema::table( 'connections' ), $id ) );
		return null === $found ? null : (string) $found[0];
	}

	/**
	 * Opens the text of a connection that {@see text_now()} returned. If the witness knows a newer one, that one is read.
	 *
	 * @return Record|Decision The record, or the reason for which it cannot be believed.
	 *
	 * @throws \Countersign\Exception If the extension's keys or store cannot be used.
	 * @throws Failure                If the database cannot be read.
	 */
	public function open( int $id, string $text ): Record|Decision {
		return $this->reader->open( 'connection', $id, $text );
	}

	/** Tells whether a witness knows which records are the newest, so that a text that was read earlier can be checked. */
	public function has_witness(): bool {
		return $this->reader->has_witness();
	}

	/**
	 * Returns what the record of a connection says that is behind its witness, because the database was restored. It is for people
	 * who decide whether it holds again; no client can use it.
	 *
	 * @param Connection $connection A connection whose fault is `record_rolled_back`.
	 *
	 * @return Connection|string The connection as the database shows it, or the reason code for which it cannot be resumed:
	 *                           `connection_revoked` if it was revoked after this state.
	 *
	 * @throws Failure If the database cannot be read.
	 */
	public function restored( Connection $connection ): Connection|string {
		if ( 'record_rolled_back' !== $connection->fault || null === $connection->text ) {
			return $connection->fault ?? 'connection_unknown';
		}
		try {
			$opened = $this->reader->open_behind( 'connection', $connection->id, $connection->text );
		} catch ( \Countersign\Exception $error ) {
			return $error->reason();
		}
		if ( $opened instanceof Decision ) {
			return (string) $opened->reason();
		}
		$row = self::row( $connection->id );
		return $row && $row['record'] === $connection->text ? Connection::of( $row, $opened ) : 'record_missing';
	}

	/**
	 * Returns the connections that clients used while they were behind their witness, for longer than a replica lags, and that still
	 * are behind it.
	 *
	 * @return list<Connection>
	 *
	 * @throws \Countersign\Exception If the extension's keys or store cannot be used.
	 * @throws Failure                If the database cannot be read.
	 */
	public function behind( Sightings $sightings ): array {
		$behind = [];
		foreach ( array_keys( $sightings->lasting() ) as $name ) {
			$connection = str_starts_with( $name, 'connection:' ) ? $this->find( (int) substr( $name, strlen( 'connection:' ) ) ) : null;
			if ( 'record_rolled_back' === $connection?->fault ) {
				$behind[] = $connection;
			}
		}
		return $behind;
	}

	/**
	 * Returns a connection for a page, or null if there is none with this id. Works also if the extension is missing or cannot be
	 * used.
	 *
	 * @throws Failure If the database cannot be read.
	 */
	public function shown( int $id ): ?Connection {
		$row = self::row( $id );
		return $row ? $this->listed( $row ) : null;
	}

	/** @param array<string, mixed> $row Column => value. */
	private function listed( array $row ): Connection {
		if ( ! class_exists( Records::class, false ) ) {
			return Connection::of( $row, 'extension_missing' );
		}
		try {
			return Connection::of( $row, $this->reader->open( 'connection', (int) $row['id'], $row['record'] ) );
		} catch ( \Countersign\Exception $error ) {
			return Connection::of( $row, $error->reason() );
		}
	}

	/**
	 * Returns one page of the list: connections that have not ended first, and the newest first among each. The columns decide
	 * which connections are on the page; what it says about each comes from its record.
	 *
	 * @param string $state  Only connections in this state; '' for all.
	 * @param string $search Only connections whose name or client contains this text; '' for all.
	 * @param int    $limit  Connections on a page.
	 * @param int    $offset Connections on earlier pages.
	 *
	 * @return list<Connection>
	 *
	 * @throws Failure If the database cannot be read.
	 */
	public function page( string $state, string $search, int $limit, int $offset ): array {
		global $wpdb;
		[ $where, $values ] = $this->where( $state, $search );
		$rows               = $wpdb->get_results( // phpcs:ignore WordPress.DB.DirectDatabaseQuery -- A table of this plugin, past any cache.
			$wpdb->prepare( // phpcs:ignore WordPress.DB.PreparedSQLPlaceholders -- The values are spread from a list.
				"SELECT * FROM %i WHERE $where ORDER BY CASE WHEN state = 'revoked' THEN 1 ELSE 0 END, created_at DESC, id DESC LIMIT %d OFFSET %d", // phpcs:ignore WordPress.DB.PreparedSQL, WordPress.DB.PreparedSQLPlaceholders -- Conditions are constants of where().
				[ Schema::table( 'connections' ), ...$values, $limit, $offset ]
			),
			ARRAY_A
		);
		Failure::if_refused( 'The connections could not be read.' );
		return array_map( $this->listed( ... ), array_values( $rows ?: [] ) );
	}

	/**
	 * Returns connections that were made since a time and have not ended, the latest first.
	 *
	 * @param int $since Unix seconds.
	 * @param int $limit The largest number of connections.
	 *
	 * @return list<Connection>
	 *
	 * @throws Failure If the database cannot be read.
	 */
	public function made_since( int $since, int $limit ): array {
		global $wpdb;
		$rows = $wpdb->get_results( // phpcs:ignore WordPress.DB.DirectDatabaseQuery -- A table of this plugin, past any cache.
			$wpdb->prepare( "SELECT * FROM %i WHERE created_at > %d AND state <> 'revoked' ORDER BY created_at DESC, id DESC LIMIT %d", Schema::table( 'connections' ), $since, $limit ),
			ARRAY_A
		);
		Failure::if_refused( 'The new connections could not be read.' );
		return array_map( $this->listed( ... ), array_values( $rows ?: [] ) );
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
				"SELECT * FROM %i WHERE ended_reason IN ('refresh_reused', 'code_reused') AND ended_at > %d ORDER BY ended_at DESC LIMIT 10",
				Schema::table( 'connections' ),
				$since
			),
			ARRAY_A
		);
		return array_map( $this->listed( ... ), array_values( $rows ?: [] ) );
	}

	/**
	 * Returns the connection that was made last since a time and has not ended, or null. One that was used comes before all that were
	 * not.
	 *
	 * @param int $since Unix seconds.
	 *
	 * @throws Failure If the database cannot be read.
	 */
	public function newest( int $since ): ?Connection {
		global $wpdb;
		$row = $wpdb->get_row( // phpcs:ignore WordPress.DB.DirectDatabaseQuery -- A table of this plugin, past any cache.
			$wpdb->prepare(
				"SELECT * FROM %i WHERE created_at >= %d AND state <> 'revoked' ORDER BY CASE WHEN last_used_at > 0 THEN 0 ELSE 1 END, created_at DESC, id DESC LIMIT 1",
				Schema::table( 'connections' ),
				$since
			),
			ARRAY_A
		);
		Failure::if_refused( 'The connections could not be read.' );
		$connection = $row ? $this->listed( $row ) : null;
		return null === $connection?->fault ? $connection : null;
	}

	/**
	 * Returns the id of the connection that is said to be for an application password, or null. Its record decides.
	 *
	 * @param string $uuid The id of the password.
	 *
	 * @throws Failure If the database cannot be read.
	 */
	public function of_credential( string $uuid ): ?int {
		global $wpdb;
		$id = $wpdb->get_var( $wpdb->prepare( "SELECT id FROM %i WHERE credential = %s AND credential <> '' ORDER BY created_at DESC LIMIT 1", Schema::table( 'connections' ), $uuid ) ); // phpcs:ignore WordPress.DB.DirectDatabaseQuery -- A table of this plugin, past any cache.
		Failure::if_refused( 'The connection of an application password could not be read.' );
		return null === $id ? null : (int) $id;
	}

	/**
	 * Returns the connections that have not ended and are said to be for an application password.
	 *
	 * @param int|null $user Only those that act as this account; null for all.
	 *
	 * @return list<Connection>
	 *
	 * @throws Failure If the database cannot be read.
	 */
	public function with_credentials( ?int $user = null ): array {
		global $wpdb;
		$rows = $wpdb->get_results( // phpcs:ignore WordPress.DB.DirectDatabaseQuery -- A table of this plugin, past any cache.
			$wpdb->prepare( "SELECT * FROM %i WHERE credential <> '' AND state <> 'revoked' AND (user_id = %d OR %d = 0) ORDER BY id", Schema::table( 'connections' ), $user ?? 0, $user ?? 0 ),
			ARRAY_A
		);
		Failure::if_refused( 'The connections of application passwords could not be read.' );
		return array_map( $this->listed( ... ), array_values( $rows ?: [] ) );
	}

	/**
	 * Returns the connection that has not ended and has this account as its own, the newest if there are several.
	 *
	 * @param int $user Id of the account.
	 *
	 * @throws \Countersign\Exception If the extension's keys or store cannot be used.
	 * @throws Failure                If the database cannot be read.
	 */
	public function owner_of_account( int $user ): ?Connection {
		global $wpdb;
		$ids = $wpdb->get_col( $wpdb->prepare( "SELECT id FROM %i WHERE user_id = %d AND state <> 'revoked' ORDER BY created_at DESC, id DESC LIMIT 10", Schema::table( 'connections' ), $user ) ); // phpcs:ignore WordPress.DB.DirectDatabaseQuery -- A table of this plugin, past any cache.
		Failure::if_refused( 'The connection of an account could not be read.' );
		foreach ( $ids as $id ) {
			$connection = $this->find( (int) $id );
			if ( true === $connection?->own_account && $user === $connection->user && ! $connection->is_revoked() ) {
				return $connection;
			}
		}
		return null;
	}

	/**
	 * Returns the ids of the application passwords that rows of connections name which have not ended.
	 *
	 * @return list<string>
	 *
	 * @throws Failure If the database cannot be read.
	 */
	public function credentials(): array {
		global $wpdb;
		$ids = $wpdb->get_col( $wpdb->prepare( "SELECT credential FROM %i WHERE credential <> '' AND state <> 'revoked'", Schema::table( 'connections' ) ) ); // phpcs:ignore WordPress.DB.DirectDatabaseQuery -- A table of this plugin, past any cache.
		Failure::if_refused( 'The application passwords of connections could not be read.' );
		return array_values( array_map( strval( ... ), $ids ) );
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
	 * Returns the change that stores a new connection.
	 *
	 * @param int                  $id      Id of the connection.
	 * @param array<string, mixed> $data    Data of its record.
	 * @param int                  $version The version that {@see first_version()} returned.
	 * @param \Closure             $text    The sealed record, as a value of a {@see Change}.
	 */
	public function inserting( int $id, array $data, int $version, \Closure $text ): Change {
		return Change::insert(
			Schema::table( 'connections' ),
			[
				'id'           => $id,
				'last_used_at' => 0,
				'last_used_ip' => '',
			] + self::columns( $data, $version, $text )
		);
	}

	/**
	 * Returns the change that stores a new version of a connection, if its row still holds the record that it was opened from. So
	 * of two requests that change it at once, one has to look again.
	 *
	 * @param Connection           $from    The connection as it was read.
	 * @param array<string, mixed> $data    Data of the new version.
	 * @param int                  $version The new version.
	 * @param \Closure             $text    The sealed record, as a value of a {@see Change}.
	 */
	public function replacing( Connection $from, array $data, int $version, \Closure $text ): Change {
		return Change::update(
			Schema::table( 'connections' ),
			self::columns( $data, $version, $text ),
			[
				'id'     => $from->id,
				'record' => $from->text,
			]
		);
	}

	/** Returns the version of a new connection. @param int $id Its number. */
	public function first_version( int $id ): int {
		return $this->reader->records()->nextVersion( 'connection', $id );
	}

	/**
	 * Returns the version that follows all known ones of a connection, also if its record cannot be opened.
	 *
	 * @param Connection           $connection The connection.
	 * @param array<string, mixed> $data       Data of the version. If they revoke the connection, the version is the final one.
	 */
	public function next_version( Connection $connection, array $data ): int {
		return $this->reader->records()->nextVersion( 'connection', $connection->id, $connection->text, Json::encode( $data ) );
	}

	/**
	 * Returns the columns that show a record in lists, and the record itself.
	 *
	 * @param array<string, mixed> $data    Data of the record.
	 * @param int                  $version Version of the record.
	 * @param \Closure             $text    The sealed record.
	 *
	 * @return array<string, int|string|\Closure>
	 */
	private static function columns( array $data, int $version, \Closure $text ): array {
		$is_revoked = Connection::REVOKED === $data['state'];
		return [
			'name'         => mb_substr( (string) $data['name'], 0, 190 ),
			'client'       => mb_substr( (string) $data['client'], 0, 190 ),
			'user_id'      => (int) $data['user'],
			'preset'       => (string) $data['preset'],
			'permissions'  => Json::encode( $data['groups'] ),
			'state'        => (string) $data['state'],
			'epoch'        => (int) $data['epoch'],
			'limit_max'    => (int) $data['limit']['max'],
			'limit_window' => (int) $data['limit']['window'],
			'created_at'   => (int) $data['created_at'],
			'created_by'   => (int) $data['created_by'],
			'ended_at'     => $is_revoked ? (int) $data['state_at'] : 0,
			'ended_reason' => $is_revoked ? (string) $data['state_reason'] : '',
			'credential'   => (string) ( $data['credential']['uuid'] ?? '' ),
			'version'      => $version,
			'record'       => $text,
		];
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
	 * @return array<string, mixed>|null Column => value.
	 *
	 * @throws Failure If the database cannot be read.
	 */
	private static function row( int $id ): ?array {
		global $wpdb;
		$row = $wpdb->get_row( $wpdb->prepare( 'SELECT * FROM %i WHERE id = %d', Schema::table( 'connections' ), $id ), ARRAY_A ); // phpcs:ignore WordPress.DB.DirectDatabaseQuery -- A table of this plugin, past any cache.
		Failure::if_refused( 'The connection could not be read.' );
		return $row;
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

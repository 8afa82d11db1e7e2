<?php

declare(strict_types=1);

namespace Countersign\Plugin\Connections;

use Countersign\Decision;
use Countersign\Plugin\Audit\Change;
use Countersign\Plugin\OAuth\Clients;
use Countersign\Plugin\Records\Reader;
use Countersign\Plugin\Records\Revision;
use Countersign\Plugin\Site\Failure;
use Countersign\Plugin\Site\Json;
use Countersign\Plugin\Site\Schema;
use Countersign\Record;

defined( 'ABSPATH' ) || exit;

/**
 * The grants in the database: one row for each consent of a person. What was granted is a sealed record that never changes; a
 * grant ends with its connection. A row holds no token, only counters of refreshes, which are not sealed. The extension derives
 * the tokens from its keys.
 */
final class Grants {

	/** The largest number of approved requests of a client, or of a person, that are read. */
	private const MAX_APPROVED = 100;

	public function __construct( private readonly Reader $reader ) {}

	/**
	 * Returns what stores a new grant.
	 *
	 * @param int    $id         Id of the grant.
	 * @param int    $connection Id of the connection that the grant belongs to.
	 * @param string $client_id  The OAuth client id.
	 * @param string $request    The authorization request as JSON of the extension.
	 *
	 * @return array{Revision, \Closure(\Closure): Change} The record, and the change that stores its sealed text.
	 */
	public function storing( int $id, int $connection, string $client_id, string $request ): array {
		$now  = time();
		$data = Json::object(
			[
				'connection' => $connection,
				'client_id'  => $client_id,
				'created_at' => $now,
			],
			[ 'request' => $request ]
		);
		return [
			new Revision( 'grant', $id, 1, $data ),
			static fn( \Closure $text ): Change => Change::insert(
				Schema::table( 'grants' ),
				[
					'id'            => $id,
					'connection_id' => $connection,
					'client'        => Clients::key( $client_id ),
					'request'       => $request,
					'generation'    => -1,
					'branch'        => 0,
					'rotated_at'    => 0,
					'created_at'    => $now,
					'version'       => 1,
					'record'        => $text,
				]
			),
		];
	}

	/**
	 * Returns a grant with its connection and its counters, as {@see \Countersign\OAuthTokenRequest::redeem()} takes them.
	 *
	 * @return array{Record|Decision|null, Record|Decision|null, string|null}
	 *
	 * @throws \Countersign\Exception If the extension's keys or store cannot be used.
	 * @throws Failure                If the database cannot be read.
	 */
	public function redeemable( int $id ): array {
		global $wpdb;
		$row = $wpdb->get_row( $wpdb->prepare( 'SELECT * FROM %i WHERE id = %d', Schema::table( 'grants' ), $id ), ARRAY_A ); // phpcs:ignore WordPress.DB.DirectDatabaseQuery -- A table of this plugin, past any cache.
		Failure::if_refused( 'The grant could not be read.' );
		return $this->opened( $row );
	}

	/**
	 * Returns the newest grant of a connection like {@see redeemable()}.
	 *
	 * @return array{Record|Decision|null, Record|Decision|null, string|null}
	 *
	 * @throws \Countersign\Exception If the extension's keys or store cannot be used.
	 * @throws Failure                If the database cannot be read.
	 */
	public function redeemable_of( int $connection ): array {
		global $wpdb;
		$row = $wpdb->get_row( $wpdb->prepare( 'SELECT * FROM %i WHERE connection_id = %d ORDER BY created_at DESC, id DESC LIMIT 1', Schema::table( 'grants' ), $connection ), ARRAY_A ); // phpcs:ignore WordPress.DB.DirectDatabaseQuery -- A table of this plugin, past any cache.
		Failure::if_refused( 'The grant could not be read.' );
		return $this->opened( $row );
	}

	/**
	 * @param array<string, mixed>|null $row
	 *
	 * @return array{Record|Decision|null, Record|Decision|null, string|null}
	 */
	private function opened( ?array $row ): array {
		if ( ! $row ) {
			return [ null, null, null ];
		}
		$grant = $this->reader->open( 'grant', (int) $row['id'], $row['record'] );
		return [
			$grant,
			// The column could name another connection than the record.
			$grant instanceof Record ? $this->connection( (int) ( Json::decode( $grant->data() )['connection'] ?? 0 ) ) : null,
			Json::encode(
				[
					'generation' => (int) $row['generation'],
					'branch'     => (int) $row['branch'],
					'rotated_at' => (int) $row['rotated_at'],
				]
			),
		];
	}

	private function connection( int $id ): Record|Decision|null {
		global $wpdb;
		$row = $wpdb->get_row( $wpdb->prepare( 'SELECT record FROM %i WHERE id = %d', Schema::table( 'connections' ), $id ), ARRAY_A ); // phpcs:ignore WordPress.DB.DirectDatabaseQuery -- A table of this plugin, past any cache.
		Failure::if_refused( 'The connection of the grant could not be read.' );
		return $row ? $this->reader->open( 'connection', $id, $row['record'] ) : null;
	}

	/**
	 * Returns the grants of a client with their connections, as {@see \Countersign\OAuth::authorize()} takes them. The newest come
	 * first.
	 *
	 * @return list<array{grant: Record|Decision|null, connection: Record|Decision|null}> At most {@see MAX_APPROVED}.
	 *
	 * @throws \Countersign\Exception If the extension's keys or store cannot be used.
	 * @throws Failure                If the database cannot be read.
	 */
	public function approved( string $client_id ): array {
		global $wpdb;
		$rows = $wpdb->get_results( // phpcs:ignore WordPress.DB.DirectDatabaseQuery -- A table of this plugin, past any cache.
			$wpdb->prepare(
				"SELECT g.id, g.record, c.id AS connection, c.record AS connection_record FROM %i g JOIN %i c ON c.id = g.connection_id WHERE g.client = %s AND c.state <> 'revoked' ORDER BY g.created_at DESC, g.id DESC LIMIT %d",
				Schema::table( 'grants' ),
				Schema::table( 'connections' ),
				Clients::key( $client_id ),
				self::MAX_APPROVED
			),
			ARRAY_A
		);
		Failure::if_refused( 'The approved requests could not be read.' );
		return array_map(
			fn( array $row ): array => [
				'grant'      => $this->reader->open( 'grant', (int) $row['id'], $row['record'] ),
				'connection' => $this->reader->open( 'connection', (int) $row['connection'], $row['connection_record'] ),
			],
			array_values( $rows ?: [] )
		);
	}

	/**
	 * Returns the newest grants of a person whose connections have not ended, as the columns say, with these connections.
	 *
	 * @param int $person Id of the user who consented.
	 *
	 * @return list<array{grant: Record|Decision|null, connection: Connection, is_redeemed: bool}> At most {@see MAX_APPROVED}.
	 *
	 * @throws \Countersign\Exception If the extension's keys or store cannot be used.
	 * @throws Failure                If the database cannot be read.
	 */
	public function of_person( int $person ): array {
		global $wpdb;
		$rows = $wpdb->get_results( // phpcs:ignore WordPress.DB.DirectDatabaseQuery -- A table of this plugin, past any cache.
			$wpdb->prepare(
				"SELECT c.*, g.id AS grant_id, g.record AS grant_record, g.generation FROM %i g JOIN %i c ON c.id = g.connection_id WHERE c.created_by = %d AND c.state <> 'revoked' ORDER BY g.created_at DESC, g.id DESC LIMIT %d",
				Schema::table( 'grants' ),
				Schema::table( 'connections' ),
				$person,
				self::MAX_APPROVED
			),
			ARRAY_A
		);
		Failure::if_refused( 'The approved requests of a person could not be read.' );
		return array_map(
			fn( array $row ): array => [
				'grant'       => $this->reader->open( 'grant', (int) $row['grant_id'], $row['grant_record'] ),
				'connection'  => Connection::of( $row, $this->reader->open( 'connection', (int) $row['id'], $row['record'] ) ),
				'is_redeemed' => 0 <= (int) $row['generation'],
			],
			array_values( $rows ?: [] )
		);
	}

	/**
	 * Returns which of these connections wait for their client: they have a grant, and no code for it was ever redeemed. Only for
	 * lists, because the counters are not sealed.
	 *
	 * @param list<int> $connections Ids.
	 *
	 * @return array<int, int> Id => Unix seconds of the newest consent.
	 */
	public static function waiting( array $connections ): array {
		global $wpdb;
		if ( ! $connections ) {
			return [];
		}
		$places = implode( ', ', array_fill( 0, count( $connections ), '%d' ) );
		$rows   = $wpdb->get_results( // phpcs:ignore WordPress.DB.DirectDatabaseQuery -- A table of this plugin, past any cache.
			$wpdb->prepare( "SELECT connection_id, MAX(created_at) AS since FROM %i WHERE connection_id IN ($places) GROUP BY connection_id HAVING MAX(generation) < 0", [ Schema::table( 'grants' ), ...$connections ] ), // phpcs:ignore WordPress.DB.PreparedSQL, WordPress.DB.PreparedSQLPlaceholders -- One placeholder for each id.
			ARRAY_A
		);
		return array_map( intval( ... ), array_column( $rows ?: [], 'since', 'connection_id' ) );
	}

	/**
	 * Returns the change of the counters of a grant, if they are still at `$from`: no other request has changed them.
	 *
	 * @param int                                                   $id   Id of the grant.
	 * @param array{generation: int, branch: int}                  $from The counters that the extension decided on.
	 * @param array{generation: int, branch: int, rotated_at: int} $to   The new counters; `rotated_at` in Unix seconds.
	 */
	public function advancing( int $id, array $from, array $to ): Change {
		return Change::update( Schema::table( 'grants' ), $to, [ 'id' => $id ] + $from );
	}
}

<?php

declare(strict_types=1);

namespace Countersign\Plugin\OAuth;

use Countersign\Decision;
use Countersign\Plugin\Audit\Change;
use Countersign\Plugin\Records\Inventory;
use Countersign\Plugin\Records\Reader;
use Countersign\Plugin\Records\Revision;
use Countersign\Plugin\Site\Failure;
use Countersign\Plugin\Site\Json;
use Countersign\Plugin\Site\Schema;
use Countersign\Record;

defined( 'ABSPATH' ) || exit;

/**
 * OAuth clients that a person approved, as sealed records in the database. A client that registered itself (RFC 7591) is not
 * stored before, because anybody can register: its client id contains its registration, and the extension reads it there.
 */
final class Clients {

	public function __construct( private readonly Reader $reader ) {}

	/** Returns the primary key of a client's row: the SHA-256 of its client id, as 64 hexadecimal digits. */
	public static function key( string $client_id ): string {
		return hash( 'sha256', $client_id );
	}

	private static function number( string $client_id ): int {
		return Inventory::client( self::key( $client_id ) );
	}

	/**
	 * Returns the record of a client, the reason for which it cannot be believed, or null if no client with this id is stored.
	 *
	 * @throws \Countersign\Exception If the extension's keys or store cannot be used.
	 * @throws Failure                If the database cannot be read.
	 */
	public function find( ?string $client_id ): Record|Decision|null {
		$row = null === $client_id ? null : self::row( $client_id );
		return null !== $client_id && $row ? $this->open( $client_id, $row ) : null;
	}

	/**
	 * Returns what stores a client as the person saw it, since its metadata document can change or disappear. Returns null if the
	 * stored record says the same.
	 *
	 * @param string $client JSON, as the extension returned it.
	 *
	 * @return array{Revision, \Closure(\Closure): Change}|null The record, and the change that stores its sealed text.
	 *
	 * @throws \Countersign\Exception If the extension's keys or store cannot be used.
	 * @throws Failure                If the database cannot be read.
	 */
	public function storing( string $client ): ?array {
		$facts  = Json::decode( $client );
		$id     = (string) ( $facts['client_id'] ?? '' );
		$row    = self::row( $id );
		$opened = $row ? $this->open( $id, $row ) : null;
		if ( $opened instanceof Record ) {
			$known = Json::decode( $opened->data() );
			ksort( $known );
			ksort( $facts );
			if ( $known === $facts ) {
				return null;
			}
		}
		$text     = $row['record'] ?? null;
		$revision = new Revision( 'client', self::number( $id ), $this->reader->records()->nextVersion( 'client', self::number( $id ), $text ), $client );
		$columns  = [
			'client_id'  => $id,
			'client'     => $client,
			'source'     => (string) ( $facts['source'] ?? '' ),
			'created_at' => time(),
			'version'    => $revision->version,
		];
		$change   = static function ( \Closure $sealed ) use ( $row, $text, $id, $columns ): Change {
			$columns['record'] = $sealed;
			return $row
				? Change::update( Schema::table( 'oauth_clients' ), $columns, [ 'id' => self::key( $id ), 'record' => $text ] )
				: Change::insert( Schema::table( 'oauth_clients' ), [ 'id' => self::key( $id ) ] + $columns );
		};
		return [ $revision, $change ];
	}

	/** @param array{record: string|null} $row */
	private function open( string $client_id, array $row ): Record|Decision {
		return $this->reader->open( 'client', self::number( $client_id ), $row['record'], self::key( $client_id ) );
	}

	/**
	 * @return array{record: string|null}|null
	 *
	 * @throws Failure If the database cannot be read.
	 */
	private static function row( string $client_id ): ?array {
		global $wpdb;
		/** @var array{record: string|null}|null $row */
		$row = $wpdb->get_row( $wpdb->prepare( 'SELECT record FROM %i WHERE id = %s', Schema::table( 'oauth_clients' ), self::key( $client_id ) ), ARRAY_A ); // phpcs:ignore WordPress.DB.DirectDatabaseQuery -- A table of this plugin, past any cache.
		Failure::if_refused( 'The client could not be read.' );
		return $row;
	}
}

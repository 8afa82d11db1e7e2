<?php

declare(strict_types=1);

namespace Countersign\Plugin\OAuth;

use Countersign\Plugin\Site\Extension;
use Countersign\Plugin\Site\Failure;
use Countersign\Plugin\Site\Json;
use Countersign\Plugin\Site\Schema;

defined( 'ABSPATH' ) || exit;

/**
 * OAuth clients. Those that a person approved are stored in the database. A client that registered itself (RFC 7591) is
 * not stored before, because anybody can register: its client id contains its registration.
 */
final class Clients {

	public function __construct( private readonly Extension $extension ) {}

	/** Returns the primary key of a client's row: the SHA-256 of its client id, as 64 hexadecimal digits. */
	public static function key( string $client_id ): string {
		return hash( 'sha256', $client_id );
	}

	/**
	 * Returns a client as JSON, stored or registered, or null if there is none with this client id.
	 *
	 * @throws \Countersign\Exception If the extension's keys cannot be used.
	 * @throws Failure                If the database cannot be read.
	 */
	public function find( ?string $client_id ): ?string {
		global $wpdb;
		if ( null === $client_id ) {
			return null;
		}
		$client = $wpdb->get_var( $wpdb->prepare( 'SELECT client FROM %i WHERE id = %s', Schema::table( 'oauth_clients' ), self::key( $client_id ) ) ); // phpcs:ignore WordPress.DB.DirectDatabaseQuery -- A table of this plugin, past any cache.
		Failure::if_refused( 'The client could not be read.' );
		return is_string( $client ) ? $client : $this->extension->oauth()->registeredClient( $client_id );
	}

	/**
	 * Stores a client. Replaces the stored client with the same client id.
	 *
	 * @param string $client JSON, as the extension returned it.
	 *
	 * @throws \RuntimeException If the database did not store the client.
	 */
	public function store( string $client ): void {
		global $wpdb;
		$facts = Json::decode( $client );
		$wpdb->replace( // phpcs:ignore WordPress.DB.DirectDatabaseQuery -- A table of this plugin, past any cache.
			Schema::table( 'oauth_clients' ),
			[
				'id'         => self::key( (string) $facts['client_id'] ),
				'client_id'  => (string) $facts['client_id'],
				'client'     => $client,
				'source'     => (string) $facts['source'],
				'created_at' => time(),
			]
		);
		Failure::if_refused( 'The client could not be stored.' );
	}
}

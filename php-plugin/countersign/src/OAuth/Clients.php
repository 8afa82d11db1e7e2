<?php

declare(strict_types=1);

namespace Countersign\Plugin\OAuth;

use Countersign\Plugin\Site\Failure;
use Countersign\Plugin\Site\Json;
use Countersign\Plugin\Site\Schema;

defined( 'ABSPATH' ) || exit;

/**
 * OAuth clients in the database: those that registered themselves (RFC 7591), and those whose client id is the address of
 * a metadata document.
 */
final class Clients {

	/** Seconds after which a client without a grant is deleted. */
	private const UNUSED_FOR = DAY_IN_SECONDS;

	/** Returns the primary key of a client's row: the SHA-256 of its client id, as 64 hexadecimal digits. */
	public static function key( string $client_id ): string {
		return hash( 'sha256', $client_id );
	}

	/** Returns a stored client as JSON, or null if there is none with this client id. */
	public function find( ?string $client_id ): ?string {
		global $wpdb;
		if ( null === $client_id ) {
			return null;
		}
		$client = $wpdb->get_var( $wpdb->prepare( 'SELECT client FROM %i WHERE id = %s', Schema::table( 'oauth_clients' ), self::key( $client_id ) ) ); // phpcs:ignore WordPress.DB.DirectDatabaseQuery -- A table of this plugin, past any cache.
		return is_string( $client ) ? $client : null;
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
		if ( '' !== $wpdb->last_error ) {
			throw new Failure( 'The client could not be stored.' );
		}
	}

	/** Deletes clients that registered more than a day ago and have no grant, at most 100 at a time. */
	public function collect_unused(): void {
		global $wpdb;
		/** @var list<string> $ids */
		$ids = $wpdb->get_col( // phpcs:ignore WordPress.DB.DirectDatabaseQuery -- A table of this plugin, past any cache.
			$wpdb->prepare(
				'SELECT o.id FROM %i o LEFT JOIN %i g ON g.client = o.id WHERE o.created_at < %d AND g.id IS NULL LIMIT 100',
				Schema::table( 'oauth_clients' ),
				Schema::table( 'grants' ),
				time() - self::UNUSED_FOR
			)
		);
		foreach ( $ids as $id ) {
			$wpdb->delete( Schema::table( 'oauth_clients' ), [ 'id' => $id ], [ '%s' ] ); // phpcs:ignore WordPress.DB.DirectDatabaseQuery -- A table of this plugin, past any cache.
		}
	}
}

<?php

declare(strict_types=1);

namespace Countersign\Plugin\OAuth;

use Countersign\Decision;
use Countersign\OAuth;
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

	/** Seconds after which fetching a client's metadata document fails. */
	private const FETCH_TIMEOUT = 5;

	/** Largest metadata document, in bytes. */
	private const FETCH_BYTES = 65536;

	/** Seconds for which a metadata document is cached at most. */
	private const CACHE_AT_MOST = HOUR_IN_SECONDS;

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

	/**
	 * Returns the client of an authorization request. Fetches its metadata document if the client id is the address of one.
	 * Call it only for users who may consent, so that other people cannot make this site send requests.
	 *
	 * @param OAuth       $oauth     The OAuth server.
	 * @param string|null $client_id The OAuth client id, or null if the request has none.
	 *
	 * @return string|Decision|null The client as JSON; or why its document is refused; or null if there is no such client.
	 */
	public function resolve( OAuth $oauth, ?string $client_id ): string|Decision|null {
		if ( null === $client_id || ! OAuth::isMetadataDocument( $client_id ) ) {
			return $this->find( $client_id );
		}
		$document = $this->fetch( $client_id );
		return null === $document ? null : $oauth->clientFromDocument( $client_id, $document );
	}

	/**
	 * Returns the text of a metadata document, or null if it cannot be fetched. Follows no redirects, contacts no private
	 * addresses, and limits time and size.
	 */
	private function fetch( string $url ): ?string {
		$cache  = 'countersign_client_' . substr( self::key( $url ), 0, 40 );
		$cached = get_transient( $cache );
		if ( is_string( $cached ) ) {
			return $cached;
		}
		$answer = wp_safe_remote_get(
			$url,
			[
				'timeout'             => self::FETCH_TIMEOUT,
				'redirection'         => 0,
				'reject_unsafe_urls'  => true,
				'limit_response_size' => self::FETCH_BYTES + 1,
				'headers'             => [ 'Accept' => 'application/json' ],
			]
		);
		if ( is_wp_error( $answer ) || 200 !== wp_remote_retrieve_response_code( $answer ) ) {
			return null;
		}
		$body = wp_remote_retrieve_body( $answer );
		if ( '' === $body || strlen( $body ) > self::FETCH_BYTES ) {
			return null;
		}
		$age = $this->cacheable_for( (string) wp_remote_retrieve_header( $answer, 'cache-control' ) );
		if ( $age > 0 ) {
			set_transient( $cache, $body, $age );
		}
		return $body;
	}

	/** Returns for how many seconds a document may be cached, from its Cache-Control header (RFC 9111). */
	private function cacheable_for( string $cache_control ): int {
		if ( preg_match( '/\bno-(?:store|cache)\b/i', $cache_control ) ) {
			return 0;
		}
		$is_given = preg_match( '/\bmax-age=(\d{1,9})/i', $cache_control, $found );
		return min( self::CACHE_AT_MOST, $is_given ? (int) $found[1] : 5 * MINUTE_IN_SECONDS );
	}
}

<?php

declare(strict_types=1);

namespace Countersign\Plugin\OAuth;

use Countersign\Decision;
use Countersign\OAuth;
use Countersign\Plugin\Site\Json;
use Countersign\Plugin\Site\Schema;

/** Clients: those that registered themselves, and those whose id is the address of a document about them. */
final class Clients {

	/** Seconds after which a registration that nobody consented to is forgotten. */
	private const UNUSED_FOR = DAY_IN_SECONDS;

	/** Bounds of fetching a client's document. */
	private const FETCH_TIMEOUT = 5;
	private const FETCH_BYTES   = 65536;
	private const CACHE_AT_MOST = HOUR_IN_SECONDS;

	/** The key of a client's row. */
	public static function key( string $client_id ): string {
		return hash( 'sha256', $client_id );
	}

	/** The client as stored, JSON, or null. */
	public function find( ?string $client_id ): ?string {
		global $wpdb;
		if ( null === $client_id ) {
			return null;
		}
		$client = $wpdb->get_var( $wpdb->prepare( 'SELECT client FROM ' . Schema::table( 'oauth_clients' ) . ' WHERE id = %s', self::key( $client_id ) ) ); // phpcs:ignore WordPress.DB
		return is_string( $client ) ? $client : null;
	}

	/**
	 * Stores a client, or what is new about it.
	 *
	 * @param string $client JSON as the extension gave it.
	 */
	public function store( string $client ): void {
		global $wpdb;
		$facts = Json::decode( $client );
		$wpdb->replace(
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
			throw new \RuntimeException( 'The client could not be stored.' );
		}
	}

	/** Forgets clients that registered a day ago and got no grant. A bounded batch at a time. */
	public function collect_unused(): void {
		global $wpdb;
		$ids = $wpdb->get_col( // phpcs:ignore WordPress.DB
			$wpdb->prepare(
				'SELECT o.id FROM ' . Schema::table( 'oauth_clients' ) . ' o LEFT JOIN ' . Schema::table( 'grants' ) . ' g ON g.client = o.id'
				. ' WHERE o.created_at < %d AND g.id IS NULL LIMIT 100',
				time() - self::UNUSED_FOR
			)
		);
		foreach ( $ids as $id ) {
			$wpdb->delete( Schema::table( 'oauth_clients' ), [ 'id' => $id ], [ '%s' ] );
		}
	}

	/**
	 * The client for an authorization request, fetched where its id is an address. Only for people who may consent:
	 * nobody else makes this site fetch anything.
	 *
	 * @return string|Decision|null JSON; or why the document is not acceptable; or null when there is no such client.
	 */
	public function resolve( OAuth $oauth, ?string $client_id ): string|Decision|null {
		if ( null === $client_id || ! OAuth::isMetadataDocument( $client_id ) ) {
			return $this->find( $client_id );
		}
		$document = $this->fetch( $client_id );
		return null === $document ? null : $oauth->clientFromDocument( $client_id, $document );
	}

	/** The document's text, or null. No redirects, no private addresses, bounded in time and size. */
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

	/** Seconds for which a document may be kept. */
	private function cacheable_for( string $cache_control ): int {
		if ( preg_match( '/\bno-(?:store|cache)\b/i', $cache_control ) ) {
			return 0;
		}
		$is_given = preg_match( '/\bmax-age=(\d{1,9})/i', $cache_control, $found );
		return min( self::CACHE_AT_MOST, $is_given ? (int) $found[1] : 5 * MINUTE_IN_SECONDS );
	}
}

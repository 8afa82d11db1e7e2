<?php

declare(strict_types=1);

namespace Countersign\Plugin\OAuth;

use Countersign\Decision;
use Countersign\OAuth;

defined( 'ABSPATH' ) || exit;

/** The metadata documents of clients whose client id is the address of one. They are fetched when a person decides about a client. */
final class MetadataDocuments {

	/** Seconds after which fetching a document fails. */
	private const FETCH_TIMEOUT = 5;

	/** Largest document, in bytes. */
	private const FETCH_BYTES = 65536;

	/** Seconds for which a document is cached at most. */
	private const CACHE_AT_MOST = HOUR_IN_SECONDS;

	/**
	 * Returns the client that a document describes. Call it only for users who may consent, so that other people cannot make
	 * this site send requests.
	 *
	 * @param OAuth  $oauth     The OAuth server.
	 * @param string $client_id The OAuth client id.
	 *
	 * @return string|Decision|null The client as JSON; or why its document is refused; or null if it cannot be fetched.
	 */
	public function client( OAuth $oauth, string $client_id ): string|Decision|null {
		$document = $this->fetch( $client_id );
		return null === $document ? null : $oauth->clientFromDocument( $client_id, $document );
	}

	/**
	 * Returns the text of a metadata document, or null if it cannot be fetched. Follows no redirects, contacts no private
	 * addresses, and limits time and size.
	 */
	private function fetch( string $url ): ?string {
		$cache  = 'countersign_client_' . substr( Clients::key( $url ), 0, 40 );
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

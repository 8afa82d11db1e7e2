<?php

declare(strict_types=1);

namespace Countersign\Plugin\OAuth;

use Countersign\Decision;
use Countersign\Plugin\Fetch\Fetched;
use Countersign\Plugin\Fetch\FetchFailed;

defined( 'ABSPATH' ) || exit;

/** The metadata documents of clients whose client id is the address of one. They are fetched when a person decides about a client. */
final class MetadataDocuments {

	/** Seconds after which fetching a document fails. */
	private const FETCH_TIMEOUT = 5;

	/** Largest document, in bytes. */
	private const FETCH_BYTES = 65536;

	/** Seconds for which a document is cached at most. */
	private const CACHE_AT_MOST = HOUR_IN_SECONDS;

	/** Media types of a document: JSON, and the types that build on it (RFC 6839). */
	private const TYPE = '~^application/(?:[a-z0-9.+-]+\+)?json$~D';

	/** Fetches per person and minute. A page that a person visits can open the consent page many times, unseen. */
	public const LIMIT = [
		'max'    => 20,
		'window' => MINUTE_IN_SECONDS,
	];

	/**
	 * @param \Closure(string, string, int, int): Fetched $fetch Fetches a URL from the public internet, as {@see \Countersign\Plugin\Fetch\PublicFetcher::get()} does.
	 * @param \Closure(): Decision                        $admit Counts a fetch against {@see LIMIT}. Not called for a cached document.
	 */
	public function __construct(
		private readonly \Closure $fetch,
		private readonly \Closure $admit,
	) {}

	/**
	 * Returns the text of a document: at most {@see FETCH_BYTES} of JSON, sent with status 200. The extension validates it each
	 * time, also if it comes from the cache. Call it only for users who may consent, so that other people cannot make this site
	 * send requests.
	 *
	 * @param string $url The OAuth client id, the address of the document.
	 *
	 * @throws FetchFailed If the document cannot be fetched, or too many were.
	 */
	public function text( string $url ): string {
		$cache  = 'countersign_client_' . substr( Clients::key( $url ), 0, 40 );
		$cached = get_transient( $cache );
		if ( is_array( $cached ) && $url === ( $cached['url'] ?? null ) && is_string( $cached['body'] ?? null ) ) {
			return $cached['body'];
		}
		$admitted = ( $this->admit )();
		if ( ! $admitted->isAllowed() ) {
			throw new FetchFailed( (string) $admitted->reason(), 'You have opened this page for too many clients within a minute.' );
		}
		$answer = ( $this->fetch )( $url, 'application/json', self::FETCH_BYTES, self::FETCH_TIMEOUT );
		if ( 200 !== $answer->status ) {
			throw new FetchFailed( 'fetch_failed', "The server answered with the status $answer->status and not with a document. Redirects are not followed." );
		}
		if ( ! preg_match( self::TYPE, $answer->type() ) ) {
			throw new FetchFailed( 'fetch_failed', 'The document does not have the media type application/json.' );
		}
		if ( '' === $answer->body ) {
			throw new FetchFailed( 'fetch_failed', 'The document is empty.' );
		}
		$age = $this->cacheable_for( $answer->headers['cache-control'] ?? '' );
		if ( $age > 0 ) {
			set_transient(
				$cache,
				[
					'url'  => $url,
					'body' => $answer->body,
				],
				$age
			);
		}
		return $answer->body;
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

<?php

declare(strict_types=1);

namespace Countersign\Plugin\OAuth;

use Countersign\Decision;
use Countersign\Plugin\Fetch\Fetched;
use Countersign\Plugin\Fetch\FetchFailed;

defined( 'ABSPATH' ) || exit;

/**
 * The metadata documents of clients whose client id is the address of one. They are fetched each time that the consent page is
 * shown or submitted, and never stored before a person has decided: the page shows the host of the document as verified, so what it
 * says must come from that host, and not from a cache that others can write.
 */
final class MetadataDocuments {

	/** Seconds after which fetching a document fails. */
	private const FETCH_TIMEOUT = 5;

	/** Largest document, in bytes. */
	private const FETCH_BYTES = 65536;

	/** Media types of a document: JSON, and the types that build on it (RFC 6839). */
	private const TYPE = '~^application/(?:[a-z0-9.+-]+\+)?json$~D';

	/** Fetches per person and minute. A page that a person visits can open the consent page many times, unseen. */
	public const LIMIT = [
		'max'    => 20,
		'window' => MINUTE_IN_SECONDS,
	];

	/**
	 * @param \Closure(string, string, int, int): Fetched $fetch Fetches a URL from the public internet, as {@see \Countersign\Plugin\Fetch\PublicFetcher::get()} does.
	 * @param \Closure(): Decision                        $admit Counts a fetch against {@see LIMIT}.
	 */
	public function __construct(
		private readonly \Closure $fetch,
		private readonly \Closure $admit,
	) {}

	/**
	 * Fetches the key set of a client that signs, for a request at the token endpoint; null if it cannot be fetched now. It is never
	 * stored, as a document is not: who could write it into the database could sign for the client.
	 *
	 * @param string $url Address, as {@see \Countersign\OAuth::keysAddress()} returned it: only requests with a genuine token need one.
	 */
	public function key_set( string $url ): ?string {
		try {
			return $this->text( $url );
		} catch ( FetchFailed ) {
			return null;
		}
	}

	/**
	 * Fetches a document and returns its text: at most {@see FETCH_BYTES} of JSON, sent with status 200. The extension validates
	 * it. Call it only for users who may consent or ask for a consent, so that other people cannot make this site send requests.
	 * WordPress lets everybody who can write make it fetch a URL to embed.
	 *
	 * @param string $url The OAuth client id, the address of the document.
	 *
	 * @throws FetchFailed If the document cannot be fetched, or too many were.
	 */
	public function text( string $url ): string {
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
		return $answer->body;
	}
}

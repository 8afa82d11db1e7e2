<?php

declare(strict_types=1);

namespace Countersign\Plugin\Fetch;

use Countersign\Decision;
use Countersign\PublicUrl;

defined( 'ABSPATH' ) || exit;

/**
 * Sends requests to the API of a service that a person has set up, as {@see PublicFetcher} fetches URLs: the name of the host is
 * resolved once, the extension checks the addresses, and curl connects to one of exactly these. It follows no redirects, which could
 * lead the key of the service elsewhere.
 */
final class ApiClient {

	/**
	 * @param \Closure(string): bool $is_of_this_machine Tells whether a URL may lead to this machine.
	 * @param \Closure(string): list<string> $resolve Returns all addresses of a host.
	 * @param string $certificates File with the certificates of the authorities that are trusted.
	 */
	public function __construct(
		private readonly \Closure $is_of_this_machine,
		private readonly \Closure $resolve,
		private readonly string $certificates,
	) {}

	/**
	 * Returns the client of this site.
	 *
	 * @param \Closure(string): bool $is_of_this_machine As above.
	 */
	public static function of_this_site( \Closure $is_of_this_machine ): self {
		return new self( $is_of_this_machine, Dns::of_this_host()->addresses( ... ), ABSPATH . WPINC . '/certificates/ca-bundle.crt' );
	}

	/**
	 * Sends a request.
	 *
	 * @param string       $method  `GET` or `POST`.
	 * @param string       $url     Its URL.
	 * @param list<string> $headers Lines of the header, such as `Accept: application/json`.
	 * @param string|null  $body    Body of a POST.
	 * @param int          $bytes   Largest answer, in bytes.
	 * @param int          $seconds Time for the connection and the answer together.
	 *
	 * @return Fetched An answer with any status.
	 *
	 * @throws FetchFailed If the URL or an address of its host is refused, or there is no complete answer.
	 */
	public function send( string $method, string $url, #[\SensitiveParameter] array $headers, ?string $body, int $bytes, int $seconds ): Fetched {
		if ( ! function_exists( 'curl_init' ) ) {
			throw new FetchFailed( 'fetch_failed', 'PHP has no curl on this site.' );
		}
		[ $host, $port, $addresses ] = $this->target( $url );
		$answer                      = '';
		$keep                        = static function ( string $part ) use ( &$answer ): bool {
			$answer .= $part;
			return true;
		};
		$options                     = [
			CURLOPT_CUSTOMREQUEST => $method,
			CURLOPT_HTTPHEADER    => [ 'Accept-Encoding: identity', 'Expect:', ...$headers ],
		] + ( null === $body ? [] : [ CURLOPT_POSTFIELDS => $body ] );
		[ $status, $lines ]          = ( new CheckedConnection( $url, $host, $port, $addresses, $this->certificates, $seconds ) )->send( $options, $bytes, $keep );
		return new Fetched( $status, $lines, $answer );
	}

	/**
	 * Returns where a request may go.
	 *
	 * @return array{string, int, list<string>} Host, port, and the addresses that may be contacted.
	 *
	 * @throws FetchFailed If the URL or an address of its host is refused.
	 */
	private function target( string $url ): array {
		if ( ( $this->is_of_this_machine )( $url ) ) {
			return [ (string) wp_parse_url( $url, PHP_URL_HOST ), (int) ( wp_parse_url( $url, PHP_URL_PORT ) ?? 80 ), [ '127.0.0.1' ] ];
		}
		$target = PublicUrl::parse( $url );
		if ( $target instanceof Decision ) {
			throw new FetchFailed( (string) $target->reason(), 'The URL cannot be fetched.' ); // phpcs:ignore WordPress.Security.EscapeOutput.ExceptionNotEscaped -- A reason code.
		}
		$addresses = $target->check( ( $this->resolve )( $target->host() ) );
		if ( $addresses instanceof Decision || [] === $addresses ) {
			throw new FetchFailed( 'fetch_address_refused', 'The addresses of the host were refused.' );
		}
		return [ $target->host(), $target->port(), $addresses ];
	}
}

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

	/** Largest header section, in bytes. */
	private const MAX_HEADERS = 32768;

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
		$curl                        = curl_init(); // phpcs:ignore Generic.PHP.ForbiddenFunctions, WordPress.WP.AlternativeFunctions -- WordPress's HTTP functions cannot hold a connection to a checked address.
		$answer                      = '';
		$lines                       = [];
		$read                        = 0;
		$options                     = [
			CURLOPT_URL            => $url,
			CURLOPT_CUSTOMREQUEST  => $method,
			CURLOPT_RESOLVE        => [ "$host:$port:" . implode( ',', array_map( static fn( string $address ): string => str_contains( $address, ':' ) ? "[$address]" : $address, $addresses ) ) ],
			CURLOPT_PROTOCOLS      => str_starts_with( $url, 'https://' ) ? CURLPROTO_HTTPS : CURLPROTO_HTTP,
			CURLOPT_FOLLOWLOCATION => false,
			CURLOPT_PROXY          => '',
			CURLOPT_NOPROXY        => '*',
			CURLOPT_SSL_VERIFYPEER => true,
			CURLOPT_SSL_VERIFYHOST => 2,
			CURLOPT_SSLVERSION     => CURL_SSLVERSION_TLSv1_2,
			CURLOPT_CAINFO         => $this->certificates,
			CURLOPT_FRESH_CONNECT  => true,
			CURLOPT_FORBID_REUSE   => true,
			CURLOPT_CONNECTTIMEOUT => min( 10, $seconds ),
			CURLOPT_TIMEOUT        => $seconds,
			CURLOPT_NOSIGNAL       => true,
			CURLOPT_USERAGENT      => 'Countersign',
			CURLOPT_HTTPHEADER     => [ 'Accept-Encoding: identity', 'Expect:', ...$headers ],
			CURLOPT_HEADERFUNCTION => static function ( \CurlHandle $curl, string $line ) use ( &$lines, &$read ): int {
				$read += strlen( $line );
				if ( str_contains( $line, ':' ) ) {
					[ $name, $value ]                    = explode( ':', $line, 2 );
					$lines[ strtolower( trim( $name ) ) ] = trim( $value );
				}
				return $read > self::MAX_HEADERS ? -1 : strlen( $line );
			},
			CURLOPT_WRITEFUNCTION  => static function ( \CurlHandle $curl, string $part ) use ( &$answer, $bytes ): int {
				$answer .= $part;
				return strlen( $answer ) > $bytes ? -1 : strlen( $part );
			},
		];
		curl_setopt_array( $curl, $options + ( null === $body ? [] : [ CURLOPT_POSTFIELDS => $body ] ) ); // phpcs:ignore WordPress.WP.AlternativeFunctions -- As above.
		$is_done   = true === curl_exec( $curl ); // phpcs:ignore WordPress.WP.AlternativeFunctions -- As above.
		$contacted = (string) curl_getinfo( $curl, CURLINFO_PRIMARY_IP ); // phpcs:ignore WordPress.WP.AlternativeFunctions -- As above.
		if ( '' !== $contacted && ! PublicUrl::isAmong( $contacted, $addresses ) ) {
			throw new FetchFailed( 'fetch_address_refused', 'The connection went to another address than the one that was checked.' );
		}
		if ( ! $is_done ) {
			throw new FetchFailed( 'fetch_failed', self::fault( curl_errno( $curl ), strlen( $answer ) > $bytes ) ); // phpcs:ignore WordPress.WP.AlternativeFunctions, WordPress.Security.EscapeOutput.ExceptionNotEscaped -- As above; a fixed text.
		}
		return new Fetched( (int) curl_getinfo( $curl, CURLINFO_RESPONSE_CODE ), $lines, $answer ); // phpcs:ignore WordPress.WP.AlternativeFunctions -- As above.
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

	/** Returns what went wrong, from curl's error number. Its own text can repeat what the server sent. */
	private static function fault( int $number, bool $is_large ): string {
		return match ( true ) {
			$is_large                            => 'The answer of the server is too large.',
			CURLE_OPERATION_TIMEDOUT === $number => 'The server did not answer in time.',
			CURLE_COULDNT_CONNECT === $number    => 'The server could not be reached.',
			default                              => "The server did not send a complete answer (curl error $number).",
		};
	}
}

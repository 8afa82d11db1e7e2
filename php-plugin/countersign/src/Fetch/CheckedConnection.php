<?php

declare(strict_types=1);

namespace Countersign\Plugin\Fetch;

use Countersign\PublicUrl;

defined( 'ABSPATH' ) || exit;

/**
 * A request of curl over a connection to an address that was checked, and to no other: what every request to the outside world has
 * in common.
 */
final class CheckedConnection {

	/** Largest header section, in bytes. */
	private const MAX_HEADERS = 32768;

	/** The length of the header section so far, in bytes. */
	private int $read = 0;

	/** @var array<string, string> Lower-case header name => value; the last one if a header is repeated. */
	private array $headers = [];

	/**
	 * @param string       $url          The URL of the request.
	 * @param string       $host         Its host.
	 * @param int          $port         Its port.
	 * @param list<string> $addresses    The addresses of the host that may be contacted.
	 * @param string       $certificates File with the certificates of the authorities that are trusted.
	 * @param float        $seconds      Time for the connection and the answer together.
	 */
	public function __construct(
		private readonly string $url,
		private readonly string $host,
		private readonly int $port,
		private readonly array $addresses,
		private readonly string $certificates,
		private readonly float $seconds,
	) {}

	/**
	 * Sends the request.
	 *
	 * @param array<int, mixed>      $options What the request has beside, as options of curl: `CURLOPT_HTTPHEADER`, a body, and what happens
	 *                                        during the transfer.
	 * @param int                    $bytes   Largest answer, in bytes.
	 * @param \Closure(string): bool $keep    Keeps a part of the answer. Returns whether it could.
	 *
	 * @return array{int, array<string, string>} Status and headers of a complete answer.
	 *
	 * @throws FetchFailed If the connection went elsewhere, or there is no complete answer. The text repeats nothing that the server
	 *                     sent.
	 */
	public function send( array $options, int $bytes, \Closure $keep ): array {
		$length = 0;
		$curl   = curl_init(); // phpcs:ignore Generic.PHP.ForbiddenFunctions, WordPress.WP.AlternativeFunctions -- WordPress's HTTP functions cannot hold a connection to a checked address, see PublicFetcher.
		$write  = static function ( \CurlHandle $curl, string $part ) use ( $bytes, $keep, &$length ): int {
			$length += strlen( $part );
			return $length > $bytes || ! $keep( $part ) ? -1 : strlen( $part );
		};
		curl_setopt_array( $curl, $options + $this->options() + [ CURLOPT_WRITEFUNCTION => $write ] ); // phpcs:ignore WordPress.WP.AlternativeFunctions -- As above.
		$is_done   = true === curl_exec( $curl ); // phpcs:ignore WordPress.WP.AlternativeFunctions -- As above.
		$contacted = (string) curl_getinfo( $curl, CURLINFO_PRIMARY_IP ); // phpcs:ignore WordPress.WP.AlternativeFunctions -- As above.
		if ( '' !== $contacted && ! PublicUrl::isAmong( $contacted, $this->addresses ) ) {
			throw new FetchFailed( 'fetch_address_refused', 'The connection went to another address than the one that was checked.' );
		}
		if ( ! $is_done ) {
			throw new FetchFailed( 'fetch_failed', self::fault( curl_errno( $curl ), $length > $bytes || $this->read > self::MAX_HEADERS ) ); // phpcs:ignore WordPress.WP.AlternativeFunctions, WordPress.Security.EscapeOutput.ExceptionNotEscaped -- As above; a fixed text.
		}
		return [ (int) curl_getinfo( $curl, CURLINFO_RESPONSE_CODE ), $this->headers ]; // phpcs:ignore WordPress.WP.AlternativeFunctions -- As above.
	}

	/** @return array<int, mixed> */
	private function options(): array {
		$bracketed = static fn( string $address ): string => str_contains( $address, ':' ) ? "[$address]" : $address;
		return [
			CURLOPT_URL               => $this->url,
			// The only addresses that curl knows for this host and port. It does not ask the DNS.
			CURLOPT_RESOLVE           => [ "$this->host:$this->port:" . implode( ',', array_map( $bracketed, $this->addresses ) ) ],
			CURLOPT_PROTOCOLS         => str_starts_with( $this->url, 'http://' ) ? CURLPROTO_HTTP : CURLPROTO_HTTPS,
			CURLOPT_FOLLOWLOCATION    => false,
			// No proxy either from variables of the environment.
			CURLOPT_PROXY             => '',
			CURLOPT_NOPROXY           => '*',
			CURLOPT_SSL_VERIFYPEER    => true,
			CURLOPT_SSL_VERIFYHOST    => 2,
			CURLOPT_SSLVERSION        => CURL_SSLVERSION_TLSv1_2,
			CURLOPT_CAINFO            => $this->certificates,
			CURLOPT_FRESH_CONNECT     => true,
			CURLOPT_FORBID_REUSE      => true,
			CURLOPT_CONNECTTIMEOUT_MS => (int) ceil( $this->seconds * 1000 ),
			CURLOPT_TIMEOUT_MS        => (int) ceil( $this->seconds * 1000 ),
			CURLOPT_NOSIGNAL          => true,
			CURLOPT_USERAGENT         => 'Countersign',
			CURLOPT_HEADERFUNCTION    => function ( \CurlHandle $curl, string $line ): int {
				$this->read += strlen( $line );
				if ( str_starts_with( $line, 'HTTP/' ) ) {
					$this->headers = [];
				} elseif ( str_contains( $line, ':' ) ) {
					[ $name, $value ]                            = explode( ':', $line, 2 );
					$this->headers[ strtolower( trim( $name ) ) ] = trim( $value );
				}
				return $this->read > self::MAX_HEADERS ? -1 : strlen( $line );
			},
		];
	}

	/** Returns what went wrong, from curl's error number. Its own text can repeat what the server sent. */
	private static function fault( int $number, bool $is_large ): string {
		return match ( true ) {
			$is_large                                 => 'The answer of the server is too large.',
			CURLE_OPERATION_TIMEDOUT === $number      => 'The server did not answer in time.',
			CURLE_COULDNT_CONNECT === $number         => 'The server could not be reached.',
			in_array( $number, [ CURLE_SSL_CACERT, CURLE_SSL_CONNECT_ERROR, CURLE_SSL_PEER_CERTIFICATE, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CACERT_BADFILE ], true ) => 'The certificate of the server is not valid for its name.',
			default                                   => "The server did not send a complete answer (curl error $number).",
		};
	}
}

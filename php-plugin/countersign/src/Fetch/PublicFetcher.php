<?php

declare(strict_types=1);

namespace Countersign\Plugin\Fetch;

use Countersign\Decision;
use Countersign\PublicUrl;

defined( 'ABSPATH' ) || exit;

/**
 * Fetches URLs that strangers choose, from the public internet only.
 *
 * WordPress's HTTP functions check the addresses of a name and then let the HTTP client resolve it again, and they check
 * IPv4 only. Whoever runs the DNS of the name can give another answer the second time (DNS rebinding). Other plugins can
 * also redirect such a request, or turn off the check of the certificate. So this class uses curl itself: it resolves the
 * name once, the extension checks the addresses, curl connects to one of exactly these, and afterwards the address of the
 * connection is checked again. A redirect is another URL, to which all of this applies anew. It sends no cookies and no body,
 * and uses no proxy.
 */
final class PublicFetcher {

	/** How many redirects a download follows. */
	private const MAX_REDIRECTS = 3;

	/** Statuses of a redirect whose target is fetched in the same way. */
	private const REDIRECTS = [ 301, 302, 303, 307, 308 ];

	/** Seconds between two questions whether a download may go on. */
	private const INTERVAL = 1.0;

	/**
	 * @param \Closure(string): ?string $forbidden Returns why this site may not fetch a URL in this way, in one English sentence.
	 * @param \Closure(string): list<string> $resolve Returns all addresses of a host.
	 * @param \Closure(PublicUrl, list<string>): (list<string>|Decision) $check Checks them, as {@see PublicUrl::check()} does.
	 * @param string $certificates File with the certificates of the authorities that are trusted.
	 */
	public function __construct(
		private readonly \Closure $forbidden,
		private readonly \Closure $resolve,
		private readonly \Closure $check,
		private readonly string $certificates,
	) {}

	/** Returns the fetcher of this site: it resolves names in the DNS and trusts the authorities that WordPress trusts. */
	public static function of_this_site(): self {
		return new self(
			self::forbidden( ... ),
			Dns::of_this_host()->addresses( ... ),
			static fn( PublicUrl $url, array $addresses ): array|Decision => $url->check( $addresses ),
			ABSPATH . WPINC . '/certificates/ca-bundle.crt'
		);
	}

	/**
	 * Fetches a URL.
	 *
	 * @param string $url     The URL, untrusted.
	 * @param string $accept  Accepted media types, for the header `Accept`.
	 * @param int    $bytes   Largest body, in bytes.
	 * @param int    $seconds Time for the connection and the answer together.
	 *
	 * @return Fetched An answer with any status. A redirect is not followed.
	 *
	 * @throws FetchFailed If the URL or an address of its host is refused, or there is no complete answer.
	 */
	public function get( string $url, string $accept, int $bytes, int $seconds ): Fetched {
		$body = '';
		$keep = static function ( string $part ) use ( &$body ): bool {
			$body .= $part;
			return true;
		};
		[ $status, $headers ] = $this->send( $url, $accept, $bytes, microtime( true ) + $seconds, $keep, static fn(): bool => true );
		return new Fetched( $status, $headers, $body );
	}

	/**
	 * Fetches a URL into a file, and follows a few redirects. Each of them is checked like the URL itself.
	 *
	 * @param string            $url       As for {@see get()}.
	 * @param string            $accept    As above.
	 * @param int               $bytes     As above.
	 * @param int               $seconds   Time for all requests together.
	 * @param string            $path      The file, which is overwritten.
	 * @param \Closure(): void $may_go_on Asked every second. What it throws ends the download.
	 *
	 * @return Fetched The last answer, with an empty body and the status 200.
	 *
	 * @throws FetchFailed As above, or if the status is another one.
	 */
	public function download( string $url, string $accept, int $bytes, int $seconds, string $path, \Closure $may_go_on ): Fetched {
		$until = microtime( true ) + $seconds;
		$url   = self::written_out( $url );
		for ( $redirects = 0; $redirects <= self::MAX_REDIRECTS; $redirects++ ) {
			$file = fopen( $path, 'wb' ); // phpcs:ignore WordPress.WP.AlternativeFunctions -- A file on this machine.
			if ( false === $file ) {
				throw new FetchFailed( 'fetch_failed', 'The site cannot store the file.' );
			}
			try {
				[ $status, $headers ] = $this->send( $url, $accept, $bytes, $until, static fn( string $part ): bool => fwrite( $file, $part ) === strlen( $part ), $this->every_second( $may_go_on ) ); // phpcs:ignore WordPress.WP.AlternativeFunctions -- As above.
			} finally {
				fclose( $file ); // phpcs:ignore WordPress.WP.AlternativeFunctions -- As above.
			}
			if ( ! in_array( $status, self::REDIRECTS, true ) ) {
				return 200 === $status ? new Fetched( $status, $headers, '' ) : throw new FetchFailed( 'fetch_failed', "The server answered with the status $status." );
			}
			$url = self::written_out( \WP_Http::make_absolute_url( $headers['location'] ?? '', $url ) );
		}
		throw new FetchFailed( 'fetch_failed', 'The server redirects too often.' );
	}

	/** Writes a URL as standards do where people often do not: letters of the world, spaces and quotes after the host, and the case of the host. */
	private static function written_out( string $url ): string {
		if ( ! preg_match( '~^(https://[^/?#\\\\]+)(.*)$~isD', $url, $found ) ) {
			return $url;
		}
		$rest = str_replace( [ ' ', '"', '<', '>' ], [ '%20', '%22', '%3C', '%3E' ], (string) preg_replace_callback( '/[\x80-\xff]/', static fn( array $byte ): string => rawurlencode( $byte[0] ), $found[2] ) );
		return strtolower( $found[1] ) . ( str_starts_with( $rest, '/' ) ? '' : '/' ) . $rest;
	}

	/**
	 * @param \Closure(): void $act
	 *
	 * @return \Closure(): bool Runs the function if a second has passed.
	 */
	private function every_second( \Closure $act ): \Closure {
		$next = 0.0;
		return static function () use ( $act, &$next ): bool {
			if ( microtime( true ) >= $next ) {
				$act();
				$next = microtime( true ) + self::INTERVAL;
			}
			return true;
		};
	}

	/**
	 * Checks a URL.
	 *
	 * @return array{PublicUrl, non-empty-list<string>} The URL and the addresses that may be contacted for it.
	 *
	 * @throws FetchFailed If the URL or an address of its host is refused.
	 */
	private function checked( string $url ): array {
		$target = PublicUrl::parse( $url );
		if ( $target instanceof Decision ) {
			throw new FetchFailed( (string) $target->reason(), 'The URL cannot be fetched.' );
		}
		$fault = ( $this->forbidden )( $url );
		if ( null !== $fault ) {
			throw new FetchFailed( 'fetch_failed', $fault );
		}
		$addresses = ( $this->check )( $target, ( $this->resolve )( $target->host() ) );
		// Without an address of its own, curl would ask the DNS.
		if ( $addresses instanceof Decision || [] === $addresses ) {
			throw new FetchFailed( $addresses instanceof Decision ? (string) $addresses->reason() : 'fetch_address_refused', 'The addresses of the host were refused.' );
		}
		return [ $target, $addresses ];
	}

	/** Tells whether the site's owner forbids such requests, or sends them through a proxy, which would choose the address itself. */
	private static function forbidden( string $url ): ?string {
		$proxy = new \WP_HTTP_Proxy();
		return match ( true ) {
			! function_exists( 'curl_init' )          => 'PHP has no curl on this site.',
			( new \WP_Http() )->block_request( $url ) => 'This site does not send requests to other hosts (WP_HTTP_BLOCK_EXTERNAL). List the host in WP_ACCESSIBLE_HOSTS.',
			$proxy->is_enabled() && $proxy->send_through_proxy( $url ) => 'This site sends requests to other hosts through a proxy (WP_PROXY_HOST). List the host in WP_PROXY_BYPASS_HOSTS.',
			default                                   => null,
		};
	}

	/**
	 * Sends one request.
	 *
	 * @param float                    $until     When the answer must be complete.
	 * @param \Closure(string): bool  $keep      Keeps a part of the body. Returns whether it could.
	 * @param \Closure(): bool        $may_go_on Asked again and again. What it throws ends the request.
	 *
	 * @return array{int, array<string, string>} Status and headers.
	 */
	private function send( string $url, string $accept, int $bytes, float $until, \Closure $keep, \Closure $may_go_on ): array {
		[ $target, $addresses ] = $this->checked( $url );
		$may_go_on();
		/** @var \Throwable|null $stop */
		$stop    = null;
		$options = [
			CURLOPT_HTTPHEADER       => [ 'Accept: ' . $accept, 'Accept-Encoding: identity' ],
			CURLOPT_NOPROGRESS       => false,
			CURLOPT_XFERINFOFUNCTION => static function () use ( $may_go_on, &$stop ): int {
				try {
					return $may_go_on() ? 0 : 1;
				} catch ( \Throwable $error ) {
					// Not through curl.
					$stop = $error;
					return 1;
				}
			},
		];
		try {
			return ( new CheckedConnection( $url, $target->host(), $target->port(), $addresses, $this->certificates, max( 0.001, $until - microtime( true ) ) ) )->send( $options, $bytes, $keep );
		} catch ( FetchFailed $failed ) {
			throw 'fetch_address_refused' === $failed->reason ? $failed : ( $stop ?? $failed ); // phpcs:ignore WordPress.Security.EscapeOutput.ExceptionNotEscaped -- Rethrown.
		}
	}
}

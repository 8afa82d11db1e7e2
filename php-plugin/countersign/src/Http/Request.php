<?php
/**
 * No guard against direct access: this file also loads before WordPress does, and opening it only declares a class.
 *
 * @package Countersign
 */

declare(strict_types=1);

namespace Countersign\Plugin\Http;

/**
 * An HTTP request as the web server received it: raw headers, query and body.
 *
 * WordPress adds slashes to its copies of these values, decodes the body and can lose the Authorization header. The
 * extension verifies the original. This class calls no WordPress function, so that code can use it before WordPress
 * has loaded.
 */
final class Request {

	/**
	 * @param string                $method  HTTP method in upper case.
	 * @param array<string, string> $headers Lower-case header name => value.
	 * @param string                $query   Raw query string, without the question mark.
	 * @param string                $body    Raw body, cut one byte above the limit, so that the extension can tell that it is too large.
	 * @param string                $ip      Address of the client, or '' if it is not known.
	 */
	public function __construct(
		public readonly string $method,
		public readonly array $headers,
		public readonly string $query,
		public readonly string $body,
		public readonly string $ip = '',
	) {}

	/**
	 * Reads the current request.
	 *
	 * @param array<string, mixed> $server   The contents of `$_SERVER` without slashes: `wp_unslash( $_SERVER )` once WordPress has
	 *                                       loaded, `$_SERVER` itself before.
	 * @param int                  $max_body Largest accepted body, in bytes.
	 * @param string               $ip       Address of the client, or '' if it is not known.
	 */
	public static function read( array $server, int $max_body, string $ip = '' ): self {
		$body = file_get_contents( 'php://input', false, null, 0, $max_body + 1 );
		return new self(
			strtoupper( self::value( $server, 'REQUEST_METHOD' ) ),
			self::headers( $server ),
			self::value( $server, 'QUERY_STRING' ),
			false === $body ? '' : $body,
			$ip,
		);
	}

	/**
	 * Returns a header's value, or '' if the request does not have it.
	 *
	 * @param string $name Header name in any case.
	 */
	public function header( string $name ): string {
		return $this->headers[ strtolower( $name ) ] ?? '';
	}

	/**
	 * Returns the address of the peer as the web server reports it, or '' on the command line. The peer can be a proxy.
	 *
	 * @param array<string, mixed> $server The contents of `$_SERVER` without slashes.
	 */
	public static function peer( array $server ): string {
		return self::value( $server, 'REMOTE_ADDR' );
	}

	/**
	 * Returns the headers in which proxies name the address of their peer. Any client can send them too.
	 *
	 * @param array<string, mixed> $server The contents of `$_SERVER` without slashes.
	 *
	 * @return array<string, string> Lower-case header name => value.
	 */
	public static function forwarding( array $server ): array {
		return array_filter(
			[
				'x-forwarded-for' => self::value( $server, 'HTTP_X_FORWARDED_FOR' ),
				'forwarded'       => self::value( $server, 'HTTP_FORWARDED' ),
			],
			static fn( string $value ): bool => '' !== $value
		);
	}

	/**
	 * @param array<string, mixed> $server
	 *
	 * @return array<string, string>
	 */
	private static function headers( array $server ): array {
		$headers = [];
		foreach ( $server as $key => $value ) {
			if ( is_string( $value ) && str_starts_with( (string) $key, 'HTTP_' ) ) {
				$headers[ strtolower( strtr( substr( $key, 5 ), '_', '-' ) ) ] = $value;
			}
		}
		foreach ( [ 'CONTENT_TYPE', 'CONTENT_LENGTH' ] as $key ) {
			if ( '' !== self::value( $server, $key ) ) {
				$headers[ strtolower( strtr( $key, '_', '-' ) ) ] = self::value( $server, $key );
			}
		}
		if ( '' === ( $headers['authorization'] ?? '' ) ) {
			$found = self::authorization( $server );
			if ( '' !== $found ) {
				$headers['authorization'] = $found;
			}
		}
		return $headers;
	}

	/**
	 * Finds the Authorization header where servers put it instead: CGI renames it, offers it only through a function of
	 * its own, or splits Basic credentials into two variables.
	 *
	 * @param array<string, mixed> $server
	 */
	private static function authorization( array $server ): string {
		foreach ( [ 'REDIRECT_HTTP_AUTHORIZATION', 'REDIRECT_REDIRECT_HTTP_AUTHORIZATION' ] as $key ) {
			if ( '' !== self::value( $server, $key ) ) {
				return self::value( $server, $key );
			}
		}
		if ( function_exists( 'apache_request_headers' ) ) {
			foreach ( (array) apache_request_headers() as $name => $value ) {
				if ( 'authorization' === strtolower( (string) $name ) ) {
					return (string) $value;
				}
			}
		}
		if ( isset( $server['PHP_AUTH_USER'] ) ) {
			return 'Basic ' . base64_encode( self::value( $server, 'PHP_AUTH_USER' ) . ':' . self::value( $server, 'PHP_AUTH_PW' ) ); // phpcs:ignore WordPress.PHP.DiscouragedPHPFunctions.obfuscation_base64_encode -- The header as RFC 7617 defines it.
		}
		return '';
	}

	/** @param array<string, mixed> $server */
	private static function value( array $server, string $key ): string {
		return is_string( $server[ $key ] ?? null ) ? $server[ $key ] : '';
	}
}

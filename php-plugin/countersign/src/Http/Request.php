<?php

declare(strict_types=1);

namespace Countersign\Plugin\Http;

/**
 * The request as the web server received it. WordPress has added slashes to its own copies, decoded the body and may
 * have lost the Authorization header on the way: what is judged here is the original.
 */
final class Request {

	/**
	 * @param string                $method  Upper case.
	 * @param array<string, string> $headers Lower-case name => value.
	 * @param string                $query   Raw query string.
	 * @param string                $body    Raw body; cut one byte above the limit, so that the extension sees it is too large.
	 */
	public function __construct(
		public readonly string $method,
		public readonly array $headers,
		public readonly string $query,
		public readonly string $body,
	) {}

	/**
	 * @param int $max_body Bytes of the body to accept.
	 */
	public static function current( int $max_body ): self {
		$body = file_get_contents( 'php://input', false, null, 0, $max_body + 1 );
		return new self(
			strtoupper( self::server( 'REQUEST_METHOD' ) ),
			self::headers(),
			self::server( 'QUERY_STRING' ),
			false === $body ? '' : $body,
		);
	}

	public function header( string $name ): string {
		return $this->headers[ strtolower( $name ) ] ?? '';
	}

	/** The peer's address as the web server reports it. Forwarded-for headers are what anybody can write. */
	public static function ip(): string {
		return self::server( 'REMOTE_ADDR' );
	}

	/** @return array<string, string> */
	private static function headers(): array {
		$headers = [];
		foreach ( $_SERVER as $key => $value ) {
			if ( is_string( $value ) && str_starts_with( (string) $key, 'HTTP_' ) ) {
				$headers[ strtolower( strtr( substr( $key, 5 ), '_', '-' ) ) ] = self::server( $key );
			}
		}
		foreach ( [ 'CONTENT_TYPE', 'CONTENT_LENGTH' ] as $key ) {
			if ( '' !== self::server( $key ) ) {
				$headers[ strtolower( strtr( $key, '_', '-' ) ) ] = self::server( $key );
			}
		}
		if ( '' === ( $headers['authorization'] ?? '' ) ) {
			$found = self::authorization();
			if ( '' !== $found ) {
				$headers['authorization'] = $found;
			}
		}
		return $headers;
	}

	/** Where servers hide the Authorization header: CGI passes it on renamed, or only to its own function, or taken apart. */
	private static function authorization(): string {
		foreach ( [ 'REDIRECT_HTTP_AUTHORIZATION', 'REDIRECT_REDIRECT_HTTP_AUTHORIZATION' ] as $key ) {
			if ( '' !== self::server( $key ) ) {
				return self::server( $key );
			}
		}
		if ( function_exists( 'apache_request_headers' ) ) {
			foreach ( (array) apache_request_headers() as $name => $value ) {
				if ( 'authorization' === strtolower( (string) $name ) ) {
					return (string) $value;
				}
			}
		}
		if ( isset( $_SERVER['PHP_AUTH_USER'] ) ) {
			return 'Basic ' . base64_encode( self::server( 'PHP_AUTH_USER' ) . ':' . self::server( 'PHP_AUTH_PW' ) );
		}
		return '';
	}

	/** A value of $_SERVER without the slashes WordPress put in. */
	private static function server( string $key ): string {
		// phpcs:ignore WordPress.Security.ValidatedSanitizedInput -- the raw value is what the extension verifies.
		return isset( $_SERVER[ $key ] ) && is_string( $_SERVER[ $key ] ) ? wp_unslash( $_SERVER[ $key ] ) : '';
	}
}

<?php
/**
 * No guard against direct access: this file also loads before WordPress does, and opening it only declares a class.
 *
 * @package Countersign
 */

declare(strict_types=1);

namespace Countersign\Plugin\Http;

use Countersign\McpReply;
use Countersign\OAuthReply;

/**
 * An HTTP response with an exact status, exact headers and exact bytes. Nothing of WordPress or of another plugin is
 * mixed in. This class calls no WordPress function, so that code can use it before WordPress has loaded.
 */
final class Response {

	/** Headers that keep every cache between the site and the client from storing the response. */
	public const NO_STORE = [
		'Cache-Control'             => 'no-store',
		// The page caches of LiteSpeed and nginx read headers of their own.
		'X-LiteSpeed-Cache-Control' => 'no-cache',
		'X-Accel-Expires'           => '0',
	];

	/** Reason phrases of the statuses that the plugin sends (RFC 9110, section 15). */
	private const PHRASES = [
		200 => 'OK',
		202 => 'Accepted',
		204 => 'No Content',
		302 => 'Found',
		400 => 'Bad Request',
		401 => 'Unauthorized',
		403 => 'Forbidden',
		404 => 'Not Found',
		405 => 'Method Not Allowed',
		406 => 'Not Acceptable',
		409 => 'Conflict',
		410 => 'Gone',
		413 => 'Content Too Large',
		415 => 'Unsupported Media Type',
		421 => 'Misdirected Request',
		429 => 'Too Many Requests',
		500 => 'Internal Server Error',
		503 => 'Service Unavailable',
	];

	/**
	 * @param int                   $status  HTTP status code.
	 * @param array<string, string> $headers Header name => value.
	 * @param string                $body    Body, sent byte for byte.
	 */
	public function __construct(
		public readonly int $status,
		public readonly array $headers = [],
		public readonly string $body = '',
	) {}

	/** Returns the response that the extension computed. */
	public static function of( McpReply|OAuthReply $reply ): self {
		return new self( $reply->status(), $reply->headers(), $reply->body() );
	}

	/**
	 * Returns a 503 that asks the client to try again after a minute.
	 *
	 * @param string $json Body, as JSON.
	 */
	public static function unavailable( string $json ): self {
		return new self(
			503,
			[
				'Content-Type' => 'application/json',
				'Retry-After'  => '60',
			] + self::NO_STORE,
			$json
		);
	}

	/**
	 * Returns the response with further headers.
	 *
	 * @param array<string, string> $headers Header name => value; replaces headers of the same name.
	 */
	public function with( array $headers ): self {
		return new self( $this->status, array_merge( $this->headers, $headers ), $this->body );
	}

	/**
	 * Sets the status line. To be called after all headers are set, since `WWW-Authenticate` and `Location` make PHP
	 * change the status. Sends the whole line, since `http_response_code()` does not replace a line set by other code.
	 *
	 * @param int $status HTTP status code.
	 */
	public static function status( int $status ): void {
		$protocol = $_SERVER['SERVER_PROTOCOL'] ?? ''; // phpcs:ignore WordPress.Security.ValidatedSanitizedInput -- Compared with a fixed list.
		if ( ! in_array( $protocol, [ 'HTTP/1.1', 'HTTP/2', 'HTTP/2.0', 'HTTP/3' ], true ) ) {
			$protocol = 'HTTP/1.0';
		}
		header( rtrim( sprintf( '%s %d %s', $protocol, $status, self::PHRASES[ $status ] ?? '' ) ), true, $status );
	}

	/** Sends the response and ends the request. */
	public function send(): never {
		$this->write();
		exit;
	}

	/**
	 * Sends the response and goes on: for a shutdown function, in which `exit` would keep all others from running.
	 */
	public function write(): void {
		while ( ob_get_level() > 0 && ob_end_clean() ) {
			continue;
		}
		if ( ! headers_sent() ) {
			// Other code may have set cookies, CORS or link headers, which do not belong to this response.
			header_remove();
			foreach ( $this->headers as $name => $value ) {
				header( $name . ': ' . $value );
			}
			self::status( $this->status );
		}
		echo $this->body; // phpcs:ignore WordPress.Security.EscapeOutput -- JSON, server-sent events, or a page whose parts are escaped.
	}
}

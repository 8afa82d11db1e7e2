<?php

declare(strict_types=1);

namespace Countersign\Plugin\Http;

use Countersign\McpReply;
use Countersign\OAuthReply;
use Countersign\Plugin\Site\Json;

/** An answer with exact status, headers and bytes: nothing of WordPress or of another plugin is mixed in. */
final class Response {

	/** What no cache between here and the client may keep. */
	public const NO_STORE = [
		'Cache-Control'             => 'no-store',
		// LiteSpeed's and nginx's own page caches.
		'X-LiteSpeed-Cache-Control' => 'no-cache',
		'X-Accel-Expires'           => '0',
	];

	/**
	 * @param array<string, string> $headers
	 */
	public function __construct(
		public readonly int $status,
		public readonly array $headers = [],
		public readonly string $body = '',
	) {}

	/** What the extension answers. */
	public static function of( McpReply|OAuthReply $reply ): self {
		return new self( $reply->status(), $reply->headers(), $reply->body() );
	}

	/**
	 * JSON that says why nothing is served.
	 *
	 * @param string $reason  Stable reason code.
	 * @param string $message One sentence for a person.
	 */
	public static function unavailable( string $reason, string $message ): self {
		return new self(
			503,
			[
				'Content-Type' => 'application/json',
				'Retry-After'  => '60',
			] + self::NO_STORE,
			Json::encode(
				[
					'error'             => 'temporarily_unavailable',
					'error_description' => $message,
					'reason'            => $reason,
				]
			)
		);
	}

	/** @param array<string, string> $headers Added, or put in place of those of the same name. */
	public function with( array $headers ): self {
		return new self( $this->status, array_merge( $this->headers, $headers ), $this->body );
	}

	/**
	 * Sets the status: after the headers, since `WWW-Authenticate` and `Location` make PHP set one of its own; and as a
	 * whole line, since http_response_code() does not replace a line that somebody else has set.
	 */
	public static function status( int $status ): void {
		header( sprintf( '%s %d %s', wp_get_server_protocol(), $status, get_status_header_desc( $status ) ), true, $status );
	}

	/** Sends it and ends the request. */
	public function send(): never {
		while ( ob_get_level() > 0 && ob_end_clean() ) {
			continue;
		}
		if ( ! headers_sent() ) {
			// Cookies, CORS and link headers that others have set do not belong to this answer.
			header_remove();
			foreach ( $this->headers as $name => $value ) {
				header( $name . ': ' . $value );
			}
			self::status( $this->status );
		}
		echo $this->body; // phpcs:ignore WordPress.Security.EscapeOutput -- JSON or events, never HTML.
		exit;
	}
}

<?php

declare(strict_types=1);

namespace Countersign\Plugin\Fetch;

defined( 'ABSPATH' ) || exit;

/** The answer of a server on the public internet. Untrusted. */
final class Fetched {

	/**
	 * @param int                   $status  HTTP status. A redirect was not followed.
	 * @param array<string, string> $headers Lower-case header name => value; the last one if a header is repeated.
	 * @param string                $body    The body as it was sent.
	 */
	public function __construct(
		public readonly int $status,
		public readonly array $headers,
		public readonly string $body,
	) {}

	/** Returns the media type in lower case, such as `application/json`, without parameters; '' if there is none. */
	public function type(): string {
		return strtolower( trim( explode( ';', $this->headers['content-type'] ?? '', 2 )[0] ) );
	}
}

<?php

declare(strict_types=1);

namespace Countersign\Tests;

/** An HTTP response as received. */
final class Answer {

	/** @param list<array{string, string}> $headers Lower-case name and value, in the order they came. */
	public function __construct(
		public readonly int $status,
		public readonly array $headers,
		public readonly string $body,
	) {}

	/** Returns the value of a header, or null if it is missing. Throws if the response has it twice. */
	public function header( string $name ): ?string {
		$values = array_values( array_filter( $this->headers, static fn( array $header ): bool => strtolower( $name ) === $header[0] ) );
		if ( count( $values ) > 1 ) {
			throw new \LogicException( "the header $name came twice" );
		}
		return $values[0][1] ?? null;
	}

	/** @return list<string> */
	public function header_names(): array {
		return array_column( $this->headers, 0 );
	}

	/** @return array<array-key, mixed> */
	public function json(): array {
		$value = json_decode( $this->body, true );
		if ( ! is_array( $value ) ) {
			throw new \UnexpectedValueException( "HTTP $this->status, not JSON: " . substr( $this->body, 0, 500 ) );
		}
		return $value;
	}

	/** Returns the reason code of a JSON-RPC error, a tool's result or an OAuth error, or null. */
	public function reason(): ?string {
		$json = $this->json();
		return $json['error']['data']['reason'] ?? $json['result']['_meta']['countersign/reason'] ?? $json['reason'] ?? null;
	}

	/** Returns the structured content of a successful tool call. Throws for any other response. */
	public function content(): array {
		$result = $this->json()['result'] ?? null;
		if ( 200 !== $this->status || ! is_array( $result ) || ! empty( $result['isError'] ) || ! isset( $result['structuredContent'] ) ) {
			throw new \UnexpectedValueException( "no success: HTTP $this->status " . substr( $this->body, 0, 1000 ) );
		}
		return $result['structuredContent'];
	}
}

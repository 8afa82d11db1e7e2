<?php

declare(strict_types=1);

namespace Countersign\Tests;

/** A request that is prepared or running. */
final class Pending {

	public readonly \CurlHandle $handle;

	/** @var list<array{string, string}> */
	private array $headers = [];

	/** @param array<string, string> $headers */
	public function __construct( string $method, string $url, array $headers = [], ?string $body = null, ?string $jar = null ) {
		$this->handle = curl_init( $url );
		$lines        = [ 'Expect:' ];
		foreach ( $headers as $name => $value ) {
			$lines[] = "$name: $value";
		}
		curl_setopt_array(
			$this->handle,
			[
				CURLOPT_CUSTOMREQUEST  => $method,
				CURLOPT_NOBODY         => 'HEAD' === $method,
				CURLOPT_RETURNTRANSFER => true,
				CURLOPT_FOLLOWLOCATION => false,
				CURLOPT_TIMEOUT        => 60,
				CURLOPT_HTTPHEADER     => $lines,
				CURLOPT_PROXY          => '',
				CURLOPT_HEADERFUNCTION => function ( $handle, string $line ): int {
					if ( str_starts_with( $line, 'HTTP/' ) ) {
						$this->headers = [];
					} elseif ( str_contains( $line, ':' ) ) {
						[ $name, $value ] = explode( ':', $line, 2 );
						$this->headers[]  = [ strtolower( trim( $name ) ), trim( $value ) ];
					}
					return strlen( $line );
				},
			]
		);
		if ( null !== $body ) {
			curl_setopt( $this->handle, CURLOPT_POSTFIELDS, $body );
		}
		if ( null !== $jar ) {
			curl_setopt( $this->handle, CURLOPT_COOKIEJAR, $jar );
			curl_setopt( $this->handle, CURLOPT_COOKIEFILE, $jar );
		}
	}

	/** Sends the request from another IP address of this machine. */
	public function from( string $address ): self {
		curl_setopt( $this->handle, CURLOPT_INTERFACE, $address );
		return $this;
	}

	public function answer(): Answer {
		$status = curl_getinfo( $this->handle, CURLINFO_RESPONSE_CODE );
		if ( 0 === $status ) {
			throw new \RuntimeException( 'no answer from ' . curl_getinfo( $this->handle, CURLINFO_EFFECTIVE_URL ) . ' ' . curl_error( $this->handle ) );
		}
		// Writes cookies to their file now, and not when the handle is freed.
		curl_setopt( $this->handle, CURLOPT_COOKIELIST, 'FLUSH' );
		return new Answer( $status, $this->headers, (string) curl_multi_getcontent( $this->handle ) );
	}
}

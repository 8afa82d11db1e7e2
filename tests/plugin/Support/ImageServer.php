<?php

declare(strict_types=1);

namespace Countersign\Tests;

/** A provider of images on this machine: `fixtures/image-provider.php` in PHP's own web server. */
final class ImageServer {

	public readonly string $url;

	private readonly string $requests;

	/** @var resource */
	private $process;

	/** Starts the server. @param string $key The key that it accepts. */
	public function __construct( public readonly string $key ) {
		$socket = stream_socket_server( 'tcp://127.0.0.1:0' );
		$name   = (string) stream_socket_get_name( $socket, false );
		fclose( $socket );
		$this->url      = "http://$name";
		$this->requests = (string) tempnam( sys_get_temp_dir(), 'images' );
		$null           = [ 'file', '/dev/null', 'r+' ];
		$this->process  = proc_open( [ PHP_BINARY, '-S', $name, dirname( __DIR__ ) . '/fixtures/image-provider.php' ], [ $null, $null, $null ], $pipes, null, [ 'REQUESTS' => $this->requests, 'KEY' => $key ] );
		for ( $tries = 0; $tries < 200 && ! @fsockopen( '127.0.0.1', (int) parse_url( $this->url, PHP_URL_PORT ) ); $tries++ ) {
			usleep( 25000 );
		}
	}

	/** Ends the server. */
	public function stop(): void {
		proc_terminate( $this->process );
		proc_close( $this->process );
		unlink( $this->requests );
	}

	/** Returns the requests since the last call, and forgets them. @return list<array{method: string, uri: string, authorization: string, body: string}> */
	public function requests(): array {
		$lines = file( $this->requests, FILE_IGNORE_NEW_LINES | FILE_SKIP_EMPTY_LINES ) ?: [];
		file_put_contents( $this->requests, '' );
		return array_map( static fn( string $line ): array => json_decode( $line, true ), $lines );
	}
}

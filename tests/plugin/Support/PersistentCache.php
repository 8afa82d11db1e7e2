<?php

declare(strict_types=1);

namespace Countersign\Tests;

/**
 * A persistent object cache of the site: a Redis of its own, and WordPress's drop-in for it. All processes that start later share
 * it. This process does not, because it has loaded WordPress before.
 */
final class PersistentCache {

	private readonly string $folder;

	/** @var resource */
	private $server;

	/** @var resource|null The connection of the test. */
	private $link = null;

	public function __construct() {
		// The path of a socket is limited to 107 bytes.
		$this->folder = '/tmp/countersign-cache-' . bin2hex( random_bytes( 6 ) );
		mkdir( $this->folder, 0700 );
		$this->start();
		$code = (string) file_get_contents( dirname( __DIR__ ) . '/fixtures/object-cache.php' );
		file_put_contents( self::drop_in(), str_replace( '@SOCKET@', $this->socket(), $code ) );
	}

	/** Starts the server, and waits until it answers. */
	public function start(): void {
		$this->server = proc_open(
			[ 'redis-server', '--port', '0', '--unixsocket', $this->socket(), '--save', '', '--dir', $this->folder ],
			[ [ 'file', '/dev/null', 'r' ], [ 'file', '/dev/null', 'w' ], [ 'file', '/dev/null', 'w' ] ],
			$pipes
		);
		$until        = microtime( true ) + 20;
		do {
			$this->link = @stream_socket_client( 'unix://' . $this->socket(), $code, $text, 1 ) ?: null;
			if ( null === $this->link ) {
				usleep( 10000 );
			}
		} while ( null === $this->link && microtime( true ) < $until );
		if ( null === $this->link ) {
			throw new \RuntimeException( 'Redis has not started' );
		}
	}

	/** Stops the server. Everything in it is lost. */
	public function stop(): void {
		fclose( $this->link );
		proc_terminate( $this->server );
		proc_close( $this->server );
	}

	/** Takes the drop-in away and stops the server. */
	public function remove(): void {
		unlink( self::drop_in() );
		$this->stop();
		array_map( unlink( ... ), glob( "$this->folder/*" ) ?: [] );
		rmdir( $this->folder );
	}

	public function flush(): void {
		$this->ask( 'FLUSHALL' );
	}

	/** Returns everything that is cached. @return array<string, string> Key => serialized value. */
	public function dump(): array {
		$all = [];
		foreach ( $this->ask( 'KEYS', '*' ) as $key ) {
			$all[ $key ] = $this->ask( 'GET', $key );
		}
		return array_filter( $all, is_string( ... ) );
	}

	/** Puts back what was cached earlier, and nothing else. @param array<string, string> $all As {@see dump()} returned it. */
	public function restore( array $all ): void {
		$this->flush();
		foreach ( $all as $key => $value ) {
			$this->ask( 'SET', $key, $value );
		}
	}

	/** Returns a cached value, or null. */
	public function get( string $key ): mixed {
		$text = $this->ask( 'GET', $key );
		return null === $text ? null : unserialize( $text );
	}

	public function set( string $key, mixed $value ): void {
		$this->ask( 'SET', $key, serialize( $value ) );
	}

	private static function drop_in(): string {
		return WP_CONTENT_DIR . '/object-cache.php';
	}

	private function socket(): string {
		return "$this->folder/redis";
	}

	/** @return string|list<string>|null */
	private function ask( string ...$command ): string|array|null {
		$text = '*' . count( $command ) . "\r\n";
		foreach ( $command as $part ) {
			$text .= '$' . strlen( $part ) . "\r\n$part\r\n";
		}
		fwrite( $this->link, $text );
		return $this->answer();
	}

	/** @return string|list<string>|null */
	private function answer(): string|array|null {
		$line = rtrim( (string) fgets( $this->link ) );
		$size = (int) substr( $line, 1 );
		return match ( $line[0] ?? '' ) {
			'+', ':' => substr( $line, 1 ),
			'$'      => $size < 0 ? null : substr( (string) stream_get_contents( $this->link, $size + 2 ), 0, $size ),
			'*'      => array_map( fn(): string|array|null => $this->answer(), $size > 0 ? range( 1, $size ) : [] ),
			default  => throw new \RuntimeException( "Redis says: $line" ),
		};
	}
}

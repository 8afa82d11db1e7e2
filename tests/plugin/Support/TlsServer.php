<?php

declare(strict_types=1);

namespace Countersign\Tests;

/** A web server with TLS on an address of this machine and a free port, in a process of its own. See fixtures/tls-server.php. */
final class TlsServer {

	public readonly int $port;

	/** @var resource */
	private $process;

	private readonly string $log;

	private function __construct( string $address, string $certificate, string $other ) {
		$this->log     = tempnam( Site::folder() . '/tmp', 'tls' );
		$this->process = proc_open( [ PHP_BINARY, dirname( __DIR__ ) . '/fixtures/tls-server.php', $address, $certificate, $other, $this->log ], [ 1 => [ 'pipe', 'w' ] ], $pipes );
		$this->port    = (int) fgets( $pipes[1] );
		if ( 0 === $this->port ) {
			throw new \RuntimeException( "no server on $address" );
		}
	}

	/**
	 * Starts a server. It shows a certificate for `client.example` to clients that ask for it, and one for `other.example` to
	 * all others.
	 */
	public static function on( string $address ): self {
		return new self( $address, self::certificate( 'client.example' ), self::certificate( 'other.example' ) );
	}

	/** Returns the file of a self-signed certificate with its key. A client that trusts the file trusts the certificate. */
	public static function certificate( string $name ): string {
		$file = Site::folder() . "/tmp/$name.pem";
		if ( ! is_file( $file ) ) {
			$config = "$file.cnf";
			file_put_contents( $config, "[req]\ndistinguished_name=dn\nx509_extensions=ext\n[dn]\n[ext]\nsubjectAltName=DNS:$name\nbasicConstraints=CA:TRUE\n" );
			$options = [ 'config' => $config, 'digest_alg' => 'sha256', 'private_key_bits' => 2048, 'private_key_type' => OPENSSL_KEYTYPE_EC, 'curve_name' => 'prime256v1', 'x509_extensions' => 'ext' ];
			$key     = openssl_pkey_new( $options );
			$request = openssl_csr_new( [ 'commonName' => $name ], $key, $options );
			openssl_x509_export( openssl_csr_sign( $request, null, $key, 2, $options ), $text );
			openssl_pkey_export( $key, $secret, null, $options );
			file_put_contents( $file, $text . $secret );
		}
		return $file;
	}

	/** Returns what the server saw: a request line and host for each request, or a failed handshake. @return list<array<string, string>> */
	public function seen(): array {
		return array_map( static fn( string $line ): array => json_decode( $line, true, 4, JSON_THROW_ON_ERROR ), file( $this->log, FILE_IGNORE_NEW_LINES | FILE_SKIP_EMPTY_LINES ) );
	}

	public function stop(): void {
		proc_terminate( $this->process );
		proc_close( $this->process );
	}
}

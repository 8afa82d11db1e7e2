<?php
/** AES-256-CBC with encrypt-then-MAC as typical PHP code, with separate keys and the name of the record authenticated. */

declare(strict_types=1);

final class Sealed {

	private readonly string $encrypt;

	private readonly string $authenticate;

	public function __construct( string $material ) {
		$this->encrypt      = hash_hkdf( 'sha256', $material, 32, 'encrypt' );
		$this->authenticate = hash_hkdf( 'sha256', $material, 32, 'authenticate' );
	}

	public function seal( string $name, string $secret ): string {
		$iv     = random_bytes( 16 );
		$sealed = $iv . openssl_encrypt( $secret, 'aes-256-cbc', $this->encrypt, OPENSSL_RAW_DATA, $iv );
		return base64_encode( $sealed . hash_hmac( 'sha256', $name . "\0" . $sealed, $this->authenticate, true ) );
	}

	public function open( string $name, string $text ): string|false {
		$bytes = base64_decode( $text, true );
		if ( false === $bytes || strlen( $bytes ) < 64 ) {
			return false;
		}
		$sealed = substr( $bytes, 0, -32 );
		if ( ! hash_equals( hash_hmac( 'sha256', $name . "\0" . $sealed, $this->authenticate, true ), substr( $bytes, -32 ) ) ) {
			return false;
		}
		return openssl_decrypt( substr( $sealed, 16 ), 'aes-256-cbc', $this->encrypt, OPENSSL_RAW_DATA, substr( $sealed, 0, 16 ) );
	}
}

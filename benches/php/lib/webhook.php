<?php
/**
 * A signed request with replay protection as typical PHP code: JSON, an HMAC over the exact bytes, times, and a nonce that
 * is the primary key of a database row, so that it is accepted once.
 */

declare(strict_types=1);

final class Webhook {

	private readonly mysqli_stmt $insert;

	public function __construct( private readonly string $key, private readonly mysqli $database ) {
		$database->query( 'CREATE TABLE nonces (nonce BINARY(16) PRIMARY KEY, expires INT UNSIGNED NOT NULL, KEY (expires)) ENGINE=InnoDB' );
		$this->insert = $database->prepare( 'INSERT INTO nonces (nonce, expires) VALUES (?, ?)' );
	}

	/** @return array{string, string} Body and signature. */
	public function sign( string $type, string $payload ): array {
		$now  = time();
		$body = json_encode(
			array(
				'action'  => bin2hex( random_bytes( 16 ) ),
				'site'    => '0123456789abcdef',
				'type'    => $type,
				'issued'  => $now,
				'expires' => $now + 300,
				'nonce'   => bin2hex( random_bytes( 16 ) ),
				'payload' => json_decode( $payload, true, 16, JSON_THROW_ON_ERROR ),
			),
			JSON_THROW_ON_ERROR
		);
		return array( $body, hash_hmac( 'sha256', $body, $this->key ) );
	}

	/** @return array<string, mixed>|string The signed content, or the reason of the refusal. */
	public function verify( string $body, string $signature ): array|string {
		if ( ! hash_equals( hash_hmac( 'sha256', $body, $this->key ), $signature ) ) {
			return 'forged';
		}
		$action = json_decode( $body, true, 16 );
		if ( ! is_array( $action ) || '0123456789abcdef' !== ( $action['site'] ?? null ) ) {
			return 'malformed';
		}
		$now     = time();
		$issued  = (int) ( $action['issued'] ?? 0 );
		$expires = (int) ( $action['expires'] ?? 0 );
		if ( $issued > $now + 30 || $expires < $now || $expires - $issued > 300 ) {
			return 'time';
		}
		$nonce = hex2bin( (string) ( $action['nonce'] ?? '' ) );
		$until = $expires + 900;
		try {
			$this->insert->bind_param( 'si', $nonce, $until );
			$this->insert->execute();
		} catch ( mysqli_sql_exception $e ) {
			return 1062 === $e->getCode() ? 'replayed' : 'unavailable';
		}
		return $action;
	}
}

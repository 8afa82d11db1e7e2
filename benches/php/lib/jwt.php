<?php
/**
 * HS256 JWTs (RFC 7519) as the usual PHP libraries implement them. Key id, algorithm, key length, kind, times, issuer and
 * audience are checked, and the claims are returned as a typed object.
 */

declare(strict_types=1);

final class JwtClaims {

	public function __construct(
		public readonly string $kind,
		public readonly string $id,
		public readonly int $subject,
		public readonly int $epoch,
		public readonly int $issued_at,
		public readonly int $expires_at
	) {}
}

final class Jwt {

	/** @param array<string, string> $keys By id. The first signs; the others only verify. */
	public function __construct( private readonly array $keys, private readonly string $issuer ) {
		foreach ( $keys as $key ) {
			must( strlen( $key ) >= 32 );
		}
	}

	public function issue( string $kind, string $audience, int $subject, int $lifetime ): string {
		$now    = time();
		$id     = array_key_first( $this->keys );
		$signed = $this->encode( json_encode( array( 'typ' => 'JWT', 'alg' => 'HS256', 'kid' => $id ), JSON_THROW_ON_ERROR ) ) . '.' . $this->encode(
			json_encode(
				array(
					'use'   => $kind,
					'iss'   => $this->issuer,
					'aud'   => $audience,
					'sub'   => (string) $subject,
					'iat'   => $now,
					'nbf'   => $now,
					'exp'   => $now + $lifetime,
					'jti'   => bin2hex( random_bytes( 12 ) ),
					'epoch' => 0,
				),
				JSON_THROW_ON_ERROR
			)
		);
		return $signed . '.' . $this->encode( hash_hmac( 'sha256', $signed, $this->keys[ $id ], true ) );
	}

	/** @return JwtClaims|string The claims, or the reason of the refusal. */
	public function verify( string $kind, string $token, string $audience ): JwtClaims|string {
		$parts = explode( '.', $token );
		if ( 3 !== count( $parts ) ) {
			return 'malformed';
		}
		$header    = json_decode( (string) $this->decode( $parts[0] ), true, 4 );
		$claims    = json_decode( (string) $this->decode( $parts[1] ), true, 16 );
		$signature = $this->decode( $parts[2] );
		if ( ! is_array( $header ) || ! is_array( $claims ) || ! is_string( $signature ) ) {
			return 'malformed';
		}
		if ( 'HS256' !== ( $header['alg'] ?? null ) ) {
			return 'algorithm';
		}
		$id  = $header['kid'] ?? null;
		$key = is_string( $id ) ? ( $this->keys[ $id ] ?? null ) : null;
		if ( null === $key ) {
			return 'key';
		}
		if ( ! hash_equals( hash_hmac( 'sha256', $parts[0] . '.' . $parts[1], $key, true ), $signature ) ) {
			return 'forged';
		}
		$now = time();
		foreach ( array( 'nbf', 'iat' ) as $claim ) {
			if ( ! is_int( $claims[ $claim ] ?? null ) || $claims[ $claim ] > $now + 30 ) {
				return 'early';
			}
		}
		if ( ! is_int( $claims['exp'] ?? null ) || $now >= $claims['exp'] ) {
			return 'expired';
		}
		if ( $this->issuer !== ( $claims['iss'] ?? null ) || $audience !== ( $claims['aud'] ?? null ) ) {
			return 'audience';
		}
		if ( $kind !== ( $claims['use'] ?? null ) ) {
			return 'kind';
		}
		$subject = $claims['sub'] ?? null;
		if ( ! is_string( $subject ) || ! ctype_digit( $subject ) || ! is_string( $claims['jti'] ?? null ) || ! is_int( $claims['epoch'] ?? null ) ) {
			return 'malformed';
		}
		return new JwtClaims( $kind, $claims['jti'], (int) $subject, $claims['epoch'], $claims['iat'], $claims['exp'] );
	}

	private function encode( string $bytes ): string {
		return rtrim( strtr( base64_encode( $bytes ), '+/', '-_' ), '=' );
	}

	private function decode( string $text ): string|false {
		$missing = strlen( $text ) % 4;
		if ( $missing > 0 ) {
			$text .= str_repeat( '=', 4 - $missing );
		}
		return base64_decode( strtr( $text, '-_', '+/' ), true );
	}
}

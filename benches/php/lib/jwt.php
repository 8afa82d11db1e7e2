<?php
/**
 * HS256 JWTs (RFC 7519) as the usual PHP libraries make and check them: header, claims, signature; algorithm, key
 * length, times, issuer and audience checked.
 */

declare(strict_types=1);

final class Jwt {

	public function __construct( private readonly string $key, private readonly string $issuer ) {
		must( strlen( $key ) >= 32 );
	}

	public function issue( string $audience, int $subject, int $lifetime ): string {
		$now    = time();
		$signed = $this->encode( json_encode( array( 'typ' => 'JWT', 'alg' => 'HS256', 'kid' => 'k1' ), JSON_THROW_ON_ERROR ) ) . '.' . $this->encode(
			json_encode(
				array(
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
		return $signed . '.' . $this->encode( hash_hmac( 'sha256', $signed, $this->key, true ) );
	}

	/** @return array<string, mixed>|string The claims, or why not. */
	public function verify( string $token, string $audience ): array|string {
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
		if ( 'HS256' !== ( $header['alg'] ?? null ) || 'k1' !== ( $header['kid'] ?? null ) ) {
			return 'algorithm';
		}
		if ( ! hash_equals( hash_hmac( 'sha256', $parts[0] . '.' . $parts[1], $this->key, true ), $signature ) ) {
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
		return $claims;
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

<?php

declare(strict_types=1);

namespace Countersign\Tests\Doors;

use Countersign\Plugin\Site\Urls;
use Countersign\Tests\Http;
use Countersign\Tests\Neighbours;
use Countersign\Tests\TestCase;

/** The metadata documents beside other plugins that answer well-known addresses. */
final class WellKnownTest extends TestCase {

	private const ISSUER = '/wp-json/countersign/v1';

	private static function issuer( string $path ): ?string {
		$answer = Http::get( home_url( $path ) );
		return 200 === $answer->status ? $answer->json()['issuer'] ?? null : null;
	}

	public function test_another_server_keeps_the_addresses_that_all_share(): void {
		Neighbours::with(
			function (): void {
				foreach ( [ '/.well-known/oauth-authorization-server', '/.well-known/oauth-protected-resource' ] as $path ) {
					self::assertSame( 'https://other.example', self::issuer( $path ), $path );
				}
				self::assertSame( Urls::issuer(), self::issuer( '/.well-known/oauth-authorization-server' . self::ISSUER ) );
				self::assertSame( Urls::mcp(), Http::get( home_url( '/.well-known/oauth-protected-resource' . self::ISSUER . '/mcp' ) )->json()['resource'] );
			},
			'bare_documents'
		);
	}

	public function test_a_server_that_answers_every_such_address_does_not_get_ours(): void {
		Neighbours::with(
			function (): void {
				foreach ( [ '/.well-known/oauth-authorization-server', '/.well-known/oauth-authorization-server/elsewhere' ] as $path ) {
					self::assertSame( 'https://other.example', self::issuer( $path ), $path );
				}
				foreach ( [ '/.well-known/oauth-authorization-server' . self::ISSUER, '/.well-known/openid-configuration' . self::ISSUER, self::ISSUER . '/.well-known/openid-configuration' ] as $path ) {
					self::assertSame( Urls::issuer(), self::issuer( $path ), $path );
				}
			},
			'all_documents'
		);
	}

	public function test_where_no_well_known_address_reaches_wordpress_the_issuer_still_has_one(): void {
		Neighbours::with(
			function (): void {
				foreach ( [ '/.well-known/oauth-authorization-server' . self::ISSUER, '/.well-known/openid-configuration' . self::ISSUER ] as $path ) {
					self::assertSame( 404, Http::get( home_url( $path ) )->status, $path );
				}
				$document = Http::get( home_url( self::ISSUER . '/.well-known/openid-configuration' ) )->json();
				self::assertSame( Urls::issuer(), $document['issuer'] );
				// Parsers of OpenID configurations require these.
				self::assertSame( [ Urls::issuer() . '/.well-known/jwks.json', [ 'public' ], [ 'RS256' ] ], [ $document['jwks_uri'], $document['subject_types_supported'], $document['id_token_signing_alg_values_supported'] ] );
			},
			'no_documents'
		);
	}

	public function test_bare_addresses_are_left_to_another_mcp_server(): void {
		$bare = [ '/.well-known/oauth-protected-resource', '/.well-known/oauth-authorization-server', '/.well-known/openid-configuration' ];
		foreach ( $bare as $path ) {
			self::assertSame( 200, Http::get( home_url( $path ) )->status, $path );
		}
		Neighbours::with(
			function () use ( $bare ): void {
				foreach ( $bare as $path ) {
					self::assertSame( 404, Http::get( home_url( $path ) )->status, $path );
				}
				foreach ( [ '/.well-known/oauth-protected-resource' . self::ISSUER . '/mcp', self::ISSUER . '/resource-metadata', '/.well-known/oauth-authorization-server' . self::ISSUER, self::ISSUER . '/.well-known/openid-configuration' ] as $path ) {
					self::assertSame( 200, Http::get( home_url( $path ) )->status, $path );
				}
			},
			'mcp_adapter'
		);
	}

	public function test_a_filter_decides_about_bare_addresses(): void {
		Neighbours::with( fn() => self::assertSame( 404, Http::get( home_url( '/.well-known/oauth-protected-resource' ) )->status ), 'bare_answer_off' );
		Neighbours::with( fn() => self::assertSame( 200, Http::get( home_url( '/.well-known/oauth-protected-resource' ) )->status ), 'mcp_adapter', 'bare_answer_on' );
	}
}

<?php
/**
 * Who: V, anybody on the internet.
 * Has: a site that takes its address from the `Host` header of each request, as some do in `wp-config.php`, or a plugin that does so with filters.
 * Does: asks for every document of the site, and sends an administrator's first requests after an update, with the name of its own host.
 * Gets: no document with its host, and the site keeps its own addresses. Tokens of the site work as before.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Plugin\Site\Identity;
use Countersign\Plugin\Site\Urls;
use Countersign\Tests\Http;
use Countersign\Tests\Neighbours;
use Countersign\Tests\Site;
use Countersign\Tests\StateTest;

/** A request does not choose the address of the site. */
final class IdentityOfRequestTest extends StateTest {

	private const EVIL = [ 'Host' => 'evil.example' ];

	private const DOCUMENTS = [ '/.well-known/oauth-protected-resource', '/.well-known/oauth-authorization-server', '/wp-json/countersign/v1/server-metadata', '/wp-json/countersign/v1/resource-metadata', '/wp-json/countersign/v1/.well-known/openid-configuration' ];

	/** @return array<string, array{string}> */
	public function sites(): array {
		return [
			'the option depends on the request' => [ 'home_of_request' ],
			'filters depend on the request'     => [ 'language_hosts' ],
		];
	}

	/** @dataProvider sites */
	public function test_no_document_names_the_host_of_a_request( string $neighbour ): void {
		$home   = (string) Site::stored( 'home' );
		$agent  = Site::connect( 'editor', 'read_only' );
		$stored = get_option( Identity::OPTION );
		Neighbours::with(
			function () use ( $home, $agent ): void {
				foreach ( self::DOCUMENTS as $path ) {
					$answer = Http::get( $home . $path, self::EVIL );
					self::assertStringNotContainsString( 'evil.example', $answer->body, $path );
					self::assertTrue( 200 === $answer->status || ( 503 === $answer->status && 'no-store' === $answer->header( 'Cache-Control' ) ), $path );
				}
				self::assertStringNotContainsString( 'evil.example', Http::get( "$home/wp-json/countersign/v1/oauth/authorize?x=1", self::EVIL )->body );
				$agent->do( 'whoami' );
			},
			$neighbour
		);
		self::assertSame( $stored, get_option( Identity::OPTION ) );
	}

	public function test_the_first_request_after_an_update_does_not_choose_the_address(): void {
		$home = (string) Site::stored( 'home' );
		Site::plant( Identity::OPTION, null );
		Neighbours::with( fn() => Http::get( "$home/", self::EVIL ), 'home_of_request' );
		self::assertFalse( get_option( Identity::OPTION ) );
		Http::get( "$home/" );
		wp_cache_flush();
		self::assertSame( "$home/wp-json/", get_option( Identity::OPTION )['rest'] );
		self::assertStringStartsWith( $home, Urls::mcp() );
	}
}

<?php

declare(strict_types=1);

namespace Countersign\Tests\Site;

use Countersign\Plugin\Plugin;
use Countersign\Plugin\Site\Identity;
use Countersign\Plugin\Site\Urls;
use Countersign\Tests\Agent;
use Countersign\Tests\Answer;
use Countersign\Tests\AuditTrail;
use Countersign\Tests\Http;
use Countersign\Tests\Neighbours;
use Countersign\Tests\OAuthClient;
use Countersign\Tests\Person;
use Countersign\Tests\Site;
use Countersign\Tests\StateTest;

/** The addresses by which clients know the site stay the same, whatever a request, another plugin or the permalinks say. */
final class IdentityTest extends StateTest {

	protected function tearDown(): void {
		self::permalinks( '/%postname%/' );
		parent::tearDown();
	}

	private static function permalinks( string $structure ): void {
		global $wp_rewrite;
		$wp_rewrite->set_permalink_structure( $structure );
		flush_rewrite_rules( false );
	}

	/** Connects a client and calls a tool with its token, then refreshes the token and calls again. */
	private static function connect_and_call(): void {
		$client = OAuthClient::registered();
		$tokens = $client->tokens( [ 'preset' => 'read_only' ] );
		$id     = OAuthClient::newest();
		( new Agent( $id, $tokens['access_token'] ) )->do( 'whoami' );
		$again = OAuthClient::token( $client->refreshing( $tokens['refresh_token'] ) + [ 'resource' => Urls::mcp() ] );
		self::assertSame( 200, $again->status, $again->body );
		( new Agent( $id, $again->json()['access_token'] ) )->do( 'whoami' );
	}

	private static function document( string $path ): Answer {
		$answer = Http::get( (string) get_option( 'home' ) . $path );
		self::assertSame( 200, $answer->status, "$path: $answer->body" );
		return $answer;
	}

	public function test_the_addresses_are_stored(): void {
		$home = (string) Site::stored( 'home' );
		self::assertSame( [ 'home' => $home, 'rest' => "$home/wp-json/" ], get_option( Identity::OPTION ) );
		self::assertSame( [ "$home/wp-json/countersign/v1/mcp", "$home/wp-json/countersign/v1" ], [ Urls::mcp(), Urls::issuer() ] );
	}

	public function test_a_site_from_before_stores_them_at_the_next_request(): void {
		$agent = Site::connect( 'editor', 'read_only' );
		Site::plant( Identity::OPTION, null );
		Http::get( home_url( '/' ) );
		wp_cache_flush();
		self::assertSame( (string) Site::stored( 'home' ) . '/wp-json/', get_option( Identity::OPTION )['rest'] );
		$agent->do( 'whoami' );
	}

	public function test_the_language_in_the_path_of_a_request_changes_nothing(): void {
		$document = self::document( '/wp-json/countersign/v1/server-metadata' )->body;
		$resource = self::document( '/wp-json/countersign/v1/resource-metadata' )->body;
		$agent    = Site::connect( 'editor', 'read_only' );
		Neighbours::with(
			function () use ( $document, $resource, $agent ): void {
				foreach ( [ '', '/en', '/fr' ] as $language ) {
					self::assertSame( $document, self::document( "$language/wp-json/countersign/v1/server-metadata" )->body );
					self::assertSame( $resource, self::document( "$language/wp-json/countersign/v1/resource-metadata" )->body );
				}
				self::assertSame( $document, self::document( '/wp-json/countersign/v1/server-metadata?lang=fr' )->body );
				foreach ( [ '', '&lang=fr' ] as $language ) {
					$page = Person::of( 'admin' )->get( admin_url( "admin.php?page=countersign&view=connect$language" ) );
					self::assertStringContainsString( 'value="' . Urls::mcp() . '"', $page->body );
				}
				// A token works at the address that the page shows, and also where the language precedes the path.
				$agent->do( 'whoami' );
				$answer = Http::send( 'POST', home_url( '/en/wp-json/countersign/v1/mcp' ), $agent->headers( 'tools/list' ), '{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}}}' );
				self::assertSame( 200, $answer->status, $answer->body );
				$refused = Http::send( 'POST', home_url( '/fr/wp-json/countersign/v1/mcp' ), [], '{}' );
				self::assertSame( 'Bearer resource_metadata="' . Urls::resource_metadata() . '"', $refused->header( 'WWW-Authenticate' ) );
				self::connect_and_call();
			},
			'languages'
		);
	}

	public function test_the_host_of_a_request_changes_nothing(): void {
		$document = self::document( '/wp-json/countersign/v1/server-metadata' )->body;
		Neighbours::with(
			function () use ( $document ): void {
				$answer = Http::get( (string) get_option( 'home' ) . '/wp-json/countersign/v1/server-metadata', [ 'Host' => 'fr.evil.example' ] );
				self::assertSame( $document, $answer->body );
				$refused = Http::send( 'POST', Urls::mcp(), [ 'Host' => 'fr.evil.example' ], '{}' );
				self::assertStringNotContainsString( 'evil.example', $refused->body . $refused->header( 'WWW-Authenticate' ) );
				self::connect_and_call();
			},
			'language_hosts'
		);
	}

	/** @return array<string, array{string, string}> */
	public function other_permalinks(): array {
		return [
			'plain permalinks'  => [ '', '/index.php?rest_route=/' ],
			'index permalinks'  => [ '/index.php/%postname%/', '/index.php/wp-json/' ],
		];
	}

	/** @dataProvider other_permalinks */
	public function test_other_permalinks_end_no_connection_until_a_person_chooses_their_address( string $structure, string $below ): void {
		$home = (string) Site::stored( 'home' );
		self::permalinks( $structure );
		wp_cache_flush();
		self::assertSame( "$home/wp-json/countersign/v1/mcp", Urls::mcp() );
		self::assertTrue( Identity::is_of_other_permalinks() );
		self::connect_and_call();
		self::answer( 'Can agents still reach this site?', 'countersign_permalinks' );
		self::assertFalse( Identity::is_of_other_permalinks() );
		self::assertSame( $home . $below . 'countersign/v1/mcp', Urls::mcp() );
		self::assertSame( "$home/index.php/wp-json/countersign/v1", Urls::issuer() );
		$issuer = '/index.php/wp-json/countersign/v1';
		foreach ( [ "/.well-known/oauth-authorization-server$issuer", "/.well-known/openid-configuration$issuer", "$issuer/.well-known/openid-configuration", '/.well-known/oauth-authorization-server' ] as $path ) {
			self::assertSame( [ Urls::issuer(), Urls::token() ], [ self::document( $path )->json()['issuer'], self::document( $path )->json()['token_endpoint'] ], $path );
		}
		foreach ( [ '/.well-known/oauth-protected-resource', "/.well-known/oauth-protected-resource$issuer/mcp", '/?rest_route=/countersign/v1/resource-metadata' ] as $path ) {
			self::assertSame( Urls::mcp(), self::document( $path )->json()['resource'], $path );
		}
		self::connect_and_call();
		// Some clients append `?` to any address.
		$client = OAuthClient::registered();
		$answer = Person::of( 'admin' )->get( Urls::authorize() . '?' . explode( str_contains( Urls::authorize(), '?' ) ? '&' : '?', $client->authorize_url(), 2 )[1] );
		self::assertStringContainsString( 'action=countersign_authorize', (string) $answer->header( 'Location' ) );
		// The address of the plain permalinks stays where it is when the site gets others.
		self::permalinks( '/%postname%/' );
		wp_cache_flush();
		self::assertSame( $home . $below . 'countersign/v1/mcp', Urls::mcp() );
		self::connect_and_call();
	}

	public function test_only_an_administrator_chooses_the_address_of_other_permalinks(): void {
		self::permalinks( '' );
		wp_cache_flush();
		$page = Person::of( 'admin' )->page( 'countersign' );
		$form = Person::form( $page, 'countersign_permalinks' );
		get_role( 'editor' )->add_cap( 'countersign_manage_connections' );
		try {
			$editor = Person::anew( 'editor' );
			self::assertStringContainsString( 'Can agents still reach this site?', $editor->page( 'countersign' )->body );
			self::assertSame( [], array_filter( Person::forms( $editor->page( 'countersign' )->body ), static fn( array $one ): bool => 'countersign_permalinks' === ( $one['action'] ?? '' ) ) );
			self::assertSame( 403, $editor->post( admin_url( 'admin-post.php' ), [ '_wpnonce' => $editor->nonce( 'countersign_permalinks' ) ] + $form )->status );
		} finally {
			get_role( 'editor' )->remove_cap( 'countersign_manage_connections' );
		}
		$size = AuditTrail::size();
		self::assertStringContainsString( '/wp-json/', Urls::mcp() );
		self::assertSame( 302, Person::of( 'admin' )->post( admin_url( 'admin-post.php' ), $form )->status );
		self::assertRecorded( [ 'setting site.permalinks_chosen ok' ], $size );
	}

	public function test_another_address_of_the_site_is_asked_about_before_any_document_names_it(): void {
		$from  = (string) Site::stored( 'home' );
		$agent = Site::connect( 'editor', 'read_only' );
		Site::plant( 'home', str_replace( '127.0.0.1', 'localhost', $from ) );
		foreach ( [ '/wp-json/countersign/v1/server-metadata', '/.well-known/oauth-protected-resource', '/wp-json/countersign/v1/oauth/authorize?client_id=x' ] as $path ) {
			$answer = Http::get( $from . $path );
			self::assertSame( [ 503, 'site_moved' ], [ $answer->status, $answer->reason() ], $path );
		}
		Http::get( $from . '/' );
		wp_cache_flush();
		self::assertSame( $from, get_option( Identity::OPTION )['home'], 'no request stores another address' );
		self::answer( 'Did this site move, or is it a copy?', 'countersign_moved' );
		self::assertStringStartsWith( str_replace( '127.0.0.1', 'localhost', $from ), Urls::mcp() );
		self::assertSame( Urls::mcp(), Http::get( $from . '/.well-known/oauth-protected-resource' )->json()['resource'] );
		self::assertSame( 401, $agent->call( 'whoami' )->status, 'an access token is bound to the address' );
	}

	public function test_a_site_in_a_subdirectory_is_found_at_addresses_that_reach_it(): void {
		$root = (string) Site::stored( 'home' );
		Site::plant( 'home', "$root/blog" );
		self::answer( 'Did this site move, or is it a copy?', 'countersign_moved' );
		self::assertSame( [ "$root/blog/wp-json/countersign/v1/mcp", "$root/blog/wp-json/countersign/v1" ], [ Urls::mcp(), Urls::issuer() ] );
		$issuer = '/blog/wp-json/countersign/v1';
		foreach ( [ "/.well-known/oauth-authorization-server$issuer", "/.well-known/openid-configuration$issuer", "$issuer/.well-known/openid-configuration", "$issuer/server-metadata", '/blog/.well-known/oauth-authorization-server', '/.well-known/oauth-authorization-server/blog' ] as $path ) {
			self::assertSame( Urls::issuer(), Http::get( $root . $path )->json()['issuer'] ?? null, $path );
		}
		foreach ( [ "/.well-known/oauth-protected-resource$issuer/mcp", "$issuer/resource-metadata", '/blog/.well-known/oauth-protected-resource' ] as $path ) {
			self::assertSame( Urls::mcp(), Http::get( $root . $path )->json()['resource'] ?? null, $path );
		}
		self::assertSame( 404, Http::get( "$root/.well-known/oauth-authorization-server/wp-json/countersign/v1" )->status, 'the path of another site of the host' );
		self::connect_and_call();
	}

	/** @return array<string, array{mixed}> */
	public function planted(): array {
		return [
			'another host'   => [ [ 'home' => 'https://evil.example', 'rest' => 'https://evil.example/wp-json/' ] ],
			'another path'   => [ [ 'home' => 'HOME/evil', 'rest' => 'HOME/evil/wp-json/' ] ],
			'not below home' => [ [ 'home' => 'HOME', 'rest' => 'https://evil.example/wp-json/' ] ],
			'a host beside'  => [ [ 'home' => 'HOME', 'rest' => 'HOME.evil.example/wp-json/' ] ],
			'a query'        => [ [ 'home' => 'HOME', 'rest' => 'HOME/index.php?x=/' ] ],
			'markup'         => [ [ 'home' => 'HOME', 'rest' => 'HOME/"><script>/' ] ],
			'no addresses'   => [ 'HOME' ],
			'no texts'       => [ [ 'home' => [ 'HOME' ], 'rest' => null ] ],
		];
	}

	/** @dataProvider planted */
	public function test_a_planted_address_of_another_site_is_never_used( mixed $planted ): void {
		$expected = Urls::mcp();
		$home     = (string) Site::stored( 'home' );
		$planted  = json_decode( str_replace( 'HOME', $home, json_encode( $planted, JSON_UNESCAPED_SLASHES ) ), true );
		Site::plant( Identity::OPTION, maybe_serialize( $planted ) );
		self::assertSame( $expected, Urls::mcp() );
		self::assertSame( Urls::issuer(), self::document( '/wp-json/countersign/v1/server-metadata' )->json()['issuer'] );
		wp_cache_flush();
		self::assertSame( [ 'home' => $home, 'rest' => "$home/wp-json/" ], get_option( Identity::OPTION ), 'the site has its own address again' );
	}

	public function test_a_site_that_gets_https_has_an_address_with_https(): void {
		Site::plant( 'home', 'http://site.example' );
		Identity::store();
		$stored = get_option( Identity::OPTION );
		self::assertSame( 'http://site.example/wp-json/countersign/v1/mcp', Urls::mcp(), 'the environment is local' );
		Site::plant( 'home', 'https://site.example' );
		self::assertSame( [ 'https://site.example/wp-json/countersign/v1/mcp', $stored ], [ Urls::mcp(), get_option( Identity::OPTION ) ] );
	}
}

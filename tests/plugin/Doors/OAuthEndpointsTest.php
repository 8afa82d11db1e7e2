<?php

declare(strict_types=1);

namespace Countersign\Tests\Doors;

use Countersign\Plugin\Connections\Connection;
use Countersign\Plugin\Doors\OAuthEndpoints;
use Countersign\Plugin\Http\Request;
use Countersign\Plugin\Plugin;
use Countersign\Plugin\Site\Extension;
use Countersign\Plugin\Site\Urls;
use Countersign\Tests\Agent;
use Countersign\Tests\Answer;
use Countersign\Tests\AuditTrail;
use Countersign\Tests\Http;
use Countersign\Tests\OAuthClient;
use Countersign\Tests\Pending;
use Countersign\Tests\Person;
use Countersign\Tests\Site;
use Countersign\Tests\TestCase;

/** The OAuth endpoints as clients use them. */
final class OAuthEndpointsTest extends TestCase {

	/** @return array<string, array{string, string}> */
	public function documents(): array {
		$mcp    = '/wp-json/countersign/v1/mcp';
		$issuer = '/wp-json/countersign/v1';
		return [
			'resource, at the root'           => [ '/.well-known/oauth-protected-resource', 'resource' ],
			'resource, with the path'         => [ "/.well-known/oauth-protected-resource$mcp", 'resource' ],
			'resource, below wp-json'         => [ '/wp-json/countersign/v1/resource-metadata', 'resource' ],
			'server, at the root'             => [ '/.well-known/oauth-authorization-server', 'server' ],
			'server, with the path'           => [ "/.well-known/oauth-authorization-server$mcp", 'server' ],
			'server, below wp-json'           => [ '/wp-json/countersign/v1/server-metadata', 'server' ],
			'server, at the issuer\'s address' => [ "/.well-known/oauth-authorization-server$issuer", 'server' ],
			'server, as OpenID configuration of the issuer' => [ "/.well-known/openid-configuration$issuer", 'server' ],
			'server, below the issuer'        => [ "$issuer/.well-known/openid-configuration", 'server' ],
			'server, below the issuer, as OAuth' => [ "$issuer/.well-known/oauth-authorization-server", 'server' ],
			'server, as OpenID configuration' => [ '/.well-known/openid-configuration', 'server' ],
			'server, with a slash at the end' => [ '/.well-known/oauth-authorization-server/', 'server' ],
		];
	}

	/** @dataProvider documents */
	public function test_metadata_is_served_at_all_addresses_that_clients_try( string $path, string $which ): void {
		$answer = Http::get( home_url( $path ), [ 'Origin' => 'https://claude.ai' ] );
		self::assertSame( [ 200, 'application/json', '*' ], [ $answer->status, $answer->header( 'Content-Type' ), $answer->header( 'Access-Control-Allow-Origin' ) ], $answer->body );
		self::assertNotContains( 'access-control-allow-credentials', $answer->header_names() );
		self::assertNotContains( 'set-cookie', $answer->header_names() );
		if ( 'resource' === $which ) {
			self::assertSame( [ Urls::mcp(), [ Urls::issuer() ], [ 'header' ] ], [ $answer->json()['resource'], $answer->json()['authorization_servers'], $answer->json()['bearer_methods_supported'] ] );
			return;
		}
		$server = $answer->json();
		self::assertSame( home_url( '/wp-json/countersign/v1' ), $server['issuer'] );
		self::assertSame( [], Http::get( $server['jwks_uri'] )->json()['keys'] );
		self::assertSame( [ Urls::authorize(), Urls::token(), Urls::register(), Urls::revoke() ], [ $server['authorization_endpoint'], $server['token_endpoint'], $server['registration_endpoint'], $server['revocation_endpoint'] ] );
		self::assertSame( [ [ 'S256' ], [ 'code' ], true, true ], [ $server['code_challenge_methods_supported'], $server['response_types_supported'], $server['client_id_metadata_document_supported'], $server['authorization_response_iss_parameter_supported'] ] );
		self::assertContains( 'none', $server['token_endpoint_auth_methods_supported'] );
		self::assertSame( 200, Http::send( 'HEAD', home_url( $path ) )->status );
		self::assertSame( 405, Http::send( 'POST', home_url( $path ), [], '{}' )->status );
	}

	public function test_metadata_about_other_paths_is_not_served(): void {
		foreach ( [ '/.well-known/oauth-protected-resource/elsewhere', '/.well-known/oauth-authorization-server/wp-json/other', '/.well-known/nonsense', '/blog/.well-known/oauth-protected-resource' ] as $path ) {
			self::assertNotSame( 200, Http::get( home_url( $path ) )->status, $path );
		}
	}

	public function test_a_preflight_request_of_any_origin_is_answered(): void {
		foreach ( [ Urls::token(), Urls::register(), home_url( '/.well-known/oauth-authorization-server' ) ] as $url ) {
			$answer = Http::send( 'OPTIONS', $url, [ 'Origin' => 'https://claude.ai', 'Access-Control-Request-Method' => 'POST' ] );
			self::assertSame( [ 204, '*', '' ], [ $answer->status, $answer->header( 'Access-Control-Allow-Origin' ), $answer->body ], $url );
		}
		self::assertNotContains( 'access-control-allow-origin', Http::send( 'OPTIONS', Urls::authorize(), [ 'Origin' => 'https://claude.ai' ] )->header_names() );
	}

	public function test_a_client_can_register(): void {
		$answer = OAuthClient::register( [ 'client_name' => "A <b>client</b> \u{202e}" ] );
		self::assertSame( [ 201, 'no-store' ], [ $answer->status, $answer->header( 'Cache-Control' ) ], $answer->body );
		$client = $answer->json();
		self::assertArrayNotHasKey( 'client_secret', $client );
		self::assertNotNull( Plugin::composition()->extension()->oauth()->registeredClient( $client['client_id'] ) );
		self::assertStringNotContainsString( "\u{202e}", Plugin::composition()->extension()->oauth()->registeredClient( $client['client_id'] ) );
		$secret = OAuthClient::register( [ 'token_endpoint_auth_method' => 'client_secret_basic' ] )->json();
		self::assertNotEmpty( $secret['client_secret'] );
		self::assertStringNotContainsString( $secret['client_secret'], Plugin::composition()->extension()->oauth()->registeredClient( $secret['client_id'] ), 'only its hash is stored' );
	}

	/** @return array<string, array{array<string, mixed>}> */
	public function bad_registrations(): array {
		return array_map(
			static fn( mixed $uris ): array => [ [ 'redirect_uris' => $uris ] ],
			[
				'none'              => [],
				'plain http'        => [ 'http://evil.example/callback' ],
				'a custom scheme'   => [ 'myapp://callback' ],
				'javascript'        => [ 'javascript:alert(1)' ],
				'a fragment'        => [ 'https://example.org/#x' ],
				'user information'  => [ 'https://a:b@example.org/' ],
				'two that are not usable' => [ 'myapp://callback', 'http://evil.example/' ],
				'a number'          => 5,
			]
		) + [ 'an implicit grant' => [ [ 'grant_types' => [ 'implicit' ] ] ] ];
	}

	/** @dataProvider bad_registrations */
	public function test_an_invalid_registration_is_refused( array $metadata ): void {
		$before = Site::digest();
		$answer = OAuthClient::register( $metadata );
		self::assertSame( 400, $answer->status, $answer->body );
		self::assertContains( $answer->json()['error'], [ 'invalid_redirect_uri', 'invalid_client_metadata' ] );
		self::assertSame( $before, Site::digest() );
	}

	/** One member that cannot be used does not sink the registration (RFC 7591, section 3.2.1). */
	public function test_what_cannot_be_used_of_a_registration_is_left_out(): void {
		$uris   = [ 'cursor://anysphere.cursor-mcp/oauth/callback', 'https://www.cursor.com/agents/mcp/oauth/callback', 'http://localhost:8787/callback' ];
		$answer = OAuthClient::register( [ 'redirect_uris' => [ ...$uris, 'http://evil.example/', 'myapp://callback' ], 'grant_types' => null, 'contacts' => 5 ] );
		self::assertSame( [ 201, $uris, [ 'authorization_code', 'refresh_token' ] ], [ $answer->status, $answer->json()['redirect_uris'], $answer->json()['grant_types'] ], $answer->body );
		$client = OAuthClient::with_id( $answer->json()['client_id'] );
		$back   = $client->decide( Person::of( 'admin' ), [], [ 'redirect_uri' => $uris[0] ] );
		self::assertStringStartsWith( $uris[0] . '?code=', (string) $back->header( 'Location' ) );
	}

	/** A scheme that the administrator added is accepted. */
	public function test_an_added_scheme_of_a_program_is_accepted(): void {
		Site::settings( [ 'app_schemes' => [ 'myapp' ] ] + Site::ROOMY );
		$client = OAuthClient::registered( [ 'redirect_uris' => [ 'myapp://callback' ] ] );
		Site::settings( Site::ROOMY );
		self::assertSame( 400, OAuthClient::register( [ 'redirect_uris' => [ 'myapp://callback' ] ] )->status );
		self::assertStringContainsString( 'client_unknown', $client->consent_page( Person::of( 'admin' ), [ 'redirect_uri' => 'myapp://callback' ] )->body );
	}

	/** Tokens have the lifetimes of the settings. */
	public function test_the_lifetimes_are_those_of_the_settings(): void {
		Site::settings( [ 'access_lifetime' => 600 ] + Site::ROOMY );
		self::assertSame( 600, OAuthClient::registered()->tokens()['expires_in'] );
	}

	/** The client can tell that none of the scopes that it asked for was granted (RFC 6749, section 5.1). */
	public function test_the_answer_has_a_scope_if_it_differs_from_the_requested_one(): void {
		$client = OAuthClient::registered();
		$back   = $client->decide( Person::of( 'admin' ), [], [ 'scope' => 'mcp offline_access' ] );
		$tokens = OAuthClient::token( $client->redeeming( OAuthClient::parameters( $back )['code'] ) )->json();
		self::assertSame( '', $tokens['scope'] );
		self::assertArrayNotHasKey( 'scope', $client->tokens() );
	}

	public function test_a_registration_is_stored_when_a_person_approves_it(): void {
		$rows   = Site::rows();
		$client = OAuthClient::registered();
		self::assertSame( $rows, Site::rows() );
		$client->tokens();
		self::assertSame( $rows + 3, Site::rows(), 'a connection, its grant and its client' );
	}

	/** The longest id that is issued passes through the login page, the consent page, the database and the audit log. */
	public function test_a_client_with_the_longest_id_can_connect(): void {
		global $wpdb;
		$uris   = array_map( static fn( int $n ): string => "https://client.example/$n/" . str_repeat( 'x', 78 ), range( 1, 7 ) );
		$answer = OAuthClient::register( [ 'redirect_uris' => [ ...$uris, OAuthClient::REDIRECT ] ] );
		self::assertSame( 201, $answer->status, $answer->body );
		$client = OAuthClient::with_id( $answer->json()['client_id'] );
		self::assertGreaterThan( 950, strlen( $client->id ) );
		$login  = Http::get( Http::get( $client->authorize_url() )->header( 'Location' ) );
		self::assertStringContainsString( 'wp-login.php?', $login->header( 'Location' ) );
		self::assertSame( 200, Http::get( $login->header( 'Location' ) )->status );
		$from   = AuditTrail::size();
		$tokens = $client->tokens();
		( new Agent( OAuthClient::newest(), $tokens['access_token'] ) )->do( 'whoami' );
		self::assertSame( 200, OAuthClient::token( $client->refreshing( $tokens['refresh_token'] ) )->status );
		self::assertSame( $client->id, $wpdb->get_var( $wpdb->prepare( 'SELECT client_id FROM ' . Site::table( 'oauth_clients' ) . ' WHERE id = %s', hash( 'sha256', $client->id ) ) ) );
		$facts = json_decode( AuditTrail::since( $from )[0]['body'], true )['change']['request'];
		self::assertSame( hash( 'sha256', $client->id ), $facts['client_sha256'] );
		$many   = array_map( static fn( int $n ): string => "https://client.example/$n", range( 1, 12 ) );
		$answer = OAuthClient::register( [ 'redirect_uris' => $many ] );
		self::assertSame( [ 201, array_slice( $many, 0, 10 ) ], [ $answer->status, $answer->json()['redirect_uris'] ], 'more than ten' );
		$answer = OAuthClient::register( [ 'redirect_uris' => [ ...$uris, 'https://client.example/8/' . str_repeat( 'x', 700 ) ] ] );
		self::assertSame( [ 400, 'invalid_client_metadata' ], [ $answer->status, $answer->json()['error'] ] );
		self::assertStringContainsString( '1,024', $answer->json()['error_description'] );
	}

	public function test_registrations_are_limited(): void {
		Site::settings( [ 'registration_limit' => [ 'max' => 3, 'window' => 3600 ] ] + Site::ROOMY );
		for ( $i = 0; $i < 4; $i++ ) {
			$answer = OAuthClient::register();
		}
		self::assertSame( [ 429, 'slow_down', 'rate_limited' ], [ $answer->status, $answer->json()['error'], $answer->reason() ] );
		self::assertGreaterThan( 0, (int) $answer->header( 'Retry-After' ) );
		self::assertSame( '*', $answer->header( 'Access-Control-Allow-Origin' ) );
		self::assertContains( 'Retry-After', explode( ', ', $answer->header( 'Access-Control-Expose-Headers' ) ), 'a script of a web page may read how long to wait' );
	}

	/** A host can use many IPv6 addresses of its network, so they count together. */
	public function test_registrations_are_limited_per_network(): void {
		Site::settings( [ 'registration_limit' => [ 'max' => 2, 'window' => 3600 ] ] + Site::ROOMY );
		$network = '2001:db8:' . dechex( random_int( 1, 0xffff ) ) . ':' . dechex( random_int( 1, 0xfff ) );
		$site    = Plugin::composition();
		// A request of its own, since a request reads the settings once.
		$extension = new Extension( $site->settings(), $site->sealed_options() );
		$endpoints = new OAuthEndpoints( $extension, $site->clients(), $site->grants(), $site->reply_changes(), $site->log(), $site->documents() );
		$status    = static function ( string $ip ) use ( $endpoints ): int {
			$body = '{"redirect_uris":["https://client.example/back"],"token_endpoint_auth_method":"none"}';
			return $endpoints->handle( 'oauth/register', new Request( 'POST', [], '', $body, $ip ) )->status;
		};
		self::assertSame( [ 201, 201, 429 ], array_map( $status, [ "$network::1", "$network::2", "$network:f::3" ] ) );
		self::assertSame( 201, $status( "$network" . '1::1' ) );
	}

	public function test_a_code_that_is_redeemed_twice_ends_the_connection(): void {
		$client = OAuthClient::registered();
		$from   = AuditTrail::size();
		$code   = $client->code( [ 'preset' => 'read_only', 'name' => 'Redeemed twice' ] );
		$id     = OAuthClient::newest();
		$answer = OAuthClient::token( $client->redeeming( $code ) );
		self::assertSame( [ 200, 'no-store', 'Bearer' ], [ $answer->status, $answer->header( 'Cache-Control' ), $answer->json()['token_type'] ] );
		self::assertRecorded( [ 'grant connection.created ok', 'oauth oauth.code_redeemed ok' ], $from );
		$agent = new Agent( $id, $answer->json()['access_token'] );
		$agent->do( 'whoami' );
		$again = OAuthClient::token( $client->redeeming( $code ) );
		self::assertSame( [ 400, 'invalid_grant' ], [ $again->status, $again->json()['error'] ] );
		self::assertSame( [ Connection::REVOKED, 'code_reused' ], [ $agent->connection()->state, $agent->connection()->state_reason ] );
		self::assertSame( 401, $agent->call( 'whoami' )->status );
		self::assertSame( 400, OAuthClient::token( $client->refreshing( $answer->json()['refresh_token'] ) )->status );
		self::assertContains( 'refusal oauth.token denied code_reused', AuditTrail::lines( $from ) );
	}

	public function test_sixteen_parallel_redemptions_never_yield_two_token_families(): void {
		$client  = OAuthClient::registered();
		$form    = http_build_query( $client->redeeming( $client->code() ) );
		$answers = Http::all( array_map( static fn(): Pending => new Pending( 'POST', Urls::token(), [ 'Content-Type' => 'application/x-www-form-urlencoded' ], $form ), range( 1, 16 ) ) );
		$good    = array_filter( $answers, static fn( Answer $answer ): bool => 200 === $answer->status );
		self::assertLessThanOrEqual( 1, count( array_unique( array_map( static fn( Answer $answer ): string => $answer->json()['refresh_token'], $good ) ) ) );
		self::assertSame( [], array_filter( $answers, static fn( Answer $answer ): bool => $answer->status >= 500 ) );
	}

	/** @return array<string, array{array<string, string|null>, string}> */
	public function bad_redemptions(): array {
		return [
			'another verifier'     => [ [ 'code_verifier' => str_repeat( 'x', 43 ) ], 'invalid_grant' ],
			'no verifier'          => [ [ 'code_verifier' => null ], 'invalid_request' ],
			'another redirect'     => [ [ 'redirect_uri' => 'http://127.0.0.1:7799/other' ], 'invalid_grant' ],
			'another resource'     => [ [ 'resource' => 'https://elsewhere.example/mcp' ], 'invalid_target' ],
			'a damaged code'       => [ [ 'code' => 'csac_nonsense' ], 'invalid_grant' ],
			'no code'              => [ [ 'code' => null ], 'invalid_request' ],
			'an unknown client'    => [ [ 'client_id' => 'nobody' ], 'invalid_client' ],
			'no client'            => [ [ 'client_id' => null ], 'invalid_request' ],
			'a password'           => [ [ 'grant_type' => 'password', 'username' => 'admin', 'password' => 'admin' ], 'unsupported_grant_type' ],
			'the client credentials grant' => [ [ 'grant_type' => 'client_credentials' ], 'unsupported_grant_type' ],
		];
	}

	/** @dataProvider bad_redemptions */
	public function test_a_refused_redemption_does_not_use_up_the_code( array $change, string $error ): void {
		$client = OAuthClient::registered();
		$form   = $client->redeeming( $client->code() );
		$answer = OAuthClient::token( array_filter( $change + $form, is_string( ... ) ) );
		self::assertSame( $error, $answer->json()['error'], $answer->body );
		self::assertSame( 'invalid_client' === $error ? 401 : 400, $answer->status );
		self::assertSame( 200, OAuthClient::token( $form )->status );
	}

	public function test_another_client_cannot_redeem_the_code(): void {
		$client = OAuthClient::registered();
		$other  = OAuthClient::registered();
		$answer = OAuthClient::token( [ 'client_id' => $other->id ] + $client->redeeming( $client->code() ) );
		self::assertSame( 'invalid_grant', $answer->json()['error'] );
	}

	public function test_a_refresh_token_is_rotated_and_its_reuse_ends_the_connection(): void {
		$client = OAuthClient::registered();
		$first  = $client->tokens( [ 'preset' => 'read_only' ] );
		$agent  = new Agent( OAuthClient::newest(), $first['access_token'] );
		$second = OAuthClient::token( $client->refreshing( $first['refresh_token'] ) )->json();
		self::assertNotSame( $first['refresh_token'], $second['refresh_token'] );
		// A client that lost the response gets the same successor again.
		self::assertSame( $second['refresh_token'], OAuthClient::token( $client->refreshing( $first['refresh_token'] ) )->json()['refresh_token'] );
		$third = OAuthClient::token( $client->refreshing( $second['refresh_token'] ) )->json();
		( new Agent( $agent->id, $third['access_token'] ) )->do( 'whoami' );
		$reused = OAuthClient::token( $client->refreshing( $first['refresh_token'] ) );
		self::assertSame( [ 400, 'invalid_grant' ], [ $reused->status, $reused->json()['error'] ] );
		self::assertSame( [ Connection::REVOKED, 'refresh_reused' ], [ $agent->connection()->state, $agent->connection()->state_reason ] );
		foreach ( [ $second, $third ] as $tokens ) {
			self::assertSame( 400, OAuthClient::token( $client->refreshing( $tokens['refresh_token'] ) )->status );
			self::assertSame( 401, ( new Agent( $agent->id, $tokens['access_token'] ) )->call( 'whoami' )->status );
		}
	}

	public function test_parallel_refreshes_yield_the_same_successor(): void {
		$client  = OAuthClient::registered();
		$tokens  = $client->tokens();
		$form    = http_build_query( $client->refreshing( $tokens['refresh_token'] ) );
		$answers = Http::all( array_map( static fn(): Pending => new Pending( 'POST', Urls::token(), [ 'Content-Type' => 'application/x-www-form-urlencoded' ], $form ), range( 1, 12 ) ) );
		self::assertSame( [ 200 ], array_values( array_unique( array_map( static fn( Answer $answer ): int => $answer->status, $answers ) ) ) );
		self::assertCount( 1, array_unique( array_map( static fn( Answer $answer ): string => $answer->json()['refresh_token'], $answers ) ) );
	}

	public function test_pausing_and_the_kill_switch_do_not_lose_the_refresh_token(): void {
		$client = OAuthClient::registered();
		$tokens = $client->tokens();
		$agent  = new Agent( OAuthClient::newest(), $tokens['access_token'] );
		Plugin::composition()->kill_switch()->set( true );
		Plugin::composition()->kill_switch()->set( false );
		self::assertSame( 200, OAuthClient::token( $client->refreshing( $tokens['refresh_token'] ) )->status );
		Plugin::composition()->manager()->revoke( $agent->connection() );
		self::assertSame( 'invalid_grant', OAuthClient::token( $client->refreshing( $tokens['refresh_token'] ) )->json()['error'] );
	}

	public function test_a_client_can_revoke_its_tokens(): void {
		$client = OAuthClient::registered();
		$other  = OAuthClient::registered();
		$tokens = $client->tokens();
		$agent  = new Agent( OAuthClient::newest(), $tokens['access_token'] );
		$revoke = static fn( OAuthClient $by, string $token ): Answer => Http::send( 'POST', Urls::revoke(), [ 'Content-Type' => 'application/x-www-form-urlencoded' ], http_build_query( [ 'token' => $token, 'client_id' => $by->id ] ) );
		self::assertSame( 200, $revoke( $client, 'nonsense' )->status );
		self::assertSame( 200, $revoke( $other, $tokens['refresh_token'] )->status );
		$agent->do( 'whoami' );
		self::assertSame( 200, $revoke( $client, $tokens['access_token'] )->status );
		self::assertSame( 401, $agent->call( 'whoami' )->status );
		$fresh = OAuthClient::token( $client->refreshing( $tokens['refresh_token'] ) )->json();
		( new Agent( $agent->id, $fresh['access_token'] ) )->do( 'whoami' );
		self::assertSame( 200, $revoke( $client, $fresh['refresh_token'] )->status );
		self::assertSame( [ Connection::REVOKED, 'client' ], [ $agent->connection()->state, $agent->connection()->state_reason ] );
	}

	public function test_no_token_is_stored_in_the_database_or_the_logs(): void {
		global $wpdb;
		$client = OAuthClient::registered();
		$code   = $client->code();
		$tokens = OAuthClient::token( $client->redeeming( $code ) )->json();
		( new Agent( OAuthClient::newest(), $tokens['access_token'] ) )->do( 'whoami' );
		$all = $this->logged();
		foreach ( [ $wpdb->options, Site::table( 'grants' ), Site::table( 'oauth_clients' ), Site::table( 'connections' ), Site::table( 'audit_entry' ) ] as $table ) {
			foreach ( $wpdb->get_results( "SELECT * FROM $table", ARRAY_N ) as $row ) {
				$all .= implode( "\0", array_map( strval( ... ), $row ) );
			}
		}
		foreach ( [ $code, $tokens['access_token'], $tokens['refresh_token'], $client->verifier ] as $secret ) {
			self::assertStringNotContainsString( substr( $secret, -30 ), $all );
		}
	}
}

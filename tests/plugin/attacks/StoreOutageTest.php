<?php
/**
 * Who: somebody who floods a site whose store has failed, for example because its folder was removed.
 * Has: every address of the site. No request can be counted.
 * Does: sends requests with and without a valid token to every endpoint.
 * Gets: 503 `store_unavailable` with Retry-After from each endpoint that needs the store, or a table that cannot be read; with a genuine access token an
 *       answer that says so, with status 200. No entry, no row and no warning of PHP. When the store is back, the agent goes on.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Plugin\Site\Urls;
use Countersign\Tests\Agent;
use Countersign\Tests\AuditTrail;
use Countersign\Tests\Database;
use Countersign\Tests\Http;
use Countersign\Tests\OAuthClient;
use Countersign\Tests\Person;
use Countersign\Tests\Site;
use Countersign\Tests\TestCase;

/** Without the store, nothing is served that has to be counted. */
final class StoreOutageTest extends TestCase {

	public function test_every_endpoint_fails_closed(): void {
		$agent  = Site::connect();
		$client = OAuthClient::registered();
		$tokens = $client->tokens( [ 'preset' => 'read_only' ] );
		$code   = $client->code( [ 'preset' => 'read_only' ] );
		$json   = [ 'Content-Type' => 'application/json' ];
		[ $before, $size ] = [ Site::digest(), AuditTrail::size() ];
		$state  = Site::folder() . '/state';
		rename( $state, "$state-away" );
		try {
			foreach ( [
				'MCP with a valid token'      => static fn() => $agent->call( 'whoami' ),
				'MCP without a token'         => static fn() => Http::send( 'POST', Urls::mcp(), $json, '{"jsonrpc":"2.0","id":1,"method":"tools/list"}' ),
				'MCP with GET'                => static fn() => Http::get( Urls::mcp() ),
				'registration'                => static fn() => OAuthClient::register(),
				'registration without JSON'   => static fn() => Http::send( 'POST', Urls::register(), $json, '{' ),
				'a code'                      => static fn() => OAuthClient::token( $client->redeeming( $code ) ),
				'a refresh token'             => static fn() => OAuthClient::token( $client->refreshing( $tokens['refresh_token'] ) ),
				'a forged refresh token'      => static fn() => OAuthClient::token( $client->refreshing( 'csrt_x' ) ),
				'a token request of a nobody' => static fn() => OAuthClient::token( [ 'client_id' => 'nobody' ] ),
				'revocation'                  => static fn() => $client->revoke( $tokens['refresh_token'] ),
				'revocation of an access token' => static fn() => $client->revoke( $tokens['access_token'] ),
				'revocation of nonsense'      => static fn() => $client->revoke( 'x' ),
			] as $what => $send ) {
				$answer = $send();
				$status = 'MCP with a valid token' === $what ? 200 : 503;
				self::assertSame( [ $status, 'store_unavailable', '60' ], [ $answer->status, $answer->reason(), $answer->header( 'Retry-After' ) ], "$what: $answer->body" );
				self::assertSame( str_starts_with( $what, 'MCP' ) ? null : '*', $answer->header( 'Access-Control-Allow-Origin' ), $what );
			}
			$page = $client->consent_page( Person::of( 'admin' ) );
			self::assertSame( null, $page->header( 'Location' ) );
			$form   = Person::forms( $page->body )[0] ?? [];
			$answer = Person::of( 'admin' )->post( site_url( 'wp-login.php?action=countersign_authorize' ), [ 'decision' => 'allow' ] + $form );
			self::assertSame( [ 400, null ], [ $answer->status, $answer->header( 'Location' ) ], 'consent' );
			self::assertSame( 200, Http::get( rest_url( 'countersign/v1/server-metadata' ) )->status, 'metadata needs no store' );
			self::assertSame( 204, Http::send( 'OPTIONS', Urls::token() )->status );
		} finally {
			exec( 'rm -rf ' . escapeshellarg( $state ) );
			rename( "$state-away", $state );
		}
		self::assertSame( [ $before, $size ], [ Site::digest(), AuditTrail::size() ] );
		self::assertNull( $agent->call( 'whoami' )->reason() );
		self::assertSame( 200, OAuthClient::token( $client->redeeming( $code ) )->status, 'the code was not used up' );
		self::assertSame( 200, OAuthClient::token( $client->refreshing( $tokens['refresh_token'] ) )->status );
	}

	/** @return array<string, array{string, list<string>}> The table that cannot be read, and the requests that need it. */
	public function tables(): array {
		return [
			'connections' => [ 'connections', [ 'call', 'refresh', 'revoke', 'revoke access' ] ],
			'grants'      => [ 'grants', [ 'refresh', 'revoke', 'revoke access' ] ],
			'clients'     => [ 'oauth_clients', [ 'refresh', 'revoke', 'revoke access' ] ],
		];
	}

	/**
	 * A row that cannot be read is not a row that does not exist: the client must not throw its tokens away, nor believe that
	 * they are revoked.
	 *
	 * @dataProvider tables
	 */
	public function test_a_table_that_cannot_be_read_is_no_missing_row( string $table, array $needed ): void {
		$this->expected_error = '~WordPress database error: \d+ refused in this request~';
		$client   = OAuthClient::registered();
		$tokens   = $client->tokens( [ 'preset' => 'read_only' ] );
		$agent    = new Agent( OAuthClient::newest(), $tokens['access_token'] );
		$requests = [
			'call'          => static fn() => $agent->call( 'whoami' ),
			'refresh'       => static fn() => OAuthClient::token( $client->refreshing( $tokens['refresh_token'] ) ),
			'revoke'        => static fn() => $client->revoke( $tokens['refresh_token'] ),
			'revoke access' => static fn() => $client->revoke( $tokens['access_token'] ),
		];
		$size = AuditTrail::size();
		Database::without(
			[ $table ],
			static function () use ( $needed, $requests ): void {
				foreach ( $needed as $what ) {
					$answer = $requests[ $what ]();
					self::assertSame( [ 'call' === $what ? 200 : 503, 'store_unavailable', '60' ], [ $answer->status, $answer->reason(), $answer->header( 'Retry-After' ) ], "$what: $answer->body" );
				}
			}
		);
		self::assertSame( $size, AuditTrail::size() );
		foreach ( $requests as $what => $send ) {
			self::assertSame( 200, $send()->status, $what );
		}
	}
}

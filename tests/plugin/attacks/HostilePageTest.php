<?php
/**
 * Attacker: a page on the internet that a person opens who uses an agent in the browser.
 * Has: the browser of that person, in the worst case also the access token of an agent.
 * Does: sends preflight requests and requests to the MCP endpoint from its own origin, and from that of another client.
 * Gets: 403 without headers of CORS, so that the browser shows it nothing. Only pages of the client that a person consented
 *   to, and of the site, may read an answer.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Plugin\Plugin;
use Countersign\Plugin\Site\Urls;
use Countersign\Tests\Agent;
use Countersign\Tests\Answer;
use Countersign\Tests\Http;
use Countersign\Tests\OAuthClient;
use Countersign\Tests\Site;
use Countersign\Tests\TestCase;

/** Which pages may call. */
final class HostilePageTest extends TestCase {

	private const CLIENT = 'https://app.example';

	private const OTHER = 'https://other.example';

	private static function preflight( string $origin ): Answer {
		return Http::send(
			'OPTIONS',
			Urls::mcp(),
			[
				'Origin'                         => $origin,
				'Access-Control-Request-Method'  => 'POST',
				'Access-Control-Request-Headers' => 'authorization, content-type, mcp-protocol-version',
			]
		);
	}

	/** @return list<string> */
	private static function cors( Answer $answer ): array {
		return array_values( preg_grep( '/^access-control/', $answer->header_names() ) ?: [] );
	}

	private static function connected( string $origin ): Agent {
		$client = OAuthClient::registered( [ 'redirect_uris' => [ "$origin/callback", 'http://127.0.0.1:6274/callback' ] ] );
		$tokens = $client->tokens( [ 'preset' => 'read_only' ] );
		return new Agent( OAuthClient::newest(), $tokens['access_token'] );
	}

	public function test_only_pages_of_the_client_may_call(): void {
		// A client in a browser begins before anybody can have consented to it.
		$answer = Http::send( 'POST', Urls::mcp(), [ 'Origin' => self::CLIENT ] );
		self::assertSame( [ 401, self::CLIENT ], [ $answer->status, $answer->header( 'Access-Control-Allow-Origin' ) ] );
		$agent = self::connected( self::CLIENT );
		self::assertSame( [ self::CLIENT, 'http://127.0.0.1:6274' ], $agent->connection()->origins );
		self::connected( self::OTHER );
		foreach ( [ self::CLIENT, self::OTHER, 'http://127.0.0.1:6274', Urls::origins()[0] ] as $origin ) {
			$answer = self::preflight( $origin );
			self::assertSame( [ 204, $origin, '' ], [ $answer->status, $answer->header( 'Access-Control-Allow-Origin' ), $answer->body ] );
			self::assertSame( 'authorization, content-type, mcp-protocol-version', $answer->header( 'Access-Control-Allow-Headers' ) );
			$answer = Http::send( 'POST', Urls::mcp(), [ 'Origin' => $origin ] );
			self::assertSame( [ 401, $origin ], [ $answer->status, $answer->header( 'Access-Control-Allow-Origin' ) ] );
		}
		$read = $agent->send( 'tools/list', [], [ 'Origin' => self::CLIENT ] );
		self::assertSame( [ 200, self::CLIENT, 'Origin' ], [ $read->status, $read->header( 'Access-Control-Allow-Origin' ), $read->header( 'Vary' ) ] );
		self::assertStringContainsString( 'WWW-Authenticate', $read->header( 'Access-Control-Expose-Headers' ) );

		foreach ( [ self::OTHER, 'https://evil.example', 'null', 'https://app.example.evil.example' ] as $origin ) {
			$answer = $agent->send( 'tools/list', [], [ 'Origin' => $origin ] );
			self::assertSame( [ 403, 'origin_refused', [] ], [ $answer->status, $answer->reason(), self::cors( $answer ) ], $origin );
		}
		$answer = self::preflight( 'null' );
		self::assertSame( [ 403, 'origin_refused', [] ], [ $answer->status, $answer->reason(), self::cors( $answer ) ] );
		Plugin::composition()->manager()->revoke( $agent->connection() );
		$answer = $agent->send( 'tools/list', [], [ 'Origin' => self::CLIENT ] );
		self::assertSame( [ 401, self::CLIENT ], [ $answer->status, $answer->header( 'Access-Control-Allow-Origin' ) ], 'the page reads that its connection has ended' );
	}

	public function test_a_changed_connection_keeps_its_origins(): void {
		$agent = self::connected( self::CLIENT );
		Plugin::composition()->manager()->rename( $agent->connection(), 'Another name' );
		Plugin::composition()->manager()->set_drops( $agent->connection(), true );
		self::assertSame( [ true, self::CLIENT ], [ $agent->connection()->drops, $agent->connection()->origins[0] ] );
		self::assertSame( 200, $agent->call( 'whoami', [ 'toolCallId' => 'x' ] )->status );
		self::assertSame( $agent->id, $agent->do( 'whoami', [ 'toolCallId' => 'x' ] )['connection']['id'] );
		Plugin::composition()->manager()->set_drops( $agent->connection(), false );
		self::assertRefused( 'arguments_invalid', $agent, 'whoami', [ 'toolCallId' => 'x' ] );
	}
}

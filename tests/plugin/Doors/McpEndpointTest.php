<?php

declare(strict_types=1);

namespace Countersign\Tests\Doors;

use Countersign\Plugin\Plugin;
use Countersign\Plugin\Site\Urls;
use Countersign\Tests\Agent;
use Countersign\Tests\AuditTrail;
use Countersign\Tests\Http;
use Countersign\Tests\Site;
use Countersign\Tests\TestCase;

/** The MCP endpoint over HTTP: exact statuses, headers and bytes. */
final class McpEndpointTest extends TestCase {

	/** Headers that WordPress or other plugins add to responses, and that must not be in these. */
	private const FOREIGN = [ 'access-control-allow-origin', 'access-control-allow-credentials', 'access-control-expose-headers', 'access-control-allow-methods', 'access-control-allow-headers', 'link', 'x-robots-tag', 'set-cookie', 'x-pingback', 'vary', 'x-powered-by', 'x-wp-nonce', 'expires', 'x-fixture', 'location' ];

	private static function assertClean( \Countersign\Tests\Answer $answer ): void {
		self::assertSame( [], array_values( array_intersect( self::FOREIGN, $answer->header_names() ) ) );
		self::assertSame( $answer->header_names(), array_values( array_unique( $answer->header_names() ) ), 'the response has a header twice' );
		self::assertSame( 'no-store', $answer->header( 'Cache-Control' ) );
		self::assertSame( 'nosniff', $answer->header( 'X-Content-Type-Options' ) );
	}

	public function test_a_call_is_answered_with_exact_headers(): void {
		$agent  = Site::connect();
		$answer = Http::all( [ $agent->request( 'tools/call', [ 'name' => 'whoami' ], [], 77 ) ] )[0];
		self::assertSame( [ 200, 'application/json', '2.0', 77 ], [ $answer->status, $answer->header( 'Content-Type' ), $answer->json()['jsonrpc'], $answer->json()['id'] ] );
		self::assertClean( $answer );
		foreach ( [ 'RateLimit-Limit', 'RateLimit-Remaining', 'RateLimit-Reset', 'RateLimit-Policy' ] as $header ) {
			self::assertNotNull( $answer->header( $header ), $header );
		}
	}

	public function test_a_request_without_a_token_is_told_where_to_get_one(): void {
		foreach ( [ 'POST', 'GET', 'DELETE', 'PUT', 'HEAD' ] as $method ) {
			$answer = Http::send( $method, Urls::mcp(), [ 'Content-Type' => 'application/json' ], in_array( $method, [ 'POST', 'PUT' ], true ) ? '{"jsonrpc":"2.0","id":1,"method":"ping"}' : null );
			self::assertSame( 401, $answer->status, $method );
			self::assertSame( 'Bearer resource_metadata="' . Urls::resource_metadata() . '"', $answer->header( 'WWW-Authenticate' ), $method );
			self::assertClean( $answer );
		}
	}

	public function test_an_invalid_token_is_refused(): void {
		$agent = new Agent( 1, 'csat_nonsense' );
		$answer = $agent->call( 'whoami' );
		self::assertSame( 401, $answer->status );
		self::assertStringStartsWith( 'Bearer error="invalid_token"', $answer->header( 'WWW-Authenticate' ) );
		self::assertClean( $answer );
		self::assertSame( 401, ( new Agent( 999999 ) )->call( 'whoami' )->status );
	}

	public function test_methods_other_than_post_are_refused(): void {
		$agent = Site::connect();
		foreach ( [ 'GET', 'DELETE', 'PUT', 'OPTIONS' ] as $method ) {
			$answer = Http::send( $method, Urls::mcp(), [ 'Authorization' => "Bearer $agent->token" ] );
			self::assertSame( [ 405, 'POST' ], [ $answer->status, $answer->header( 'Allow' ) ], $method );
			self::assertClean( $answer );
		}
	}

	public function test_a_403_stays_a_403(): void {
		$agent = Site::connect();
		foreach ( [ [ 'Origin' => 'https://evil.example' ], [ 'Origin' => 'null' ] ] as $headers ) {
			$answer = $agent->send( 'tools/list', [], $headers );
			self::assertSame( [ 403, 'origin_refused' ], [ $answer->status, $answer->reason() ] );
			self::assertClean( $answer );
		}
		self::assertSame( 200, $agent->send( 'tools/list', [], [ 'Origin' => untrailingslashit( home_url() ) ] )->status );
	}

	/** @return array<string, array{array<string, string>}> */
	public function headers_that_change_the_status(): array {
		return [
			'WWW-Authenticate, which makes PHP send 401' => [ [ 'WWW-Authenticate' => 'Bearer x' ] ],
			'Location, which makes PHP send 302'         => [ [ 'Location' => 'https://example.org/' ] ],
		];
	}

	/** @dataProvider headers_that_change_the_status */
	public function test_a_response_keeps_its_status_whatever_headers_it_has( array $headers ): void {
		$code = sprintf(
			'header_register_callback( static function (): void { echo http_response_code(), " "; } );'
			. ' ( new Countersign\Plugin\Http\Response( 403, %s, "the body" ) )->send();',
			var_export( $headers, true )
		);
		self::assertSame( [ '403 the body' ], array_map( trim( ... ), Site::php( $code ) ) );
	}

	public function test_a_preflight_request_of_another_site_changes_nothing(): void {
		$before = Site::digest();
		$from   = AuditTrail::size();
		$answer = Http::send( 'OPTIONS', Urls::mcp(), [ 'Origin' => 'https://evil.example', 'Access-Control-Request-Method' => 'POST', 'Access-Control-Request-Headers' => 'authorization' ] );
		self::assertSame( [ 204, 'https://evil.example' ], [ $answer->status, $answer->header( 'Access-Control-Allow-Origin' ) ] );
		self::assertNull( $answer->header( 'Access-Control-Allow-Credentials' ) );
		self::assertSame( $before, Site::digest() );
		self::assertLessThanOrEqual( $from + 1, AuditTrail::size() );
	}

	public function test_a_request_for_another_host_is_refused(): void {
		$agent  = Site::connect();
		$answer = $agent->send( 'tools/list', [], [ 'Host' => 'evil.example' ] );
		self::assertSame( [ 421, 'host_refused' ], [ $answer->status, $answer->reason() ] );
		self::assertStringContainsString( 'The address is ' . Urls::mcp() . '.', $answer->json()['error']['message'], 'it says which host is right' );
	}

	public function test_a_token_in_the_query_is_refused(): void {
		$agent = Site::connect();
		foreach ( [ '?access_token=x', "?token=$agent->token" ] as $query ) {
			$answer = Http::send( 'POST', Urls::mcp() . $query, $agent->headers( 'tools/list' ), '{"jsonrpc":"2.0","id":1,"method":"tools/list"}' );
			self::assertSame( [ 400, 'token_in_query' ], [ $answer->status, $answer->reason() ] );
		}
	}

	/** @return array<string, array{string, int, string}> */
	public function bodies(): array {
		$deep = str_repeat( '[', 600 ) . str_repeat( ']', 600 );
		return [
			'empty'           => [ '', 400, 'body_not_json' ],
			'not JSON'        => [ 'hello', 400, 'body_not_json' ],
			'cut off'         => [ '{"jsonrpc":', 400, 'body_not_json' ],
			'not UTF-8'       => [ "{\"a\":\"\xff\"}", 400, 'body_not_json' ],
			'a form'          => [ 'jsonrpc=2.0&id=1', 400, 'body_not_json' ],
			'a batch'         => [ '[{"jsonrpc":"2.0","id":1,"method":"tools/list"}]', 400, 'batch_refused' ],
			'not a request'   => [ '{"a":1}', 400, 'request_malformed' ],
			'deep'            => [ "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\",\"params\":{\"a\":$deep}}", 400, 'body_too_deep' ],
			'too large'       => [ '{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"a":"' . str_repeat( 'x', 1100000 ) . '"}}', 413, 'body_too_large' ],
			'with slashes that WordPress would add' => [ '{"jsonrpc":"2.0","id":"a\"\'\\\\b","method":"tools/list"}', 400, 'params_invalid' ],
		];
	}

	/** @dataProvider bodies */
	public function test_a_malformed_body_is_refused_and_recorded( string $body, int $status, string $reason ): void {
		$agent  = Site::connect();
		$from   = AuditTrail::size();
		$answer = Http::send( 'POST', Urls::mcp(), $agent->headers( 'tools/list' ), $body );
		self::assertSame( [ $status, $reason ], [ $answer->status, $answer->reason() ], $answer->body );
		self::assertClean( $answer );
		self::assertSame( 'application/json', $answer->header( 'Content-Type' ) );
		self::assertSame( [ $reason ], array_column( AuditTrail::since( $from ), 'reason' ) );
	}

	public function test_the_request_id_is_repeated_exactly(): void {
		$agent = Site::connect();
		foreach ( [ '1', '"a"', '"a\\"b\\\\\'/🦔"', '9007199254740993' ] as $id ) {
			$answer = Http::send( 'POST', Urls::mcp(), [ 'MCP-Protocol-Version' => '2025-11-25' ] + $agent->headers( 'ping' ), '{"jsonrpc":"2.0","id":' . $id . ',"method":"ping"}' );
			self::assertSame( 200, $answer->status, $answer->body );
			self::assertStringContainsString( '"id":' . $id, $answer->body );
		}
	}

	public function test_the_registry_is_built_only_for_messages_that_need_it(): void {
		$agent = Site::connect();
		update_option( 'fixture_registrations', 0 );
		try {
			$headers  = [ 'MCP-Protocol-Version' => '2025-11-25' ] + $agent->headers( 'ping' );
			$messages = [
				'{"jsonrpc":"2.0","id":1,"method":"ping"}' => 200,
				'{"jsonrpc":"2.0","method":"notifications/initialized"}' => 202,
			];
			foreach ( $messages as $body => $status ) {
				$answer = Http::send( 'POST', Urls::mcp(), $headers, $body );
				self::assertSame( $status, $answer->status, $answer->body );
			}
			self::assertSame( 0, (int) Site::option( 'fixture_registrations' ), 'the hook countersign_register fired' );
			self::assertSame( 200, $agent->send( 'tools/list' )->status );
			self::assertSame( 1, (int) Site::option( 'fixture_registrations' ) );
		} finally {
			delete_option( 'fixture_registrations' );
		}
	}

	public function test_a_notification_is_accepted_with_an_empty_body(): void {
		$agent  = Site::connect();
		$answer = Http::send( 'POST', Urls::mcp(), [ 'MCP-Protocol-Version' => '2025-11-25' ] + $agent->headers( 'notifications/initialized' ), '{"jsonrpc":"2.0","method":"notifications/initialized"}' );
		self::assertSame( [ 202, '' ], [ $answer->status, $answer->body ] );
		self::assertClean( $answer );
	}

	public function test_all_supported_revisions_are_served(): void {
		$agent = Site::connect();
		foreach ( [ '2025-11-25', '2025-06-18' ] as $version ) {
			$answer = Http::send( 'POST', Urls::mcp(), array_diff_key( $agent->headers( 'initialize' ), [ 'MCP-Protocol-Version' => 1, 'Mcp-Method' => 1 ] ), json_encode( [ 'jsonrpc' => '2.0', 'id' => 1, 'method' => 'initialize', 'params' => [ 'protocolVersion' => $version, 'capabilities' => (object) [], 'clientInfo' => [ 'name' => 'x', 'version' => '1' ] ] ] ) );
			self::assertSame( $version, $answer->json()['result']['protocolVersion'] );
			self::assertSame( 'Alder & Finch', $answer->json()['result']['serverInfo']['title'] );
			self::assertNull( $answer->header( 'Mcp-Session-Id' ) );
		}
		$answer = $agent->send( 'server/discover' );
		self::assertContains( Agent::VERSION, $answer->json()['result']['supportedVersions'] );
		self::assertStringContainsString( 'request_review', $answer->json()['result']['instructions'] );
		self::assertSame( 404, $agent->send( 'nonsense/method' )->status );
	}

	public function test_every_address_of_the_route_gives_the_same_answer(): void {
		$agent = Site::connect();
		$body  = '{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"_meta":' . json_encode( array_merge( Agent::META, [ 'io.modelcontextprotocol/clientCapabilities' => (object) [] ] ) ) . '}}';
		foreach ( [ rest_url( 'countersign/v1/mcp' ), rest_url( 'countersign/v1/mcp/' ), home_url( '/?rest_route=/countersign/v1/mcp' ), home_url( '/index.php?rest_route=/countersign/v1/mcp' ) ] as $url ) {
			$answer = Http::send( 'POST', $url, $agent->headers( 'tools/list' ), $body );
			self::assertSame( 200, $answer->status, "$url: $answer->body" );
			self::assertClean( $answer );
		}
	}

	public function test_a_batch_request_of_the_rest_api_does_not_reach_the_endpoint(): void {
		$agent  = Site::connect();
		$before = Site::digest();
		$from   = AuditTrail::size();
		$batch  = '{"requests":[{"path":"/countersign/v1/mcp","method":"POST","body":{}}]}';
		$answer = Http::send( 'POST', rest_url( 'batch/v1' ), [ 'Content-Type' => 'application/json', 'Authorization' => "Bearer $agent->token" ], $batch );
		self::assertSame( 207, $answer->status, $answer->body );
		self::assertSame( [ 400, 'rest_batch_not_allowed' ], [ $answer->json()['responses'][0]['status'], $answer->json()['responses'][0]['body']['code'] ] );
		self::assertSame( [ $before, $from ], [ Site::digest(), AuditTrail::size() ] );
	}

	public function test_parameters_of_the_rest_api_do_not_change_the_method_or_wrap_the_answer(): void {
		$agent  = Site::connect();
		$before = Site::digest();
		$answer = Http::send( 'GET', add_query_arg( [ '_envelope' => 1, '_method' => 'POST' ], Urls::mcp() ), [ 'Authorization' => "Bearer $agent->token" ] );
		self::assertSame( [ 405, 'http_method_refused' ], [ $answer->status, $answer->reason() ], $answer->body );
		self::assertClean( $answer );
		self::assertSame( $before, Site::digest() );
	}

	public function test_an_agents_token_does_not_work_in_the_rest_api(): void {
		$agent = Site::connect( 'admin', 'full_access' );
		self::assertSame( 401, Http::get( rest_url( 'wp/v2/users/me' ), [ 'Authorization' => "Bearer $agent->token" ] )->status );
		self::assertSame( 401, Http::send( 'POST', rest_url( 'wp/v2/posts' ), [ 'Authorization' => "Bearer $agent->token", 'Content-Type' => 'application/json' ], '{"title":"x","status":"publish"}' )->status );
	}

	public function test_other_rest_routes_are_unchanged(): void {
		$answer = Http::get( rest_url( 'wp/v2/posts' ), [ 'Origin' => 'https://elsewhere.example' ] );
		self::assertSame( 200, $answer->status );
		self::assertSame( 'https://elsewhere.example', $answer->header( 'Access-Control-Allow-Origin' ) );
		self::assertArrayHasKey( '/countersign/v1/mcp', Http::get( rest_url( 'countersign/v1' ) )->json()['routes'] );
	}

	/** @return array<string, array{string, string}> What another plugin does while it registers tools, and the reason that the client gets. */
	public function endings(): array {
		return [
			'exit'   => [ 'exit', 'tool_failed' ],
			'memory' => [ 'memory', 'tool_failed' ],
		];
	}

	/** @dataProvider endings */
	public function test_a_request_that_another_plugin_ends_before_its_call_is_answered( string $how, string $reason ): void {
		$this->expected_error = '~.~';
		$agent = Site::connect();
		update_option( 'fixture_registration_ends', $how );
		try {
			$call = $agent->call( 'whoami' );
			self::assertSame( [ 200, $reason, true ], [ $call->status, $call->reason(), $call->json()['result']['isError'] ?? null ], $call->body );
			self::assertClean( $call );
			$list = $agent->send( 'tools/list' );
			self::assertSame( [ 200, $reason ], [ $list->status, $list->reason() ], $list->body );
			self::assertIsInt( $list->json()['id'] );
			self::assertClean( $list );
		} finally {
			delete_option( 'fixture_registration_ends' );
		}
		$agent->do( 'whoami' );
	}

	public function test_a_plugin_that_dies_while_it_registers_tools_ends_nothing(): void {
		$this->expected_error = '~failed to register its tools~';
		$agent = Site::connect();
		update_option( 'fixture_registration_ends', 'wp_die' );
		try {
			self::assertNull( $agent->call( 'whoami' )->reason() );
		} finally {
			delete_option( 'fixture_registration_ends' );
		}
	}

	public function test_an_unknown_version_is_named_before_the_method(): void {
		$agent = Site::connect();
		foreach ( [ 'ping', 'tools/list', 'no/such/method' ] as $method ) {
			$answer = Http::send( 'POST', Urls::mcp(), [ 'MCP-Protocol-Version' => '2027-01-01' ] + $agent->headers( $method ), '{"jsonrpc":"2.0","id":7,"method":"' . $method . '"}' );
			self::assertSame( [ 400, -32022, 7 ], [ $answer->status, $answer->json()['error']['code'], $answer->json()['id'] ], $answer->body );
			foreach ( [ '2026-07-28', '2025-11-25', '2025-06-18', '2025-03-26' ] as $version ) {
				self::assertStringContainsString( $version, $answer->json()['error']['message'] );
			}
		}
		$note = Http::send( 'POST', Urls::mcp(), [ 'MCP-Protocol-Version' => '2027-01-01' ] + $agent->headers( 'notifications/initialized' ), '{"jsonrpc":"2.0","method":"notifications/initialized"}' );
		self::assertSame( 400, $note->status );
	}

	public function test_a_revoked_token_is_refused_with_every_method(): void {
		$agent = Site::connect();
		wp_set_current_user( Site::user( 'admin' ) );
		Plugin::composition()->manager()->revoke( $agent->connection() );
		foreach ( [ 'GET', 'DELETE', 'PUT', 'POST' ] as $method ) {
			$answer = Http::send( $method, Urls::mcp(), [ 'Authorization' => "Bearer $agent->token" ], 'POST' === $method ? '{"jsonrpc":"2.0","id":7,"method":"ping"}' : null );
			self::assertSame( 401, $answer->status, $method );
			self::assertStringContainsString( 'error="invalid_token"', (string) $answer->header( 'WWW-Authenticate' ), $method );
		}
	}
}

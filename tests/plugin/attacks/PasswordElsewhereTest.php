<?php
/**
 * Who: an agent that follows an injected instruction, or somebody who has read its configuration.
 * Has: the application password of an administrator's agent.
 * Does: uses it at the REST API, at XML-RPC and at the routes of this plugin for people.
 * Gets: what a request without a password gets, one entry a minute in the audit log under the connection, and a site that is
 * unchanged.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Tests\Agent;
use Countersign\Tests\AuditTrail;
use Countersign\Tests\Fingerprint;
use Countersign\Tests\Http;
use Countersign\Tests\Site;
use Countersign\Tests\TestCase;

/** The password of an agent works at the MCP endpoint only. */
final class PasswordElsewhereTest extends TestCase {

	/** @return array<string, array{string, string, array<string, mixed>|null}> */
	public function routes(): array {
		return [
			'users'                => [ 'GET', 'wp/v2/users?context=edit', null ],
			'own account'          => [ 'GET', 'wp/v2/users/me', null ],
			'new administrator'    => [ 'POST', 'wp/v2/users', [ 'username' => 'mallory', 'email' => 'm@example.org', 'password' => 'x', 'roles' => [ 'administrator' ] ] ],
			'own password'         => [ 'POST', 'wp/v2/users/me', [ 'password' => 'taken over' ] ],
			'another password'     => [ 'POST', 'wp/v2/users/me/application-passwords', [ 'name' => 'back door' ] ],
			'settings'             => [ 'POST', 'wp/v2/settings', [ 'title' => 'Taken over' ] ],
			'plugins'              => [ 'POST', 'wp/v2/plugins/countersign/countersign', [ 'status' => 'inactive' ] ],
			'kill switch'          => [ 'POST', 'countersign/v1/kill-switch', [ 'on' => false ] ],
			'public content'       => [ 'GET', 'wp/v2/posts', null ],
		];
	}

	/** @dataProvider routes */
	public function test_the_rest_api_refuses_it( string $method, string $route, ?array $body ): void {
		$agent = Agent::with_password( 'admin', 'full_access' );
		$agent->do( 'whoami' );
		$from   = AuditTrail::size();
		$before = Fingerprint::of_site();
		foreach ( [ rest_url( $route ), home_url( '/?rest_route=/' . str_replace( '?', '&', $route ) ) ] as $url ) {
			$answer = Http::send( $method, $url, [ 'Authorization' => $agent->authorization(), 'Content-Type' => 'application/json' ], null === $body ? null : json_encode( $body ) );
			$nobody = Http::send( $method, $url, [ 'Content-Type' => 'application/json' ], null === $body ? null : json_encode( $body ) );
			self::assertSame( [ $nobody->status, $nobody->json() ], [ $answer->status, $answer->json() ], 'it is as good as no password' );
			self::assertNotSame( 200, 'public content' === $this->dataName() ? 0 : $answer->status );
		}
		self::assertSiteUnchanged( $before );
		self::assertRecorded( [ 'refusal password.elsewhere denied app_password_elsewhere' ], $from );
		self::assertSame( (string) $agent->id, (string) AuditTrail::since( $from )[0]['connection'] );
	}

	public function test_xml_rpc_refuses_it(): void {
		$agent    = Agent::with_password( 'admin', 'full_access' );
		[ , $pw ] = explode( ':', (string) base64_decode( substr( $agent->authorization(), 6 ) ), 2 );
		$ordinary = \WP_Application_Passwords::create_new_application_password( Site::user( 'admin' ), [ 'name' => 'Of a person' ] )[0];
		$call     = static fn( string $password ): string => Http::send(
			'POST',
			site_url( 'xmlrpc.php' ),
			[ 'Content-Type' => 'text/xml' ],
			"<?xml version=\"1.0\"?><methodCall><methodName>wp.getUsersBlogs</methodName><params><param><value><string>admin</string></value></param><param><value><string>$password</string></value></param></params></methodCall>"
		)->body;
		self::assertStringContainsString( 'isAdmin', $call( $ordinary ), 'the test knows what success looks like' );
		self::assertStringContainsString( 'faultCode', $call( $pw ) );
		self::assertStringNotContainsString( 'isAdmin', $call( $pw ) );
	}

	public function test_the_reason_is_told_to_code_that_asks_wordpress(): void {
		$agent    = Agent::with_password( 'editor' );
		[ , $pw ] = explode( ':', (string) base64_decode( substr( $agent->authorization(), 6 ) ), 2 );
		add_filter( 'application_password_is_api_request', '__return_true' );
		$refused = wp_authenticate_application_password( null, 'editor', $pw );
		remove_filter( 'application_password_is_api_request', '__return_true' );
		self::assertInstanceOf( \WP_Error::class, $refused );
		self::assertSame( 'countersign_password_elsewhere', $refused->get_error_code() );
	}

	public function test_the_login_form_refuses_it(): void {
		$agent    = Agent::with_password( 'admin', 'full_access' );
		[ , $pw ] = explode( ':', (string) base64_decode( substr( $agent->authorization(), 6 ) ), 2 );
		$answer   = Http::form( site_url( 'wp-login.php' ), [ 'log' => 'admin', 'pwd' => $pw ] );
		self::assertNotSame( 302, $answer->status );
	}

	public function test_it_does_not_log_in_within_its_own_request(): void {
		$agent = Agent::with_password( 'admin', 'read_only' );
		$me    = $agent->do( 'whoami' );
		self::assertSame( [ 'read' ], $me['groups'] );
		self::assertRefused( 'tool_unknown', $agent, 'create_draft', [ 'title' => 'No' ] );
	}

	public function test_an_ordinary_password_keeps_working_elsewhere(): void {
		$ordinary = \WP_Application_Passwords::create_new_application_password( Site::user( 'admin' ), [ 'name' => 'Of a person' ] )[0];
		$answer   = Http::get( rest_url( 'wp/v2/users/me?context=edit' ), [ 'Authorization' => Agent::basic( 'admin', $ordinary ) ] );
		self::assertSame( [ 200, 'admin' ], [ $answer->status, $answer->json()['username'] ] );
	}
}

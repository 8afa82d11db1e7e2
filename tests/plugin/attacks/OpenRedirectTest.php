<?php
/**
 * Attacker: anybody on the internet. Registers a client with a redirect URI on a host of its own, which needs no account.
 * Has: the address of this site, and a way to show a link to an administrator who is logged in.
 * Does: links to the authorization endpoint with an error in the request, so that the site sends the browser on to the
 *   attacker's host, from an address that the administrator trusts. Tries errors of every kind, as GET and POST.
 * Gets: an error page with status 400 and the reason. The browser is sent nowhere, and nothing is changed or recorded.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Plugin\Site\Urls;
use Countersign\Tests\AuditTrail;
use Countersign\Tests\OAuthClient;
use Countersign\Tests\Person;
use Countersign\Tests\Site;
use Countersign\Tests\TestCase;

/** A link to this site that sends an administrator to a stranger's address. */
final class OpenRedirectTest extends TestCase {

	private const EVIL = 'https://evil.example/fake-login';

	protected function setUp(): void {
		parent::setUp();
		Site::settings( [ 'registration_limit' => [ 'max' => 256, 'window' => 1 ] ] + Site::ROOMY );
	}

	/** @return array<string, array{array<string, string|null>, string}> */
	public function links(): array {
		return [
			'another response type'   => [ [ 'response_type' => 'bogus' ], 'response_type_unsupported' ],
			'no response type'        => [ [ 'response_type' => null ], 'oauth_request_invalid' ],
			'no code challenge'       => [ [ 'code_challenge' => null ], 'pkce_required' ],
			'a plain code challenge'  => [ [ 'code_challenge_method' => 'plain' ], 'pkce_required' ],
			'another resource'        => [ [ 'resource' => 'https://elsewhere.example/' ], 'resource_mismatch' ],
			'a state that is too long' => [ [ 'state' => str_repeat( 's', 4097 ) ], 'oauth_request_invalid' ],
		];
	}

	/** @dataProvider links */
	public function test_the_browser_is_not_sent_to_a_client_that_nobody_approved( array $change, string $reason ): void {
		$client = OAuthClient::registered( [ 'redirect_uris' => [ self::EVIL ] ] );
		$change = $change + [ 'redirect_uri' => self::EVIL ];
		$before = Site::digest();
		$size   = AuditTrail::size();
		$page   = $client->consent_page( Person::of( 'admin' ), $change );
		$query  = (string) parse_url( $client->authorize_url( $change ), PHP_URL_QUERY );
		$posted = Person::of( 'admin' )->post( Urls::consent( $query ), [ 'decision' => 'cancel' ] );
		foreach ( [ $page, $posted ] as $answer ) {
			self::assertSame( [ 400, null, null ], [ $answer->status, $answer->header( 'Location' ), $answer->header( 'Refresh' ) ] );
			self::assertStringNotContainsString( 'evil.example', $answer->body );
			self::assertStringContainsString( $reason, $answer->body );
		}
		self::assertSame( [ $before, $size ], [ Site::digest(), AuditTrail::size() ] );
	}

	public function test_the_approval_of_another_client_does_not_count(): void {
		OAuthClient::registered( [ 'redirect_uris' => [ self::EVIL ] ] )->decide( Person::of( 'admin' ), [], [ 'redirect_uri' => self::EVIL ] );
		$page = OAuthClient::registered( [ 'redirect_uris' => [ self::EVIL ] ] )->consent_page( Person::of( 'admin' ), [ 'response_type' => 'bogus', 'redirect_uri' => self::EVIL ] );
		self::assertSame( [ 400, null ], [ $page->status, $page->header( 'Location' ) ] );
	}

	public function test_an_approved_client_is_not_sent_to_a_redirect_uri_that_nobody_approved(): void {
		$uris   = [ OAuthClient::REDIRECT, self::EVIL ];
		$client = OAuthClient::registered( [ 'redirect_uris' => $uris ] );
		$client->decide( Person::of( 'admin' ) );
		$page = $client->consent_page( Person::of( 'admin' ), [ 'response_type' => 'bogus', 'redirect_uri' => self::EVIL ] );
		self::assertSame( [ 400, null ], [ $page->status, $page->header( 'Location' ) ] );
	}

	public function test_a_visitor_with_a_faulty_request_sees_no_login_form(): void {
		$client = OAuthClient::registered( [ 'redirect_uris' => [ self::EVIL ] ] );
		$answer = \Countersign\Tests\Http::get( $client->authorize_url( [ 'response_type' => 'bogus', 'redirect_uri' => self::EVIL ] ) );
		self::assertSame( [ 400, null, 'response_type_unsupported' ], [ $answer->status, $answer->header( 'Location' ), $answer->reason() ] );
		self::assertStringNotContainsString( 'evil.example', $answer->body );
	}

	public function test_a_visitor_with_a_good_request_returns_to_this_site_after_the_login(): void {
		$client = OAuthClient::registered( [ 'redirect_uris' => [ self::EVIL ] ] );
		$to     = \Countersign\Tests\Http::get( $client->authorize_url( [ 'redirect_uri' => self::EVIL ] ) )->header( 'Location' );
		$login  = \Countersign\Tests\Http::get( $to );
		self::assertSame( 302, $login->status );
		self::assertStringStartsWith( wp_login_url(), $login->header( 'Location' ) );
		parse_str( (string) parse_url( $login->header( 'Location' ), PHP_URL_QUERY ), $query );
		self::assertSame( $to, $query['redirect_to'] );
	}
}

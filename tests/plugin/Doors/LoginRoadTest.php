<?php

declare(strict_types=1);

namespace Countersign\Tests\Doors;

use Countersign\Plugin\Site\Identity;
use Countersign\Tests\Agent;
use Countersign\Tests\Answer;
use Countersign\Tests\Http;
use Countersign\Tests\Neighbours;
use Countersign\Tests\OAuthClient;
use Countersign\Tests\Person;
use Countersign\Tests\Site;
use Countersign\Tests\StateTest;

/** The way from an authorization request through the login form to the consent page, also with other plugins in between. */
final class LoginRoadTest extends StateTest {

	private string $jar;

	protected function setUp(): void {
		parent::setUp();
		Site::settings( [ 'registration_limit' => [ 'max' => 256, 'window' => 1 ] ] + Site::ROOMY );
		$this->jar = tempnam( Site::folder() . '/tmp', 'jar' );
	}

	private function get( string $url ): Answer {
		return Http::send( 'GET', $url, [ 'Accept' => 'text/html' ], null, $this->jar );
	}

	/** @param array<string, mixed> $fields */
	private function post( string $url, array $fields ): Answer {
		return Http::send( 'POST', $url, [ 'Content-Type' => 'application/x-www-form-urlencoded', 'Accept' => 'text/html' ], http_build_query( $fields ), $this->jar );
	}

	/** Follows redirects on this machine until a page comes. */
	private function follow( Answer $answer ): Answer {
		for ( $step = 0; 302 === $answer->status && $step < 6; $step++ ) {
			$answer = $this->get( (string) $answer->header( 'Location' ) );
		}
		return $answer;
	}

	/** Fills in the login form of a page as a browser does. Returns the answer to it. */
	private function log_in( Answer $page ): Answer {
		self::assertSame( 200, $page->status, $page->body );
		preg_match( '~<form[^>]*id="loginform"[^>]*action="([^"]+)"~', $page->body, $found );
		$form = array_values( array_filter( Person::forms( $page->body ), static fn( array $form ): bool => isset( $form['log'] ) ) )[0];
		return $this->post( html_entity_decode( $found[1] ), [ 'log' => 'admin', 'pwd' => 'admin' ] + $form );
	}

	/** Asserts that a page is the consent page, allows the connection, and calls a tool with its token. */
	private function allow( OAuthClient $client, Answer $page ): void {
		$forms = array_values( array_filter( Person::forms( $page->body ), static fn( array $form ): bool => isset( $form['preset'] ) ) );
		self::assertCount( 1, $forms, "no consent page: HTTP $page->status " . wp_strip_all_tags( $page->body ) );
		preg_match( '~<form[^>]*class="countersign-consent"[^>]*action="([^"]+)"~', $page->body, $found );
		$back = $this->post( html_entity_decode( $found[1] ), [ 'decision' => 'allow' ] + $forms[0] );
		self::assertStringStartsWith( OAuthClient::REDIRECT . '?', (string) $back->header( 'Location' ), wp_strip_all_tags( $back->body ) );
		$tokens = OAuthClient::token( $client->redeeming( OAuthClient::parameters( $back )['code'] ) )->json();
		( new Agent( OAuthClient::newest(), $tokens['access_token'] ) )->do( 'whoami' );
	}

	private function road_of_a_visitor( string ...$neighbours ): void {
		Neighbours::with(
			function (): void {
				$client = OAuthClient::registered();
				$this->allow( $client, $this->follow( $this->log_in( $this->follow( $this->get( $client->authorize_url() ) ) ) ) );
			},
			...$neighbours
		);
	}

	public function test_a_visitor_comes_back_to_the_consent_page(): void {
		$this->road_of_a_visitor();
	}

	public function test_also_if_the_login_form_is_on_another_host_than_the_home_page(): void {
		Site::plant( 'siteurl', str_replace( '127.0.0.1', 'localhost', (string) Site::stored( 'siteurl' ) ) );
		try {
			$this->road_of_a_visitor();
		} finally {
			Site::plant( 'siteurl', str_replace( 'localhost', '127.0.0.1', (string) Site::stored( 'siteurl' ) ) );
		}
	}

	public function test_also_if_another_plugin_has_a_page_of_its_own_after_the_login(): void {
		$this->road_of_a_visitor( 'own_landing' );
	}

	public function test_also_if_the_site_shows_nothing_to_visitors(): void {
		$this->road_of_a_visitor( 'forced_login' );
	}

	public function test_also_if_the_login_form_knows_the_language(): void {
		$this->road_of_a_visitor( 'languages' );
	}

	public function test_also_if_a_plugin_asks_for_a_second_factor(): void {
		Neighbours::with(
			function (): void {
				$client = OAuthClient::registered();
				$page   = $this->log_in( $this->follow( $this->get( $client->authorize_url() ) ) );
				$form   = Person::forms( $page->body )[0];
				self::assertArrayHasKey( 'code', $form, $page->body );
				$answer = $this->post( site_url( 'wp-login.php?action=fixture_code' ), [ 'code' => '123456' ] + $form );
				$this->allow( $client, $this->follow( $answer ) );
			},
			'second_factor'
		);
	}

	public function test_the_login_leads_to_no_other_address_of_the_host_of_the_login_form(): void {
		$siteurl = (string) Site::stored( 'siteurl' );
		Site::plant( 'siteurl', str_replace( '127.0.0.1', 'localhost', $siteurl ) );
		try {
			$other   = str_replace( '127.0.0.1', 'localhost', $siteurl );
			$consent = 'wp-login.php?action=countersign_authorize';
			foreach ( [ "$other/wp-login.php", "$other/$consent", "$other/$consent&request=", "$other/$consent&request=%20", 'https://evil.example/' . $consent . '&request=YQ', "$other.evil.example/$consent&request=YQ", "$other@evil.example/$consent&request=YQ", "//evil.example/$consent&request=YQ" ] as $to ) {
				$this->jar = tempnam( Site::folder() . '/tmp', 'jar' );
				$this->get( site_url( 'wp-login.php' ) );
				$answer = $this->post( site_url( 'wp-login.php' ), [ 'log' => 'admin', 'pwd' => 'admin', 'redirect_to' => $to ] );
				self::assertSame( admin_url(), $answer->header( 'Location' ), $to );
			}
		} finally {
			Site::plant( 'siteurl', $siteurl );
		}
	}

	/** @return array<string, array{string, string}> */
	public function hidden_logins(): array {
		return [
			'a renamed login form'   => [ 'renamed_login', '/' . Neighbours::SECRET . '/' ],
			'a login form with a token' => [ 'login_token', '/wp-login.php?fixture-token=' . Neighbours::SECRET ],
		];
	}

	/** @dataProvider hidden_logins */
	public function test_where_the_login_form_is_hidden_the_person_logs_in_and_reloads( string $neighbour, string $door ): void {
		Neighbours::with(
			function () use ( $door ): void {
				$client = OAuthClient::registered();
				$first  = $this->get( $client->authorize_url() );
				self::assertSame( [ 403, null ], [ $first->status, $first->header( 'Location' ) ] );
				self::assertStringContainsString( 'reload this page', $first->body );
				self::assertStringContainsString( 'login_required', $first->body );
				self::assertStringNotContainsString( Neighbours::SECRET, $first->body );
				$this->log_in( $this->get( home_url( $door ) ) );
				$this->allow( $client, $this->follow( $this->get( $client->authorize_url() ) ) );
			},
			$neighbour
		);
	}
}

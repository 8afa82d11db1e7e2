<?php
/**
 * Attacker: anybody on the internet, who registers a client, and a person who may manage connections but is no administrator.
 * Has: a way to show a link to an administrator who is logged in.
 * Does: registers redirect addresses with schemes that a browser runs or that open programs of the operating system, alone and
 *   among good ones, also as a client with a secret; adds such a scheme to the settings.
 * Gets: a refused registration, or one without these addresses. A request that names one is an error page without a redirect.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Plugin\Plugin;
use Countersign\Tests\AuditTrail;
use Countersign\Tests\Http;
use Countersign\Tests\OAuthClient;
use Countersign\Tests\Person;
use Countersign\Tests\Site;
use Countersign\Tests\TestCase;

/** Redirects to what is neither a website nor a program that people connect. */
final class HostileSchemeTest extends TestCase {

	private const HOSTILE = [
		'javascript:alert(document.cookie)//',
		'JavaScript://x/%0aalert(1)',
		'data:text/html,<script>alert(1)</script>',
		'file:///etc/passwd',
		'ms-msdt:/id%20x',
		'search-ms://query=x',
		'intent://x#Intent;end',
		'view-source:https://evil.example/',
		'http://evil.example/',
		'https.evil://evil.example/',
		'cursor://user@evil.example/cb',
		'cursor://evil.example:80/cb',
		'com.example.app:javascript:alert(1)',
		'unknown-program://x/cb',
	];

	protected function setUp(): void {
		parent::setUp();
		Site::settings( [ 'registration_limit' => [ 'max' => 256, 'window' => 1 ] ] + Site::ROOMY );
	}

	public function test_no_such_address_is_registered_or_redirected_to(): void {
		$good   = [ OAuthClient::REDIRECT, 'cursor://anysphere.cursor-mcp/oauth/callback' ];
		$answer = OAuthClient::register( [ 'redirect_uris' => [ ...array_slice( self::HOSTILE, 0, 7 ), ...$good, ...array_slice( self::HOSTILE, 7 ) ] ] );
		self::assertSame( [ 201, $good ], [ $answer->status, $answer->json()['redirect_uris'] ] );
		$client = OAuthClient::with_id( $answer->json()['client_id'] );
		foreach ( self::HOSTILE as $uri ) {
			self::assertSame( 400, OAuthClient::register( [ 'redirect_uris' => [ $uri ] ] )->status, $uri );
			$page = $client->refusal( Person::of( 'admin' ), [ 'redirect_uri' => $uri ] );
			self::assertSame( [ 400, null, null ], [ $page->status, $page->header( 'Location' ), $page->header( 'Refresh' ) ], $uri );
			self::assertStringNotContainsString( 'evil.example', $page->body );
			self::assertStringNotContainsString( 'alert(', $page->body );
		}
	}

	/** Nothing is fetched for a stranger, but a request that cannot succeed leads to no login form. */
	public function test_a_client_with_a_metadata_document_gets_none_either(): void {
		foreach ( self::HOSTILE as $uri ) {
			$answer = Http::get( OAuthClient::described_at( 'https://client.example/client.json' )->authorize_url( [ 'redirect_uri' => $uri ] ) );
			self::assertSame( [ 400, null, 'redirect_invalid' ], [ $answer->status, $answer->header( 'Location' ), $answer->reason() ], $uri );
		}
	}

	/** A client that keeps a secret is no program on a person's machine, where anybody can claim a scheme. */
	public function test_a_client_with_a_secret_gets_no_private_use_scheme(): void {
		$answer = OAuthClient::register( [ 'redirect_uris' => [ 'com.example.app:/cb' ], 'token_endpoint_auth_method' => 'client_secret_basic' ] );
		self::assertSame( [ 400, 'invalid_redirect_uri' ], [ $answer->status, $answer->json()['error'] ] );
	}

	public function test_only_an_administrator_adds_a_scheme_and_never_one_of_these(): void {
		get_role( 'editor' )->add_cap( 'countersign_manage_connections' );
		try {
			$size = AuditTrail::size();
			foreach ( [ 'editor' => 'myapp', 'admin' => 'javascript' ] as $login => $scheme ) {
				$person = Person::of( $login );
				$form   = Person::form( $person->page( 'countersign' ), 'countersign_settings' );
				$person->post( admin_url( 'admin-post.php' ), [ 'app_schemes' => $scheme ] + $form );
				self::assertSame( [], Plugin::composition()->settings()->app_schemes(), $login );
			}
			self::assertSame( $size, AuditTrail::size() );
		} finally {
			get_role( 'editor' )->remove_cap( 'countersign_manage_connections' );
		}
	}
}

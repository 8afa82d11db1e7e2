<?php
/**
 * Who: V, anybody on the internet, and a subscriber of the site.
 * Has: the address of this site, which hides its login form with a plugin, and clients that anybody can register.
 * Does: opens the authorization endpoint and the consent page in every way that leads people to the login form.
 * Gets: no address of the login form: an error for a faulty request or an unknown client, and for a good one a page that says to log in first.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Plugin\Site\Urls;
use Countersign\Tests\Answer;
use Countersign\Tests\Http;
use Countersign\Tests\Neighbours;
use Countersign\Tests\OAuthClient;
use Countersign\Tests\Person;
use Countersign\Tests\TestCase;

/** The address of a hidden login form stays hidden. */
final class SecretLoginTest extends TestCase {

	private const BROWSER = [ 'Accept' => 'text/html' ];

	private static function assertNothingTold( Answer $answer, string $what ): void {
		$all = implode( "\n", array_map( static fn( array $header ): string => implode( ': ', $header ), $answer->headers ) ) . $answer->body;
		self::assertStringNotContainsString( Neighbours::SECRET, $all, $what );
		self::assertNotContains( $answer->status, [ 301, 302, 303, 307, 308 ], $what );
	}

	/** @return array<string, array{string}> */
	public function plugins(): array {
		return [
			'a plugin that renames the form' => [ 'renamed_login' ],
			'a plugin that asks for a token' => [ 'login_token' ],
		];
	}

	/** @dataProvider plugins */
	public function test_no_visitor_learns_the_address( string $plugin ): void {
		$client     = OAuthClient::registered();
		$good       = $client->authorize_url();
		$query      = (string) parse_url( $good, PHP_URL_QUERY );
		$consent    = Urls::consent( $query );
		$subscriber = Person::of( 'subscriber' );
		Neighbours::with(
			function () use ( $client, $good, $query, $consent, $subscriber ): void {
				$document = http_build_query( [ 'client_id' => 'https://client.example/client.json', 'response_type' => 'code' ] );
				foreach ( [ Urls::authorize() . '?x=1', Urls::authorize(), Urls::authorize() . '?' . $document, $good, $client->authorize_url( [ 'client_id' => 'nobody' ] ), $client->authorize_url( [ 'code_challenge' => null ] ) ] as $url ) {
					foreach ( [ 'GET', 'HEAD', 'POST' ] as $method ) {
						self::assertNothingTold( Http::send( $method, $url, self::BROWSER ), "$method $url" );
						self::assertNothingTold( Http::send( $method, $url ), "$method $url, by a program" );
					}
					self::assertNothingTold( $subscriber->get( $url ), "$url, by a subscriber" );
				}
				self::assertNothingTold( Http::get( home_url( "/?rest_route=/countersign/v1/oauth/authorize&$query" ), self::BROWSER ), 'the route' );
				self::assertNothingTold( Http::get( $consent, self::BROWSER ), 'the consent page' );
				self::assertNothingTold( Http::get( site_url( 'wp-login.php?action=countersign_authorize' ), self::BROWSER ), 'the consent page without a request' );
			},
			$plugin
		);
	}

	/** A form that is hidden only while it is asked for by its name lets other actions of `wp-login.php` pass. */
	public function test_the_consent_page_itself_does_not_lead_to_a_form_elsewhere(): void {
		$query = (string) parse_url( OAuthClient::registered()->authorize_url(), PHP_URL_QUERY );
		Neighbours::with(
			function () use ( $query ): void {
				$answer = Http::get( Urls::consent( $query ), self::BROWSER );
				self::assertNothingTold( $answer, 'the consent page' );
				self::assertSame( 403, $answer->status );
			},
			'form_elsewhere'
		);
	}

	public function test_a_site_with_a_public_form_elsewhere_can_say_so(): void {
		$client = OAuthClient::registered();
		Neighbours::with(
			function () use ( $client ): void {
				$to = (string) Http::get( $client->authorize_url(), self::BROWSER )->header( 'Location' );
				self::assertStringStartsWith( home_url( '/' . Neighbours::SECRET . '/?redirect_to=' ), (string) Http::get( $to, self::BROWSER )->header( 'Location' ) );
			},
			'form_elsewhere',
			'form_is_public'
		);
	}
}

<?php
/**
 * Who: somebody at a browser that an administrator left open, or with a stolen session of theirs.
 * Has: a valid session, and a client of their own that asks for a connection. Not the password.
 * Does: opens the consent page and submits its form long after the login, or with a session that has no usable time of login.
 * Gets: the login form, which asks for the password and then leads back to the whole request. A submitted form is recorded as
 * refused (`login_required`), and nothing is connected.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Tests\AuditTrail;
use Countersign\Tests\Http;
use Countersign\Tests\OAuthClient;
use Countersign\Tests\Person;
use Countersign\Tests\Site;
use Countersign\Tests\TestCase;

/** A consent needs a recent login. */
final class OldLoginTest extends TestCase {

	/** @return array<string, array{\Closure(): mixed}> */
	public function logins(): array {
		return [
			'sixteen minutes ago'  => [ static fn(): int => time() - 16 * MINUTE_IN_SECONDS ],
			'far in the future'    => [ static fn(): int => time() + HOUR_IN_SECONDS ],
			'no time'              => [ static fn(): mixed => null ],
			'a text'               => [ static fn(): string => 'now' ],
			'a list'               => [ static fn(): array => [ time() ] ],
			'a negative time'      => [ static fn(): int => -1 ],
		];
	}

	/** @dataProvider logins */
	public function test_a_form_of_an_old_login_connects_nothing( \Closure $login ): void {
		$person = Person::anew( 'admin' );
		$client = OAuthClient::registered();
		$shown  = $client->consent_page( $person );
		$form   = Person::forms( $shown->body )[0];
		$person->set_login_time( $login() );
		$newest = OAuthClient::newest();
		$before = Site::digest();
		$from   = AuditTrail::size();
		$page   = $client->consent_page( $person );
		$this->assertLeadsToLogin( $client, $page );
		self::assertSame( $from, AuditTrail::size(), 'viewing the page records nothing' );
		$this->assertLeadsToLogin( $client, $person->post( site_url( 'wp-login.php?action=countersign_authorize' ), [ 'decision' => 'allow' ] + $form ) );
		self::assertRecorded( [ 'refusal oauth.consent denied login_required' ], $from );
		self::assertSame( [ $before, $newest ], [ Site::digest(), OAuthClient::newest() ] );
	}

	/** Asserts that the browser is sent to the login form, which ends the session and leads back to the request of the client. */
	private function assertLeadsToLogin( OAuthClient $client, \Countersign\Tests\Answer $answer ): void {
		self::assertSame( 302, $answer->status, $answer->body );
		self::assertStringStartsWith( wp_login_url(), (string) $answer->header( 'Location' ) );
		parse_str( (string) parse_url( (string) $answer->header( 'Location' ), PHP_URL_QUERY ), $query );
		self::assertSame( '1', $query['reauth'] );
		self::assertSame( Http::get( $client->authorize_url() )->header( 'Location' ), $query['redirect_to'] );
	}

	public function test_logging_in_again_leads_back_to_the_consent(): void {
		$person = Person::anew( 'admin' );
		$client = OAuthClient::registered();
		$person->set_login_time( time() - HOUR_IN_SECONDS );
		$to_login = $client->consent_page( $person )->header( 'Location' );
		$login    = $person->get( $to_login );
		self::assertSame( 200, $login->status );
		$form = array_values( array_filter( Person::forms( $login->body ), static fn( array $form ): bool => array_key_exists( 'log', $form ) ) )[0];
		$back = $person->post( site_url( 'wp-login.php' ), [ 'log' => 'admin', 'pwd' => 'admin' ] + $form );
		self::assertSame( 302, $back->status );
		$page = $person->get( $back->header( 'Location' ) );
		self::assertSame( 200, $page->status );
		self::assertNotSame( [], array_filter( Person::forms( $page->body ), static fn( array $form ): bool => isset( $form['preset'] ) ) );
	}

	public function test_a_filter_can_shorten_the_time_but_not_extend_it(): void {
		$longest = \Closure::bind( static fn(): int => self::longest(), null, \Countersign\Plugin\Accounts\RecentLogin::class );
		foreach ( [ [ 60, 60 ], [ YEAR_IN_SECONDS, 900 ], [ -5, 1 ], [ 0, 1 ] ] as [ $wanted, $effective ] ) {
			add_filter( 'countersign_recent_login', $filter = static fn(): int => $wanted );
			self::assertSame( $effective, $longest() );
			remove_filter( 'countersign_recent_login', $filter );
		}
	}
}

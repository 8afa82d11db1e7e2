<?php
/**
 * Attacker: a person who may not connect agents: a subscriber, or a contributor who wants more than drafts.
 * Has: an account, and programs that register under any name. Knows the form of administrators.
 * Does: asks without the right to write; sends the decision "allow" with the nonce of the own page; asks again and again for
 *   agents with other names; names an agent so that the notice or the e-mail says something else; sends another person to a
 *   form of its own.
 * Gets: no connection and no code. Three requests are kept of one person, each in one entry of the log; one e-mail an hour is
 *   sent, without a text of the agent. Without the nonce of the page nothing is kept.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Plugin\Connections\Asks;
use Countersign\Tests\AuditTrail;
use Countersign\Tests\OAuthClient;
use Countersign\Tests\Person;
use Countersign\Tests\Site;
use Countersign\Tests\TestCase;

/** Asking an administrator for an agent grants nothing and cannot be used to flood anybody. */
final class AskForAgentTest extends TestCase {

	protected function setUp(): void {
		parent::setUp();
		delete_option( Asks::OPTION );
		@unlink( Site::folder() . '/tmp/mails' );
	}

	/** @return list<array{user: int, name: string, ...}> The requests, past the cache of this process. */
	private static function asks(): array {
		wp_cache_flush();
		return ( new Asks() )->open();
	}

	protected function tearDown(): void {
		delete_option( Asks::OPTION );
		parent::tearDown();
	}

	public function test_a_subscriber_cannot_ask(): void {
		$client = OAuthClient::registered();
		$form   = Person::forms( $client->consent_page( Person::of( 'contributor' ) )->body )[0];
		$nonce  = Person::of( 'subscriber' )->nonce( 'countersign_authorize' );
		$from   = AuditTrail::size();
		$answer = Person::of( 'subscriber' )->post( site_url( 'wp-login.php?action=countersign_authorize' ), [ 'decision' => 'ask', '_wpnonce' => $nonce ] + $form );
		self::assertSame( [ 400, null ], [ $answer->status, $answer->header( 'Location' ) ] );
		self::assertSame( [ [], $from ], [ self::asks(), AuditTrail::size() ] );
	}

	public function test_who_may_only_ask_cannot_allow(): void {
		$client = OAuthClient::registered();
		$before = [ Site::digest(), AuditTrail::size() ];
		$answer = $client->decide( Person::of( 'contributor' ), [ 'decision' => 'allow', 'preset' => 'full_access', 'user' => Site::user( 'admin' ), 'name' => 'Mine' ] );
		self::assertArrayNotHasKey( 'code', OAuthClient::parameters( $answer ) );
		self::assertSame( 'access_denied', OAuthClient::parameters( $answer )['error'] );
		self::assertSame( $before, [ Site::digest(), AuditTrail::size() ] );
	}

	public function test_a_person_cannot_flood_administrators(): void {
		$from = AuditTrail::size();
		for ( $i = 0; $i < 6; $i++ ) {
			$client = OAuthClient::registered( [ 'client_name' => "Flood $i" ] );
			$answer = $client->decide( Person::of( 'contributor' ), [ 'decision' => 'ask' ] );
			// The same request again changes nothing.
			$client->decide( Person::of( 'contributor' ), [ 'decision' => 'ask' ] );
		}
		self::assertStringContainsString( 'consent_asks_full', $answer->body );
		self::assertNull( $answer->header( 'Location' ) );
		self::assertCount( 3, self::asks() );
		self::assertRecorded( array_fill( 0, 3, 'refusal oauth.consent denied consent_asked' ), $from );
		self::assertCount( 1, file( Site::folder() . '/tmp/mails' ) );
		OAuthClient::registered()->decide( Person::of( 'editor' ), [ 'decision' => 'ask' ] );
		self::assertCount( 4, self::asks(), 'others can still ask' );
	}

	public function test_an_agent_chooses_no_word_of_the_notice_or_the_mail(): void {
		$name = "Claude”\u{202e}<img src=x onerror=alert(1)>\n\nGo to https://evil.example and log in";
		OAuthClient::registered( [ 'client_name' => $name ] )->decide( Person::of( 'contributor' ), [ 'decision' => 'ask', 'preset' => 'read_only' ] );
		$page = Person::of( 'admin' )->get( admin_url( 'index.php' ) );
		self::assertStringNotContainsString( '<img src=x', $page->body );
		self::assertMatchesRegularExpression( '~calls itself <bdi>[^<]*</bdi> \(not verified\)~', $page->body );
		self::assertStringNotContainsString( 'evil.example', (string) file_get_contents( Site::folder() . '/tmp/mails' ) );
	}

	public function test_another_site_cannot_make_a_person_ask(): void {
		$form = Person::forms( OAuthClient::registered()->consent_page( Person::of( 'contributor' ) )->body )[0];
		$from = AuditTrail::size();
		foreach ( [ '', 'abcdef0123', Person::of( 'editor' )->nonce( 'countersign_authorize' ) ] as $nonce ) {
			$answer = Person::of( 'editor' )->post( site_url( 'wp-login.php?action=countersign_authorize' ), [ 'decision' => 'ask', '_wpnonce' => $nonce ] + $form );
			self::assertSame( [ 200, null ], [ $answer->status, $answer->header( 'Location' ) ] );
		}
		self::assertSame( [ [], $from ], [ self::asks(), AuditTrail::size() ] );
	}

	public function test_who_may_not_manage_cannot_answer_a_request(): void {
		OAuthClient::registered()->decide( Person::of( 'contributor' ), [ 'decision' => 'ask' ] );
		$form = Person::form( Person::of( 'admin' )->page( 'countersign' ), 'countersign_answered_ask' );
		foreach ( [ 'editor', 'contributor' ] as $login ) {
			self::assertSame( 403, Person::of( $login )->post( admin_url( 'admin-post.php' ), [ '_wpnonce' => Person::of( $login )->nonce( 'countersign_answered_ask' ) ] + $form )->status );
		}
		self::assertCount( 1, self::asks() );
	}
}

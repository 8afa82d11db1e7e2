<?php

declare(strict_types=1);

namespace Countersign\Tests\Doors;

use Countersign\Plugin\Connections\Asks;
use Countersign\Tests\Answer;
use Countersign\Tests\AuditTrail;
use Countersign\Tests\OAuthClient;
use Countersign\Tests\Person;
use Countersign\Tests\Site;
use Countersign\Tests\TestCase;

/** A person who may not connect an agent asks an administrator, and those who may are told what happens. */
final class AskTest extends TestCase {

	private const DOCUMENT = 'https://client.example/oauth/metadata.json';

	protected function setUp(): void {
		parent::setUp();
		delete_option( Asks::OPTION );
		delete_user_option( Site::user( 'admin' ), 'countersign_connections_seen' );
		@unlink( self::mails_file() );
	}

	/** @return list<array{user: int, name: string, ...}> The requests, past the cache of this process. */
	private static function asks(): array {
		wp_cache_flush();
		return ( new Asks() )->open();
	}

	protected function tearDown(): void {
		delete_option( Asks::OPTION );
		delete_option( 'fixture_documents' );
		parent::tearDown();
	}

	private static function mails_file(): string {
		return Site::folder() . '/tmp/mails';
	}

	/** @return list<array{to: string, subject: string, message: string}> */
	private static function mails(): array {
		return array_map( static fn( string $line ): array => json_decode( $line, true ), is_file( self::mails_file() ) ? file( self::mails_file(), FILE_IGNORE_NEW_LINES ) : [] );
	}

	private static function text( Answer $page ): string {
		return (string) preg_replace( '/\s+/', ' ', html_entity_decode( wp_strip_all_tags( $page->body ), ENT_QUOTES ) );
	}

	public function test_an_editor_can_ask_and_the_client_is_told(): void {
		$from   = AuditTrail::size();
		$before = Site::rows();
		$answer = OAuthClient::registered( [ 'client_name' => 'Wished agent' ] )->decide( Person::of( 'editor' ), [ 'decision' => 'ask' ] );
		self::assertStringStartsWith( OAuthClient::REDIRECT . '?', (string) $answer->header( 'Location' ) );
		$told = OAuthClient::parameters( $answer );
		self::assertSame( [ 'access_denied', \Countersign\reasons()['consent_asked'], 'a state & more' ], [ $told['error'], $told['error_description'], $told['state'] ] );
		self::assertRecorded( [ 'refusal oauth.consent denied consent_asked' ], $from );
		self::assertSame( $before, Site::rows(), 'nothing is approved' );
		$ask = self::asks()[0];
		self::assertSame( [ Site::user( 'editor' ), 'Wished agent', '127.0.0.1:7799', '', 'draft_only' ], [ $ask['user'], $ask['name'], $ask['redirect'], $ask['document'], $ask['preset'] ] );
		self::assertSame( [ 'id', 'user', 'time', 'name', 'redirect', 'document', 'preset' ], array_keys( $ask ), 'nothing else is kept' );
	}

	public function test_administrators_see_the_request_and_can_remove_it(): void {
		OAuthClient::registered( [ 'client_name' => 'Wished agent' ] )->decide( Person::of( 'editor' ), [ 'decision' => 'ask', 'preset' => 'read_only' ] );
		foreach ( [ admin_url( 'index.php' ), admin_url( 'admin.php?page=countersign' ) ] as $url ) {
			$text = self::text( Person::of( 'admin' )->get( $url ) );
			self::assertStringContainsString( 'Editor (Editor) asks you to connect an agent. It calls itself Wished agent (not verified). Hosts: 127.0.0.1:7799. Wished permissions: Read only.', $text );
		}
		self::assertStringNotContainsString( 'asks you to connect', Person::of( 'editor' )->get( admin_url( 'index.php' ) )->body );
		$form = Person::form( Person::of( 'admin' )->page( 'countersign' ), 'countersign_answered_ask' );
		Person::of( 'admin' )->post( admin_url( 'admin-post.php' ), $form );
		self::assertSame( [], self::asks() );
	}

	public function test_one_mail_an_hour_says_who_asks(): void {
		foreach ( [ 'First', 'Second' ] as $name ) {
			OAuthClient::registered( [ 'client_name' => $name ] )->decide( Person::of( 'editor' ), [ 'decision' => 'ask' ] );
		}
		$mails = self::mails();
		self::assertCount( 1, $mails );
		self::assertSame( get_option( 'admin_email' ), $mails[0]['to'] );
		self::assertStringContainsString( 'Editor (Editor)', $mails[0]['message'] );
		self::assertStringContainsString( admin_url( 'admin.php?page=countersign' ), $mails[0]['message'] );
	}

	public function test_the_consent_of_an_administrator_answers_the_request(): void {
		$client = OAuthClient::registered( [ 'client_name' => 'Answered agent' ] );
		$client->decide( Person::of( 'editor' ), [ 'decision' => 'ask' ] );
		$client->decide( Person::of( 'admin' ) );
		self::assertCount( 1, self::asks(), 'a connection of another account does not answer it' );
		$client->decide( Person::of( 'admin' ), [ 'user' => Site::user( 'editor' ) ] );
		self::assertSame( [], self::asks() );
	}

	public function test_cancel_asks_nobody(): void {
		$from   = AuditTrail::size();
		$answer = OAuthClient::registered()->decide( Person::of( 'editor' ), [ 'decision' => 'cancel' ] );
		self::assertSame( 'access_denied', OAuthClient::parameters( $answer )['error'] );
		self::assertSame( [ [], [], $from ], [ self::asks(), self::mails(), AuditTrail::size() ] );
	}

	public function test_a_client_with_a_document_can_be_asked_for(): void {
		update_option( 'fixture_documents', [ self::DOCUMENT => [ 'body' => wp_json_encode( [ 'client_id' => self::DOCUMENT, 'client_name' => 'Described', 'redirect_uris' => [ 'https://client.example/back' ] ] ) ] ] );
		$answer = OAuthClient::described_at( self::DOCUMENT )->decide( Person::of( 'editor' ), [ 'decision' => 'ask' ], [ 'redirect_uri' => 'https://client.example/back' ] );
		self::assertStringStartsWith( 'https://client.example/back?error=access_denied', (string) $answer->header( 'Location' ) );
		self::assertSame( 'client.example', self::asks()[0]['document'] );
	}

	public function test_a_request_is_forgotten_after_a_week_and_with_its_person(): void {
		OAuthClient::registered()->decide( Person::of( 'editor' ), [ 'decision' => 'ask' ] );
		$stored = get_option( Asks::OPTION );
		$stored['asks'][0]['time'] = time() - WEEK_IN_SECONDS - 1;
		$stored['asks'][]          = [ 'user' => Site::user( 'subscriber' ), 'time' => time() ] + $stored['asks'][0];
		update_option( Asks::OPTION, $stored );
		self::assertSame( [], self::asks() );
		( new Asks() )->prune();
		self::assertSame( [], get_option( Asks::OPTION )['asks'] );
	}

	public function test_those_who_manage_connections_are_told_of_a_new_one_until_they_have_seen_it(): void {
		$client = OAuthClient::registered( [ 'client_name' => 'Announced agent' ] );
		$client->decide( Person::of( 'admin' ), [ 'preset' => 'read_only', 'user' => Site::user( 'author' ) ] );
		foreach ( [ admin_url( 'index.php' ), admin_url( 'admin.php?page=countersign' ) ] as $url ) {
			self::assertMatchesRegularExpression( '~Announced agent: Read only, allowed by admin \(Administrator\) \S+ \S+ ago\. It acts as Author \(Author\)\.~', self::text( Person::of( 'admin' )->get( $url ) ) );
		}
		self::assertStringNotContainsString( 'Announced agent', Person::of( 'editor' )->get( admin_url( 'index.php' ) )->body );
		$form = Person::form( Person::of( 'admin' )->page( 'countersign' ), 'countersign_seen_connections' );
		Person::of( 'admin' )->post( admin_url( 'admin-post.php' ), $form );
		self::assertStringNotContainsString( 'countersign-new', Person::of( 'admin' )->page( 'countersign' )->body );
		self::assertSame( [], self::mails(), 'no e-mail unless the site has chosen it' );
	}

	public function test_an_email_about_a_new_connection_is_a_setting(): void {
		Site::settings( [ 'mail_on_connect' => true ] + Site::ROOMY );
		OAuthClient::registered( [ 'client_name' => 'Mailed agent' ] )->decide( Person::of( 'admin' ), [ 'preset' => 'read_only' ] );
		[ $mail ] = self::mails();
		self::assertSame( get_option( 'admin_email' ), $mail['to'] );
		self::assertStringContainsString( 'has connected an agent with the permissions "Read only"', $mail['message'] );
		self::assertStringNotContainsString( 'Mailed agent', $mail['subject'] . $mail['message'], 'an agent cannot write to the administrator' );
	}
}

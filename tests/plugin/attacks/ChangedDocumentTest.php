<?php
/**
 * Who: somebody who runs the host of a client's metadata document.
 * Has: an administrator who has opened the consent page for the client.
 * Does: changes the document while the page is open: the name, or the address that the browser goes to afterwards.
 * Gets: the page is shown again, with what the document says now. Nothing is connected, and nothing is recorded.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Tests\Answer;
use Countersign\Tests\AuditTrail;
use Countersign\Tests\OAuthClient;
use Countersign\Tests\Person;
use Countersign\Tests\Site;
use Countersign\Tests\TestCase;

/** A decision is about the document that the person saw. */
final class ChangedDocumentTest extends TestCase {

	private const DOCUMENT = 'https://client.example/oauth/changing.json';

	private const REDIRECT = 'https://client.example/back';

	protected function tearDown(): void {
		delete_option( 'fixture_documents' );
		parent::tearDown();
	}

	private static function publish( string $name, string $redirect ): void {
		$document = [ 'client_id' => self::DOCUMENT, 'client_name' => $name, 'redirect_uris' => [ $redirect ] ];
		update_option( 'fixture_documents', [ self::DOCUMENT => [ 'body' => wp_json_encode( $document ) ] ] );
	}

	private static function page(): Answer {
		// Without a redirect address in the request, the only one of the document is used.
		return OAuthClient::described_at( self::DOCUMENT )->consent_page( Person::of( 'admin' ), [ 'redirect_uri' => null ] );
	}

	/** @return array<string, array{string, string}> The name and the redirect address after the change. */
	public function changes(): array {
		return [
			'another name'               => [ 'Another', self::REDIRECT ],
			'another host'               => [ 'Shown', 'https://evil.example/back' ],
			'another port'               => [ 'Shown', 'https://client.example:8443/back' ],
			'another path of the host'   => [ 'Shown', 'https://client.example/open-redirector' ],
			'another query of that path' => [ 'Shown', self::REDIRECT . '?to=elsewhere' ],
		];
	}

	/** @dataProvider changes */
	public function test_a_document_that_changes_while_the_page_is_open_is_shown_again( string $name, string $redirect ): void {
		self::publish( 'Shown', self::REDIRECT );
		$form = Person::forms( self::page()->body )[0];
		[ $before, $size ] = [ Site::digest(), AuditTrail::size() ];
		self::publish( $name, $redirect );
		$answer = Person::of( 'admin' )->post( site_url( 'wp-login.php?action=countersign_authorize' ), [ 'decision' => 'allow' ] + $form );
		self::assertSame( [ 200, null ], [ $answer->status, $answer->header( 'Location' ) ] );
		self::assertStringContainsString( 'the agent has changed its request', $answer->body );
		self::assertStringContainsString( $name, $answer->body );
		self::publish( 'Shown', self::REDIRECT );
		self::assertSame( [ $before, $size ], [ Site::digest(), AuditTrail::size() ] );
		$answer = Person::of( 'admin' )->post( site_url( 'wp-login.php?action=countersign_authorize' ), [ 'decision' => 'allow' ] + $form );
		self::assertStringStartsWith( self::REDIRECT . '?code=', (string) $answer->header( 'Location' ), 'the document is again what the person saw' );
	}
}

<?php
/**
 * Who: A, who writes rows of the database and its caches.
 * Has: an administrator who is about to connect a well-known client, whose metadata document this site has read before.
 * Does: replaces the redirect address wherever the site could have stored the document, so that the page shows the client's host
 *   as verified, and the authorization code goes elsewhere.
 * Gets: nothing. The document is fetched each time that the page is shown or submitted, and stored nowhere before a person decides.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Plugin\OAuth\Clients;
use Countersign\Tests\AuditTrail;
use Countersign\Tests\Fingerprint;
use Countersign\Tests\OAuthClient;
use Countersign\Tests\Person;
use Countersign\Tests\Site;
use Countersign\Tests\TestCase;

/** A document is what its host says, and not what a cache says. */
final class DocumentCacheTest extends TestCase {

	private const DOCUMENT = 'https://client.example/oauth/known.json';

	private const REDIRECT = 'https://client.example/back';

	private const EVIL = 'https://evil.example/back';

	protected function setUp(): void {
		parent::setUp();
		update_option( 'fixture_documents', [ self::DOCUMENT => [ 'body' => self::document( self::REDIRECT ), 'headers' => [ 'cache-control' => 'max-age=3600' ] ] ] );
	}

	protected function tearDown(): void {
		delete_option( 'fixture_documents' );
		delete_transient( self::transient() );
		parent::tearDown();
	}

	private static function document( string $redirect ): string {
		return wp_json_encode( [ 'client_id' => self::DOCUMENT, 'client_name' => 'Known', 'redirect_uris' => [ $redirect ] ], JSON_UNESCAPED_SLASHES );
	}

	/** The name under which earlier versions stored the document. */
	private static function transient(): string {
		return 'countersign_client_' . substr( Clients::key( self::DOCUMENT ), 0, 40 );
	}

	public function test_the_page_stores_no_document(): void {
		$client = OAuthClient::described_at( self::DOCUMENT );
		$before = Fingerprint::of_site();
		self::assertStringContainsString( 'client.example', wp_strip_all_tags( $client->consent_page( Person::of( 'admin' ), [ 'redirect_uri' => null ] )->body ) );
		self::assertSiteUnchanged( $before );
	}

	public function test_a_planted_document_is_not_read(): void {
		global $wpdb;
		$client = OAuthClient::described_at( self::DOCUMENT );
		$admin  = Person::of( 'admin' );
		$client->consent_page( $admin, [ 'redirect_uri' => null ] );
		set_transient( self::transient(), [ 'url' => self::DOCUMENT, 'body' => self::document( self::EVIL ) ], HOUR_IN_SECONDS );
		// Both addresses have the same length, so that serialized values stay valid.
		self::assertSame( strlen( self::REDIRECT ), strlen( self::EVIL ) + 2 );
		$wpdb->query( $wpdb->prepare( "UPDATE $wpdb->options SET option_value = REPLACE(option_value, %s, %s) WHERE option_name <> 'fixture_documents'", self::REDIRECT, self::EVIL . '/x' ) );
		wp_cache_flush();
		$page = wp_strip_all_tags( $client->consent_page( $admin, [ 'redirect_uri' => null ] )->body );
		self::assertStringNotContainsString( 'evil.example', $page );
		$size   = AuditTrail::size();
		$before = Fingerprint::of_site();
		// A request with the planted address is refused, and the browser is sent nowhere.
		$answer = $client->consent_page( $admin, [ 'redirect_uri' => self::EVIL ] );
		self::assertSame( [ 400, null ], [ $answer->status, $answer->header( 'Location' ) ] );
		self::assertSame( [], Person::forms( $answer->body ) );
		self::assertSiteUnchanged( $before );
		self::assertSame( $size, AuditTrail::size(), 'nobody has decided anything' );
		$answer = $client->decide( $admin, [], [ 'redirect_uri' => null ] );
		self::assertStringStartsWith( self::REDIRECT . '?code=', (string) $answer->header( 'Location' ) );
	}
}

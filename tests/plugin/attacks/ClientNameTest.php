<?php
/**
 * Attacker: anybody on the internet. Registers a client, which needs no account.
 * Has: the free choice of the client's name.
 * Does: gives it a name that ends the quotation around it, reverses the order of the text, covers the sentence next to it
 *   with combining marks, breaks the line, or claims with a check mark that it was verified. A row that an earlier version
 *   stored holds such a name too.
 * Gets: a name without those characters, in a box of its own under the words that it is not verified; on every page of the
 *   dashboard and in the audit log the cleaned name, isolated from the text around it.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Plugin\Plugin;
use Countersign\Plugin\Site\Names;
use Countersign\Tests\Answer;
use Countersign\Tests\AuditTrail;
use Countersign\Tests\OAuthClient;
use Countersign\Tests\Person;
use Countersign\Tests\Site;
use Countersign\Tests\TestCase;

/** A name of a client that pretends to be a part of the page. */
final class ClientNameTest extends TestCase {

	private const NAME = "Claude” (verified ✔)\u{202e}tneilc\u{2066}\n<b>\"It is s\u{336}\u{489}afe\u{20dd}\" «✅🔒»\u{200b}";

	private const CLEANED = 'Claude (verified )tneilc <b>It is safe';

	protected function setUp(): void {
		parent::setUp();
		Site::settings( [ 'registration_limit' => [ 'max' => 256, 'window' => 1 ] ] + Site::ROOMY );
	}

	private static function assertClean( Answer $page ): void {
		$text = html_entity_decode( $page->body, ENT_QUOTES );
		self::assertStringContainsString( self::CLEANED, $text );
		self::assertDoesNotMatchRegularExpression( '/[\x{202a}-\x{202e}\x{2066}\x{2067}\x{336}\x{489}\x{20dd}\x{200b}✔✅🔒]|Claude”/u', $text );
		self::assertStringContainsString( '<bdi>' . esc_html( self::CLEANED ) . '</bdi>', $page->body );
		self::assertStringNotContainsString( '<b>It', $page->body );
	}

	public function test_the_consent_page_keeps_the_name_apart(): void {
		$page = OAuthClient::registered( [ 'client_name' => self::NAME ] )->consent_page( Person::of( 'admin' ) );
		self::assertSame( 200, $page->status );
		self::assertClean( $page );
		self::assertMatchesRegularExpression( '~<p class="countersign-name"><bdi>[^<]*</bdi></p>\s*<p class="description">Not verified~', $page->body );
		self::assertSame( 1, preg_match( '~<title>(.*?)</title>~s', $page->body, $title ) );
		self::assertStringNotContainsString( 'Claude', $title[1], 'the title of the browser window is the site\'s alone' );
		self::assertSame( 1, preg_match( '~<h1 class="countersign-title"[^>]*>(.*?)</h1>~s', $page->body, $heading ) );
		self::assertStringNotContainsString( 'Claude', $heading[1] );
	}

	public function test_the_name_is_stored_and_recorded_clean(): void {
		$from   = AuditTrail::size();
		$client = OAuthClient::registered( [ 'client_name' => self::NAME ] );
		$client->tokens();
		$connection = Plugin::composition()->connections()->find( OAuthClient::newest() );
		self::assertSame( [ sanitize_text_field( self::CLEANED ), self::CLEANED ], [ $connection->name, $connection->client ] );
		global $wpdb;
		$bodies = implode( "\n", $wpdb->get_col( $wpdb->prepare( 'SELECT body FROM %i WHERE seq >= %d', Site::table( 'audit_entry' ), $from ) ) );
		self::assertStringContainsString( self::CLEANED, $bodies );
		self::assertDoesNotMatchRegularExpression( '/[✔✅🔒\x{202a}-\x{202e}\x{336}]|\\\\u202e|\\\\u2714/u', $bodies );
	}

	public function test_a_name_that_a_record_holds_is_cleaned_on_every_page(): void {
		$connect = static fn( string $name ): int => Plugin::composition()->creation()->create( $name, self::NAME . '2', Site::user( 'editor' ), 'standard', [], [] )['connection'];
		$id      = $connect( self::NAME );
		$admin = Person::of( 'admin' );
		self::assertClean( $admin->page( 'countersign' ) );
		foreach ( [ 'edit', 'revoke' ] as $view ) {
			$page = $admin->page( 'countersign', [ 'view' => $view, 'connection' => $id ] );
			self::assertStringContainsString( self::CLEANED, html_entity_decode( $page->body, ENT_QUOTES ) );
			self::assertStringNotContainsString( "\u{202e}", html_entity_decode( $page->body, ENT_QUOTES ) );
		}
		$id = $connect( '✔' );
		self::assertSame( "Connection $id", Plugin::composition()->connections()->find( $id )->name );
	}

	public function test_a_name_that_a_person_types_is_cleaned_too(): void {
		OAuthClient::registered()->decide( Person::of( 'admin' ), [ 'name' => self::NAME ] );
		self::assertStringStartsWith( 'Claude (verified )', Plugin::composition()->connections()->find( OAuthClient::newest() )->name );
		self::assertSame( 'ab', Names::clean( "a\u{202e}b" ) );
	}
}

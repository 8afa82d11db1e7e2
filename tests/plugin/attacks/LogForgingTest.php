<?php
/**
 * Who: an agent with a connection, on a site where another plugin's tool puts arguments into its errors.
 * Has: the arguments of the tool, and with them the text of exceptions, warnings and SQL, names of classes and files.
 * Does: sends a line break and text that looks like a line of PHP, or ten thousand characters.
 * Gets: `tool_failed` and an audit entry. The site's error log gets one line for each error, which names class, file and
 * line, and holds no character of what the agent sent.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Tests\AuditTrail;
use Countersign\Tests\Database;
use Countersign\Tests\Http;
use Countersign\Tests\Site;
use Countersign\Tests\TestCase;
use Countersign\Plugin\Audit\Unavailable;
use Countersign\Plugin\Composition;
use Countersign\Plugin\Site\ErrorLog;
use Countersign\Plugin\Site\Settings;
use Countersign\Plugin\Site\Urls;

/** No text that an agent, a client or another plugin chooses reaches the error log. */
final class LogForgingTest extends TestCase {

	private const MARK = 'stolen-words';

	private const TEXT = self::MARK . "\n[28-Nov-2026 21:00:00 UTC] PHP Fatal error:  forged in /x.php on line 1\r\n\0" . self::MARK . "\u{202e}\x1b[31m";

	/** @return array<string, array{string, string, string}> How the tool fails => reason for the agent, regular expression of the line. */
	public function failures(): array {
		$place = 'wp-content/mu-plugins/countersign-test-fixtures\.php:\d+';
		return [
			'a message'             => [ 'message', 'tool_failed', "tool \"fixture_forge\" failed: RuntimeException in $place" ],
			'a code'                => [ 'code', 'tool_failed', "tool \"fixture_forge\" failed: RuntimeException 7 in $place" ],
			'a long message'        => [ 'long', 'tool_failed', "tool \"fixture_forge\" failed: RuntimeException in $place" ],
			'a cause'               => [ 'cause', 'tool_failed', "tool \"fixture_forge\" failed: LogicException in $place.*; caused by RuntimeException in $place" ],
			'an anonymous class'    => [ 'anonymous', 'tool_failed', "tool \"fixture_forge\" failed: RuntimeException@anonymous in $place" ],
			'a class of the agent'  => [ 'class', 'tool_failed', "tool \"fixture_forge\" failed: [A-Za-z0-9_?]{64} in $place" ],
			'a class like ours'     => [ 'ours', 'tool_failed', "tool \"fixture_forge\" failed: Countersign.Exception@anonymous in :0" ],
			'a Denied of ours'      => [ 'denied', 'target_state', '' ],
			'a warning'             => [ 'warning', '', "PHP Warning in $place" ],
			'a notice of a plugin'  => [ 'notice', '', "PHP Notice in $place" ],
			'a panic'               => [ 'panic', '', "PHP Warning, countersign: internal error at src/mcp/server.rs:12, in $place" ],
			'a false panic'         => [ 'no_panic', '', "PHP Warning in $place" ],
			'a fatal error'         => [ 'user_error', 'tool_failed', "tool \"fixture_forge\" failed: ErrorException in $place" ],
			'SQL'                   => [ 'sql', '', 'WordPress database error: \d refused in this request' ],
			'after the answer'      => [ 'shutdown', '', "an action at the end of the request failed: RuntimeException in $place" ],
		];
	}

	/** @dataProvider failures */
	public function test_the_error_log_names_the_place_of_an_error_and_nothing_of_its_text( string $how, string $reason, string $line ): void {
		$this->expected_error = '~^\[[^]]+\] Countersign: (?:PHP (?:Warning|Notice)|WordPress database error: )~';
		$from                 = AuditTrail::size();
		$answer               = Site::connect()->call( 'fixture_forge', [ 'how' => $how, 'text' => self::TEXT ] );
		self::assertSame( '' === $reason ? null : $reason, $answer->reason(), $answer->body );
		self::assertCount( 2 + 1, AuditTrail::since( $from ), 'the connection, the intent and the outcome' );
		$this->assertLog( $line );
	}

	public function test_the_name_of_a_file_cannot_forge_a_line(): void {
		$this->expected_error = '~ Countersign: tool "fixture_forge" failed: ~';
		$answer = Site::connect()->call( 'fixture_forge', [ 'how' => 'file', 'text' => self::TEXT ] );
		self::assertSame( 'tool_failed', $answer->reason(), $answer->body );
		self::assertMatchesRegularExpression( '~\A(?:\[[^]\n]+\] Countersign: tool "fixture_forge" failed: RuntimeException in [ -\~]{1,800}\n)+\z~', $this->logged() );
	}

	public function test_a_uri_of_the_agent_is_not_in_the_error_log(): void {
		Site::connect()->send( 'resources/read', [ 'uri' => 'fixture://forge/' . rawurlencode( self::TEXT ) ] );
		$this->assertLog( 'resource "fixture://forge/\{text\}" failed: RuntimeException in wp-content/mu-plugins/countersign-test-fixtures.php' );
	}

	public function test_a_plugin_that_fails_to_register_its_tools_leaves_the_others_usable(): void {
		update_option( 'fixture_forge_registration', self::TEXT );
		try {
			self::assertContains( 'whoami', Site::connect()->tools() );
		} finally {
			delete_option( 'fixture_forge_registration' );
		}
		$this->assertLog( 'a plugin failed to register its tools: RuntimeException in wp-content/mu-plugins/countersign-test-fixtures.php' );
	}

	public function test_a_name_that_a_plugin_registers_cannot_forge_a_line(): void {
		update_option( 'fixture_forge_name', self::TEXT );
		try {
			Site::connect()->tools();
		} finally {
			delete_option( 'fixture_forge_name' );
		}
		$log = $this->logged();
		self::assertStringContainsString( 'is already registered', $log );
		self::assertMatchesRegularExpression( '~\A(?:\[[^]\n]+\] Countersign: [ -\~]{1,900}\n)+\z~', $log );
	}

	public function test_the_message_of_a_filter_that_fails_is_not_in_the_error_of_the_audit_log(): void {
		$thrown = [ new \RuntimeException( self::TEXT ), new class( self::TEXT ) extends \Countersign\Exception {
			public function __construct( string $text ) {
				$this->message = $text;
			}
		} ];
		foreach ( $thrown as $error ) {
			add_filter( 'pre_option_' . Settings::AUDIT_HOST, $fail = static fn() => throw $error );
			try {
				( new Composition() )->log()->append( AuditTrail::draft() );
				self::fail( 'the entry was stored' );
			} catch ( Unavailable $unavailable ) {
				self::assertSame( 'the entry could not be stored', $unavailable->getMessage() );
			} finally {
				remove_filter( 'pre_option_' . Settings::AUDIT_HOST, $fail );
			}
		}
	}

	/** @return array<string, array{string, string, array<string, string>}> */
	public function requests(): array {
		$form = [ 'Content-Type' => 'application/x-www-form-urlencoded' ];
		$text = rawurlencode( self::TEXT );
		return [
			'a token request'    => [ 'token', "grant_type=refresh_token&refresh_token=$text&client_id=$text", $form ],
			'a revocation'       => [ 'revoke', "token=$text&client_id=$text", $form ],
			'a registration'     => [ 'register', json_encode( [ 'client_name' => self::TEXT, 'redirect_uris' => [ self::TEXT ] ] ), [] ],
			'an MCP request'     => [ 'mcp', json_encode( [ 'method' => self::TEXT ] ), [ 'Authorization' => 'Bearer ' . self::MARK ] ],
		];
	}

	/** @dataProvider requests */
	public function test_a_client_without_a_token_cannot_write_to_the_error_log_of_a_site_without_its_tables( string $to, string $body, array $headers ): void {
		$this->expected_error = '~^\[[^]]+\] Countersign: ~';
		// A database that refuses every statement of the plugin.
		Database::without(
			[ 'oauth_clients', 'grants', 'connections', 'audit_entry' ],
			static fn() => Http::send( 'POST', Urls::$to(), $headers + [ 'Content-Type' => 'application/json' ], $body )
		);
		$this->assertLines();
	}

	/** @return array<string, array{string, string}> */
	public function names(): array {
		return [
			'an identifier'       => [ 'shop_stock', 'shop_stock' ],
			'a class'             => [ 'A\\B\\C', 'A\\B\\C' ],
			'an anonymous class'  => [ "class@anonymous\0/srv/x.php:3\$0", 'class@anonymous' ],
			'a line break'        => [ "a\nPHP Fatal error: x", 'a?PHP?Fatal?error:?x' ],
			'a quotation mark'    => [ 'a" failed: "', 'a??failed:??' ],
			'other scripts'       => [ "caf\u{e9}\u{202e}", 'caf?????' ],
			'invalid UTF-8'       => [ "a\xff", 'a?' ],
			'too many characters' => [ str_repeat( 'a', 1000 ), str_repeat( 'a', 64 ) ],
		];
	}

	/** @dataProvider names */
	public function test_a_name_has_only_the_characters_of_identifiers( string $name, string $written ): void {
		self::assertSame( $written, ErrorLog::name( $name ) );
	}

	public function test_a_place_is_relative_to_wordpress_printable_and_bounded(): void {
		self::assertSame( 'wp-content/a b.php:3', ErrorLog::place( ABSPATH . 'wp-content/a b.php', 3 ) );
		self::assertSame( '/srv/a??b.php:0', ErrorLog::place( "/srv/a\n\0b.php", 0 ) );
		self::assertSame( '...' . str_repeat( 'a', 120 ) . ':1', ErrorLog::place( str_repeat( '/a', 500 ) . str_repeat( 'a', 120 ), 1 ) );
	}

	/** Asserts that one line of the error log matches, and that no line has a character of the agent. */
	private function assertLog( string $line ): void {
		$log = $this->assertLines();
		if ( '' === $line ) {
			self::assertSame( '', $log );
		} else {
			self::assertMatchesRegularExpression( "~^\[[^]\n]+\] Countersign: (?:[ -\~]*)(?:$line)~m", $log );
		}
	}

	private function assertLines(): string {
		$log = $this->logged();
		self::assertStringNotContainsString( self::MARK, $log );
		self::assertStringNotContainsString( 'forged', $log );
		self::assertMatchesRegularExpression( '~\A(?:\[[^]\n]+\] Countersign: [ -\~]{1,890}\n)*\z~', $log, 'only short and printable lines of this plugin' );
		return $log;
	}
}

<?php

declare(strict_types=1);

namespace Countersign\Tests\Health;

use Countersign\Plugin\Health\Requirements;
use Countersign\Plugin\Health\Ways;
use Countersign\Plugin\Passwords\AgentPasswords;
use Countersign\Plugin\Plugin;
use Countersign\Plugin\Site\SealedOptions;
use Countersign\Plugin\Site\Urls;
use Countersign\Tests\Http;
use Countersign\Tests\Person;
use Countersign\Tests\Site;
use Countersign\Tests\TestCase;

/** Without its extension the plugin refuses agents, leaves the site alone, and says what to install. */
final class NoExtensionTest extends TestCase {

	public function test_this_site_lacks_the_extension_and_has_the_plugin(): void {
		self::assertFalse( extension_loaded( 'countersign' ) );
		self::assertTrue( is_plugin_active( 'countersign/countersign.php' ) );
		self::assertSame( Requirements::MISSING, Requirements::state() );
	}

	public function test_the_plugin_can_be_activated(): void {
		[ $said ] = Site::php( 'require_once ABSPATH . "wp-admin/includes/admin.php"; deactivate_plugins( "countersign/countersign.php" ); echo var_export( activate_plugin( "countersign/countersign.php" ), true );' );
		self::assertSame( 'NULL', trim( $said ) );
		self::assertNotFalse( get_option( 'countersign_db_version' ) );
	}

	public function test_the_site_still_works(): void {
		foreach ( [ home_url( '/' ), home_url( '/?s=river' ), rest_url( 'wp/v2/posts' ), home_url( '/feed/' ), wp_login_url() ] as $url ) {
			self::assertSame( 200, Http::get( $url )->status, $url );
		}
		self::assertSame( 200, Person::of( 'admin' )->get( admin_url( 'edit.php' ) )->status );
	}

	public function test_the_mcp_endpoint_answers_503_as_json_rpc(): void {
		foreach ( [ '{"jsonrpc":"2.0","id":5,"method":"ping"}' => 5, '{"jsonrpc":"2.0","id":"a","method":"ping"}' => 'a', 'nonsense' => null, '[]' => null, '{"jsonrpc":"2.0","id":6,"method":"ping","params":{"a":"' . str_repeat( 'a', 16384 ) . '"}}' => null ] as $body => $id ) {
			$answer = Http::send( 'POST', rest_url( 'countersign/v1/mcp' ), [ 'Content-Type' => 'application/json' ], (string) $body );
			self::assertSame( [ 503, 'application/json', 'no-store', '60' ], [ $answer->status, $answer->header( 'Content-Type' ), $answer->header( 'Cache-Control' ), $answer->header( 'Retry-After' ) ] );
			self::assertSame( [ '2.0', -32603, 'extension_missing', $id ], [ $answer->json()['jsonrpc'], $answer->json()['error']['code'], $answer->reason(), $answer->json()['id'] ?? null ] );
		}
		self::assertSame( 503, Http::get( rest_url( 'countersign/v1/mcp' ) )->status );
	}

	public function test_the_password_of_an_agent_works_nowhere(): void {
		$made     = AgentPasswords::make( Site::user( 'admin' ), 'Of an agent' );
		$ordinary = \WP_Application_Passwords::create_new_application_password( Site::user( 'admin' ), [ 'name' => 'Of a person' ] )[0];
		$ask      = static fn( string $password, string $route ) => Http::get( rest_url( $route ), [ 'Authorization' => 'Basic ' . base64_encode( "admin:$password" ) ] );
		self::assertSame( 200, $ask( $ordinary, 'wp/v2/users/me' )->status );
		self::assertSame( 401, $ask( $made['password'], 'wp/v2/users/me' )->status );
		self::assertSame( 503, $ask( $made['password'], 'countersign/v1/mcp' )->status );
		\WP_Application_Passwords::delete_all_application_passwords( Site::user( 'admin' ) );
	}

	public function test_the_oauth_endpoints_answer_503(): void {
		foreach ( [ [ 'GET', home_url( '/.well-known/oauth-protected-resource' ) ], [ 'GET', home_url( '/.well-known/oauth-authorization-server' ) ], [ 'POST', rest_url( 'countersign/v1/oauth/token' ) ], [ 'POST', rest_url( 'countersign/v1/oauth/register' ) ] ] as [ $method, $url ] ) {
			$answer = Http::send( $method, $url, [], 'POST' === $method ? '' : null );
			self::assertSame( [ 503, 'no-store', 'extension_missing' ], [ $answer->status, $answer->header( 'Cache-Control' ), $answer->reason() ], $url );
		}
	}

	private static function text( string $html ): string {
		return trim( (string) preg_replace( '/\s+/', ' ', html_entity_decode( wp_strip_all_tags( $html ), ENT_QUOTES ) ) );
	}

	public function test_one_notice_leads_to_the_page_that_says_what_to_install(): void {
		foreach ( [ 'index.php', 'plugins.php', 'admin.php?page=countersign-audit' ] as $page ) {
			$body = Person::of( 'admin' )->get( admin_url( $page ) )->body;
			self::assertSame( 1, substr_count( self::text( $body ), 'Countersign needs its PHP extension, which is not loaded on this server.' ), $page );
			self::assertMatchesRegularExpression( '~<a href="[^"]*page=countersign">What to install</a>~', $body );
		}
	}

	public function test_the_page_says_what_this_php_needs_and_has_a_message_for_the_host(): void {
		$asset = sprintf( 'php_countersign-0.1.0_php%d.%d-%s-linux-%s.zip', PHP_MAJOR_VERSION, PHP_MINOR_VERSION, php_uname( 'm' ) === 'aarch64' ? 'arm64' : 'x86_64', 'glibc' );
		foreach ( [ [], [ 'view' => 'connect' ], [ 'view' => 'edit', 'connection' => 77 ], [ 'view' => 'revoke', 'connection' => 77 ] ] as $query ) {
			$page = Person::of( 'admin' )->page( 'countersign', $query );
			$text = self::text( $page->body );
			self::assertSame( 200, $page->status );
			foreach ( [ $asset, PHP_VERSION, 'not thread-safe (NTS)', ini_get( 'extension_dir' ), 'Check again', 'releases of Countersign' ] as $part ) {
				self::assertStringContainsString( $part, $text, implode( ' ', $query ) );
			}
			self::assertStringContainsString( 'href="' . \Countersign\Plugin\RELEASES . '"', $page->body );
			preg_match( '~<textarea[^>]*>(.*?)</textarea>~s', $page->body, $message );
			$message = html_entity_decode( $message[1], ENT_QUOTES );
			foreach ( [ $asset, PHP_VERSION, 'extension=countersign', 'install -d -m 1733 /var/lib/countersign', ini_get( 'extension_dir' ), \Countersign\Plugin\RELEASES, Urls::address() ] as $part ) {
				self::assertStringContainsString( $part, $message );
			}
			// No form works without the extension, so there is none. The admin bar of WordPress has one of its own.
			self::assertStringNotContainsString( 'admin-post.php', $page->body );
			self::assertStringNotContainsString( 'wp-list-table', $page->body );
		}
		self::assertStringContainsString( 'PHP does not load the extension yet', self::text( Person::of( 'admin' )->page( 'countersign', [ 'checked' => 1 ] )->body ) );
	}

	public function test_only_ways_that_exist_here_are_offered(): void {
		$debian = [ 'system' => 'Linux', 'version' => 80200, 'architecture' => 'x86_64', 'debian' => true, 'folder' => '/usr/lib/php/20220829', 'ini' => '/etc/php/8.2/fpm/php.ini', 'writable' => false ];
		$shared = [ 'debian' => false, 'folder' => '/opt/alt/php82/usr/lib64/php/modules', 'ini' => '/home/me/public_html/php.ini', 'writable' => true ] + $debian;
		$cases  = [
			[ [ Ways::PACKAGE, Ways::PIE, Ways::HOST ], $debian ],
			[ [ Ways::PACKAGE, Ways::PIE, Ways::HOST ], [ 'writable' => true ] + $debian ],
			[ [ Ways::OWN_INI, Ways::HOST ], $shared ],
			[ [ Ways::PIE, Ways::HOST ], [ 'writable' => false ] + $shared ],
			[ [ Ways::PIE, Ways::HOST ], [ 'writable' => false, 'ini' => '' ] + $shared ],
			[ [ Ways::MODULE ], [ 'system' => 'Unknown', 'architecture' => 'wasm32' ] + $shared ],
			[ [], [ 'architecture' => 'wasm32', 'version' => 80300 ] + $shared ],
			[ [ Ways::PIE, Ways::HOST ], [ 'folder' => '/usr/local/lib/php/extensions/no-debug-non-zts-20220829' ] + $debian ],
			[ [], [ 'system' => 'Windows' ] + $debian ],
			[ [], [ 'version' => 80600 ] + $debian ],
			[ [], [ 'version' => 80199 ] + $debian ],
			[ [], [ 'architecture' => 'i686' ] + $debian ],
		];
		foreach ( $cases as $number => [ $ways, $facts ] ) {
			self::assertSame( $ways, Ways::possible( $facts ), "case $number" );
		}
		$facts = Ways::facts();
		self::assertSame( [ 'Linux', PHP_VERSION_ID, ini_get( 'extension_dir' ) ], [ $facts['system'], $facts['version'], $facts['folder'] ] );
	}

	public function test_other_users_and_pages_see_no_notice(): void {
		self::assertStringNotContainsString( 'needs its PHP extension', self::text( Person::of( 'admin' )->get( admin_url( 'edit.php' ) )->body ) );
		self::assertStringNotContainsString( 'needs its PHP extension', Person::of( 'editor' )->get( admin_url( 'index.php' ) )->body );
	}

	public function test_the_plugins_pages_open(): void {
		foreach ( [ 'countersign', 'countersign-audit' ] as $page ) {
			self::assertSame( 200, Person::of( 'admin' )->page( $page )->status, $page );
		}
		self::assertSame( 200, Person::of( 'admin' )->page( 'countersign', [ 'view' => 'connect' ] )->status );
	}

	public function test_the_pages_open_with_what_was_stored_before(): void {
		global $wpdb;
		$post = Site::post( [ 'post_status' => 'pending' ] );
		$rows = [
			'connections' => [ 'id' => 77, 'name' => 'From before', 'client' => 'A client', 'user_id' => 1, 'preset' => 'custom', 'permissions' => '["read"]', 'state' => 'active', 'epoch' => 0, 'limit_max' => 1, 'limit_window' => 1, 'created_at' => 1, 'created_by' => 1, 'last_used_at' => 1, 'last_used_ip' => '', 'ended_at' => 0, 'ended_reason' => '', 'record' => 'csr1.AAAA', 'version' => 1 ],
			'audit_entry' => [ 'seq' => 0, 'leaf' => str_repeat( 'x', 32 ), 'body' => '{}', 'time' => 1, 'kind' => 'refusal', 'actor' => 'agent', 'connection' => 77, 'action' => 'whoami', 'outcome' => 'denied', 'reason' => 'record_unexplained' ],
			'schedules'   => [ 'post_id' => $post, 'connection_id' => 77, 'state' => 'held', 'reason' => 'record_unexplained', 'date_gmt' => '2026-01-01 00:00:00', 'digest' => str_repeat( '0', 64 ), 'entry' => '0', 'changed_at' => 1 ],
		];
		update_option( 'countersign_records_report', [ 'time' => 1, 'checked' => 1, 'faults' => [ 'connection:77' => 'record_unwitnessed' ], 'is_whole' => true ], false );
		foreach ( $rows as $table => $row ) {
			self::assertSame( 1, $wpdb->insert( Site::table( $table ), $row ), $wpdb->last_error );
		}
		try {
			foreach ( [ [], [ 'view' => 'revoke', 'connection' => 77 ], [ 'view' => 'edit', 'connection' => 77 ], [ 'view' => 'restored', 'connection' => 77 ] ] as $query ) {
				self::assertSame( 200, Person::of( 'admin' )->page( 'countersign', $query )->status, implode( ' ', $query ) );
			}
			$answer = Person::of( 'admin' )->page( 'countersign-audit' );
			self::assertSame( 200, $answer->status );
			self::assertStringContainsString( 'From before', $answer->body );
		} finally {
			delete_option( 'countersign_records_report' );
			foreach ( array_keys( $rows ) as $table ) {
				$wpdb->query( 'DELETE FROM ' . Site::table( $table ) );
			}
		}
	}

	public function test_site_health_reports_a_critical_problem(): void {
		$test   = apply_filters( 'site_status_tests', [ 'direct' => [], 'async' => [] ] )['direct']['countersign'];
		$result = ( $test['test'] )();
		self::assertSame( [ 'critical', 'countersign' ], [ $result['status'], $result['test'] ] );
		self::assertStringContainsString( 'needs its PHP extension', $result['description'] );
		self::assertStringContainsString( 'What to install', $result['actions'] );
	}

	public function test_a_person_whom_a_client_sends_here_reads_what_is_missing(): void {
		$page = Http::get( rest_url( 'countersign/v1/oauth/authorize?client_id=x' ), [ 'Accept' => 'text/html' ] );
		self::assertSame( [ 503, 'text/html; charset=utf-8' ], [ $page->status, $page->header( 'Content-Type' ) ] );
		self::assertStringContainsString( '<code>' . Requirements::state() . '</code>', $page->body );
		self::assertStringContainsString( 'Site Health', $page->body );
	}

	public function test_the_consent_page_says_why_it_cannot_connect_a_client(): void {
		$request = rtrim( base64_encode( 'client_id=x&response_type=code' ), '=' );
		$answer  = Person::of( 'admin' )->get( site_url( "wp-login.php?action=countersign_authorize&request=$request" ) );
		self::assertStringContainsString( 'the PHP extension that Countersign needs is not installed', $answer->body );
	}

	public function test_agents_can_be_stopped_but_not_continue_without_a_record(): void {
		Site::plant( SealedOptions::KILL_SWITCH, null );
		$form = [ 'action' => 'countersign_kill_switch', '_wpnonce' => Person::of( 'admin' )->nonce( 'countersign_kill_switch' ), 'on' => '1' ];
		self::assertSame( 302, Person::of( 'admin' )->post( admin_url( 'admin-post.php' ), $form )->status );
		wp_cache_flush();
		self::assertTrue( countersign_kill_switch() );
		$form['on'] = '0';
		self::assertSame( 302, Person::of( 'admin' )->post( admin_url( 'admin-post.php' ), $form )->status );
		self::assertTrue( Plugin::composition()->kill_switch()->is_on(), 'agents cannot continue if it cannot be recorded' );
		self::assertStringContainsString( 'could not be recorded', $this->logged() );
	}

	public function test_other_forms_without_a_nonce_are_refused(): void {
		$before = Site::digest();
		foreach ( [ 'countersign_pause', 'countersign_revoke', 'countersign_save', 'countersign_settings', 'countersign_verify', 'countersign_acknowledge' ] as $action ) {
			$answer = Person::of( 'admin' )->post( admin_url( 'admin-post.php' ), [ 'action' => $action ] );
			self::assertSame( 403, $answer->status, "$action: no nonce" );
		}
		self::assertSame( $before, Site::digest() );
	}
}

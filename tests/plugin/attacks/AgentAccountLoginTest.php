<?php
/**
 * Who: anybody who would rather be the agent than connect one: a person of the site, careless code of another plugin, or B.
 * Has: the account that was made for a connection, and even the right to set its password in the database.
 * Does: logs in with a password, resets it, makes an application password, gives the account an e-mail address, and sends a session
 *   cookie that other code has made for it.
 * Gets: what a stranger gets. The password of the connection itself still works, at the MCP endpoint only.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Plugin\Accounts\AgentAccounts;
use Countersign\Tests\Agent;
use Countersign\Tests\Fingerprint;
use Countersign\Tests\Http;
use Countersign\Tests\Person;
use Countersign\Tests\Site;
use Countersign\Tests\TestCase;

/** Nobody logs in to the account of an agent. */
final class AgentAccountLoginTest extends TestCase {

	private const PASSWORD = 'A password that somebody has set';

	private static ?int $user = null;

	/** Returns the account of an agent whose password somebody has set past all filters. */
	private static function account(): \WP_User {
		if ( null === self::$user ) {
			self::$user = Site::connect( '', 'content_manager' )->connection()->user;
			wp_set_password( self::PASSWORD, self::$user );
		}
		wp_cache_flush();
		return get_userdata( self::$user );
	}

	private static function wp( string $name, string ...$arguments ): string {
		$values = implode( '', array_map( static fn( string $value ): string => '<param><value><string>' . esc_html( $value ) . '</string></value></param>', $arguments ) );
		return Http::send( 'POST', site_url( 'xmlrpc.php' ), [ 'Content-Type' => 'text/xml' ], "<?xml version=\"1.0\"?><methodCall><methodName>$name</methodName><params>$values</params></methodCall>" )->body;
	}

	/** @return array<string, array{callable(\WP_User): bool, 1?: string}> Each says whether the account got in. */
	public function ways(): array {
		$cookie = static function ( \WP_User $user, string $scheme ): array {
			$token = \WP_Session_Tokens::get_instance( $user->ID )->create( time() + 999 );
			return [ 'auth' === $scheme ? AUTH_COOKIE : LOGGED_IN_COOKIE, wp_generate_auth_cookie( $user->ID, time() + 999, $scheme, $token ) ];
		};
		return [
			'the login form'         => [ static fn( \WP_User $user ): bool => 302 === Http::send( 'POST', site_url( 'wp-login.php' ), [ 'Content-Type' => 'application/x-www-form-urlencoded', 'Cookie' => 'wordpress_test_cookie=WP%20Cookie%20check' ], http_build_query( [ 'log' => $user->user_login, 'pwd' => self::PASSWORD ] ) )->status ],
			'XML-RPC'                => [ static fn( \WP_User $user ): bool => str_contains( self::wp( 'wp.getUsersBlogs', $user->user_login, self::PASSWORD ), 'isAdmin' ) ],
			'wp_signon'              => [ static fn( \WP_User $user ): bool => wp_signon( [ 'user_login' => $user->user_login, 'user_password' => self::PASSWORD ], false ) instanceof \WP_User ],
			'the check of passwords' => [ static fn( \WP_User $user ): bool => wp_authenticate_username_password( null, $user->user_login, self::PASSWORD ) instanceof \WP_User || wp_check_password( self::PASSWORD, get_userdata( $user->ID )->user_pass, $user->ID ) ],
			'another plugin'         => [
				static function ( \WP_User $user ): bool {
					$magic = static fn(): \WP_User => $user;
					add_filter( 'authenticate', $magic, 99999 );
					$is_in = wp_authenticate( 'anybody', 'anything' ) instanceof \WP_User;
					remove_filter( 'authenticate', $magic, 99999 );
					return $is_in;
				},
			],
			'a reset'                => [ static fn( \WP_User $user ): bool => is_string( get_password_reset_key( $user ) ) || true === retrieve_password( $user->user_login ) ],
			'the form for a reset'   => [ static fn( \WP_User $user ): bool => 302 === Http::form( site_url( 'wp-login.php?action=lostpassword' ), [ 'user_login' => $user->user_login ] )->status ],
			'an application password' => [
				static function ( \WP_User $user ): bool {
					$password = \WP_Application_Passwords::create_new_application_password( $user->ID, [ 'name' => 'back door' ] )[0];
					$headers  = [ 'Authorization' => Agent::basic( $user->user_login, $password ) ];
					return 200 === Http::get( rest_url( 'wp/v2/users/me' ), $headers )->status || 200 === Http::send( 'POST', \Countersign\Plugin\Site\Urls::mcp(), $headers + [ 'Content-Type' => 'application/json' ], '{}' )->status || wp_is_application_passwords_available_for_user( $user );
				},
			],
			'a session cookie'       => [
				static function ( \WP_User $user ) use ( $cookie ): bool {
					[ $name, $value ] = $cookie( $user, 'logged_in' );
					$answer           = Http::get( rest_url( 'wp/v2/users/me' ), [ 'Cookie' => $name . '=' . rawurlencode( $value ), 'X-WP-Nonce' => 'x' ] );
					$page             = Http::get( home_url( '/?p=1' ), [ 'Cookie' => $name . '=' . rawurlencode( $value ) ] );
					return false !== wp_validate_auth_cookie( $value, 'logged_in' ) || 200 === $answer->status || str_contains( $page->body, 'logged-in' );
				},
			],
			'a cookie of the dashboard' => [
				static function ( \WP_User $user ) use ( $cookie ): bool {
					[ $name, $value ]   = $cookie( $user, 'auth' );
					[ $other, $second ] = $cookie( $user, 'logged_in' );
					return 200 === Http::get( admin_url( 'profile.php' ), [ 'Cookie' => $name . '=' . rawurlencode( $value ) . "; $other=" . rawurlencode( $second ) ] )->status;
				},
			],
			'a plugin that says who it is' => [
				static function ( \WP_User $user ): bool {
					$is = static fn(): int => $user->ID;
					add_filter( 'determine_current_user', $is, 99999 );
					$GLOBALS['current_user'] = null;
					$is_in                   = 0 !== get_current_user_id();
					remove_filter( 'determine_current_user', $is, 99999 );
					wp_set_current_user( 0 );
					return $is_in;
				},
			],
			'cookies that are sent'  => [ static fn( \WP_User $user ): bool => (bool) apply_filters( 'send_auth_cookies', true, 0, time() + 999, $user->ID, 'auth', '' ) ],
		];
	}

	/** @dataProvider ways */
	public function test_it_does_not_get_in( callable $gets_in ): void {
		self::assertFalse( $gets_in( self::account() ) );
		self::assertSame( 0, get_current_user_id() );
	}

	public function test_a_person_gets_in_by_these_ways(): void {
		$author = get_user_by( 'login', 'author' );
		$ways   = $this->ways();
		foreach ( [ 'another plugin', 'a plugin that says who it is', 'cookies that are sent', 'a session cookie' ] as $name ) {
			self::assertTrue( $ways[ $name ][0]( $author ), "$name: the test knows what success looks like" );
		}
	}

	public function test_a_reset_finds_no_such_account(): void {
		self::assertSame( retrieve_password( 'nobody-here' )->get_error_codes(), retrieve_password( self::account()->user_login )->get_error_codes() );
	}

	public function test_an_administrator_can_set_neither_password_nor_address(): void {
		$user   = Site::connect( '', 'read_only' )->connection()->user;
		$before = get_userdata( $user )->user_pass;
		$admin  = Person::of( 'admin' );
		$email  = uniqid( 'mallory-' ) . '@example.org';
		self::assertStringStartsWith( '!', $before );
		self::assertSame( 200, $admin->rest( 'POST', "wp/v2/users/$user", [ 'password' => self::PASSWORD, 'email' => $email, 'description' => 'kept' ] )->status );
		wp_cache_flush();
		wp_update_user( [ 'ID' => $user, 'user_pass' => self::PASSWORD, 'user_email' => $email ] );
		wp_cache_flush();
		$account = get_userdata( $user );
		self::assertSame( [ '', 'kept' ], [ $account->user_email, $account->description ] );
		self::assertStringStartsWith( '!', $account->user_pass );
		self::assertNotSame( 201, $admin->rest( 'POST', "wp/v2/users/$user/application-passwords", [ 'name' => 'back door' ] )->status );
	}

	public function test_the_password_of_the_connection_works_for_the_connection_only(): void {
		$agent = Agent::with_password( '' );
		$user  = $agent->connection()->user;
		self::assertTrue( AgentAccounts::is_one( $user ) );
		self::assertSame( $user, $agent->do( 'whoami' )['user']['id'] );
		$before = Fingerprint::of_site();
		$answer = Http::get( rest_url( 'wp/v2/users/me' ), [ 'Authorization' => $agent->authorization() ] );
		self::assertSame( 401, $answer->status );
		self::assertSiteUnchanged( $before );
	}
}

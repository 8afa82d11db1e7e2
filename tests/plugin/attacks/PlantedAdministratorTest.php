<?php
/**
 * Attacker A: who can write the database, or attacker C: hostile PHP on the site.
 * Has: write access to the tables of accounts.
 * Does: adds an administrator, raises an account, gives a role more rights, or replaces the e-mail address or the password of an
 *   administrator, past WordPress's functions.
 * Gets: an entry that names the account and what has changed, and a notice for administrators.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Plugin\Connections\Connection;
use Countersign\Plugin\Integrity\Check;
use Countersign\Plugin\Plugin;
use Countersign\Plugin\Site\Failure;
use Countersign\Tests\AuditTrail;
use Countersign\Tests\Site;
use Countersign\Tests\TestCase;

/** Administrators are compared once a day. */
final class PlantedAdministratorTest extends TestCase {

	private int $user = 0;

	protected function setUp(): void {
		parent::setUp();
		$this->user = wp_insert_user( [ 'user_login' => uniqid( 'planted-' ), 'user_pass' => 'x', 'user_email' => uniqid() . '@example.test', 'role' => 'administrator' ] );
		self::know();
	}

	protected function tearDown(): void {
		require_once ABSPATH . 'wp-admin/includes/user.php';
		wp_cache_flush();
		wp_delete_user( $this->user );
		self::know();
		parent::tearDown();
	}

	private static function know(): void {
		$check = Plugin::composition()->integrity();
		// The event also pauses connections of earlier tests whose accounts are gone.
		do_action( Check::EVENT );
		$check->acknowledge( $check->run()->state );
	}

	/** @return array<string, array{\Closure(int): mixed, array<string, list<string>>}> The change, and the names for the account N. */
	public function changes(): array {
		$rights = static fn( array $caps ): \Closure => static function ( int $user ) use ( $caps ): void {
			global $wpdb;
			$wpdb->update( $wpdb->usermeta, [ 'meta_value' => serialize( $caps ) ], [ 'user_id' => $user, 'meta_key' => $wpdb->prefix . 'capabilities' ] );
		};
		$set    = static fn( array $fields ): \Closure => static function ( int $user ) use ( $fields ): void {
			global $wpdb;
			$wpdb->update( $wpdb->users, $fields, [ 'ID' => $user ] );
		};
		$all = [ 'administrator/N', 'administrator/N/email', 'administrator/N/password' ];
		return [
			'demoted'        => [ $rights( [ 'editor' => true ] ), [ 'removed' => $all ] ],
			'e-mail'         => [ $set( [ 'user_email' => 'evil@example.test' ] ), [ 'changed' => [ 'administrator/N/email' ] ] ],
			'password'       => [ $set( [ 'user_pass' => '$P$Bsomething' ] ), [ 'changed' => [ 'administrator/N/password' ] ] ],
			'another person' => [ $set( [ 'user_login' => uniqid( 'evil-' ), 'user_pass' => '$P$Bother', 'user_email' => 'e@example.test' ] ), [ 'changed' => $all ] ],
		];
	}

	public function test_accounts_that_cannot_be_read_are_not_reported_as_removed(): void {
		$this->expected_error = '~WordPress database error~';
		$break                = static fn( string $sql ): string => str_replace( 'SELECT DISTINCT u.ID', 'SELECT NOTHING u.ID', $sql );
		$from                 = AuditTrail::size();
		add_filter( 'query', $break );
		try {
			Plugin::composition()->integrity()->run();
			self::fail( 'the failure was not reported' );
		} catch ( Failure ) {
			self::assertSame( [ $from, null ], [ AuditTrail::size(), Check::found() ] );
		} finally {
			remove_filter( 'query', $break );
			$GLOBALS['wpdb']->last_error = '';
		}
	}

	/** @dataProvider changes */
	public function test_a_changed_administrator_is_reported( \Closure $change, array $names ): void {
		$change( $this->user );
		$this->assertReported( array_map( fn( array $list ): array => str_replace( 'N', (string) $this->user, $list ), $names ) );
	}

	/** @return array<string, array{array<string, bool>}> */
	public function rights(): array {
		return [
			'administrator'      => [ [ 'administrator' => true ] ],
			'beside another role' => [ [ 'subscriber' => true, 'administrator' => true ] ],
			'one capability'     => [ [ 'subscriber' => true, 'manage_options' => true ] ],
			'another capability' => [ [ 'promote_users' => true ] ],
		];
	}

	/** @dataProvider rights */
	public function test_an_account_that_is_raised_with_sql_is_reported( array $rights ): void {
		global $wpdb;
		$wpdb->update( $wpdb->usermeta, [ 'meta_value' => serialize( [ 'subscriber' => true ] ) ], [ 'user_id' => $this->user, 'meta_key' => $wpdb->prefix . 'capabilities' ] );
		self::know();
		$wpdb->update( $wpdb->usermeta, [ 'meta_value' => serialize( $rights ) ], [ 'user_id' => $this->user, 'meta_key' => $wpdb->prefix . 'capabilities' ] );
		$this->assertReported( [ 'new' => [ "administrator/$this->user", "administrator/$this->user/email", "administrator/$this->user/password" ] ] );
	}

	public function test_a_role_with_more_rights_is_reported(): void {
		global $wpdb;
		$name  = $wpdb->prefix . 'user_roles';
		$kept  = $wpdb->get_var( $wpdb->prepare( "SELECT option_value FROM $wpdb->options WHERE option_name = %s", $name ) );
		$roles = unserialize( $kept );

		$roles['contributor']['capabilities']['manage_options'] = true;
		try {
			$wpdb->update( $wpdb->options, [ 'option_value' => serialize( $roles ) ], [ 'option_name' => $name ] );
			$from  = AuditTrail::size();
			$found = Plugin::composition()->integrity()->run();
			self::assertContains( 'roles', $found->changed );
			self::assertContains( 'administrator/' . Site::user( 'contributor' ), $found->new );
			self::assertContains( 'refusal integrity.changed denied record_unexplained', AuditTrail::lines( $from ) );
		} finally {
			$wpdb->update( $wpdb->options, [ 'option_value' => $kept ], [ 'option_name' => $name ] );
		}
	}

	public function test_an_account_of_a_connection_that_is_replaced_pauses_it(): void {
		global $wpdb;
		get_userdata( $this->user )->set_role( 'author' );
		self::know();
		$login = get_userdata( $this->user )->user_login;
		$agent = Site::connect( $login );
		$from  = AuditTrail::size();
		do_action( Check::EVENT );
		self::assertRecorded( [ 'system integrity.accounts ok' ], $from );
		// The same id, another person.
		$wpdb->update( $wpdb->users, [ 'user_login' => uniqid( 'evil-' ) ], [ 'ID' => $this->user ] );
		wp_cache_flush();
		$from = AuditTrail::size();
		do_action( Check::EVENT );
		wp_cache_flush();
		self::assertSame( Connection::PAUSED, $agent->connection()->state );
		self::assertSame( [ 'changed' => [ "account/$this->user" ] ], Check::found()['names'] );
		$paused = array_values( array_filter( AuditTrail::since( $from ), static fn( array $row ): bool => "connection:$agent->id" === $row['target'] ) );
		self::assertSame( 'replaced', json_decode( $paused[0]['body'], true )['change']['why'] );
	}

	public function test_rights_of_an_account_of_a_connection_that_are_raised_with_sql_are_reported(): void {
		global $wpdb;
		get_userdata( $this->user )->set_role( 'author' );
		$agent = Site::connect( get_userdata( $this->user )->user_login );
		self::know();
		$wpdb->update( $wpdb->usermeta, [ 'meta_value' => serialize( [ 'editor' => true ] ) ], [ 'user_id' => $this->user, 'meta_key' => $wpdb->prefix . 'capabilities' ] );
		$this->assertReported( [ 'changed' => [ "account/$this->user/rights" ] ] );
		self::assertSame( Connection::ACTIVE, $agent->connection()->state );
	}

	/** @param array<string, list<string>> $names */
	private function assertReported( array $names ): void {
		$from = AuditTrail::size();
		do_action( Check::EVENT );
		$lines = AuditTrail::lines( $from );
		self::assertContains( 'refusal integrity.changed denied record_unexplained', $lines );
		self::assertEquals( $names, Check::found()['names'] );
		$body = AuditTrail::since( $from )[ array_search( 'refusal integrity.changed denied record_unexplained', $lines, true ) ]['body'];
		self::assertStringNotContainsString( '@example.test', $body );
		self::assertStringNotContainsString( '$P$', $body );
	}
}

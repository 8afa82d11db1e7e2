<?php

declare(strict_types=1);

namespace Countersign\Tests\Passwords;

use Countersign\Plugin\Connections\Connection;
use Countersign\Plugin\Passwords\AgentPasswords;
use Countersign\Plugin\Plugin;
use Countersign\Plugin\Site\Failure;
use Countersign\Plugin\Site\Schema;
use Countersign\Tests\Agent;
use Countersign\Tests\AuditTrail;
use Countersign\Tests\Person;
use Countersign\Tests\Site;
use Countersign\Tests\TestCase;

/** Connections that have an application password: made together, used like any other, and ended together. */
final class PasswordConnectionsTest extends TestCase {

	/** Returns the application passwords of an account. @return list<array<string, mixed>> */
	private static function passwords( string $user = 'editor' ): array {
		wp_cache_flush();
		return array_values( \WP_Application_Passwords::get_user_application_passwords( Site::user( $user ) ) );
	}

	/** Returns the id of the password that a connection is for. */
	private static function uuid( Agent $agent ): string {
		return $agent->connection()->credential['uuid'];
	}

	/** @return list<string> */
	private static function uuids( string $user = 'editor' ): array {
		return array_column( self::passwords( $user ), 'uuid' );
	}

	public function test_an_agent_with_a_password_works_like_any_other(): void {
		$from  = AuditTrail::size();
		$agent = Agent::with_password( preset: 'draft_only' );
		self::assertRecorded( [ 'grant connection.created ok' ], $from );
		self::assertContains( 'list_posts', $agent->tools() );
		$from = AuditTrail::size();
		$me   = $agent->do( 'whoami' );
		self::assertSame( [ $agent->id, Site::user( 'editor' ) ], [ $me['connection']['id'], $me['user']['id'] ] );
		self::assertSame( 'draft', get_post( $agent->do( 'create_draft', [ 'title' => 'By a password' ] )['id'] )->post_status );
		$entry = AuditTrail::since( $from )[0];
		self::assertSame( [ $agent->id, Site::user( 'editor' ) ], [ (int) $entry['connection'], (int) $entry['user'] ] );
		self::assertRefused( 'tool_unknown', $agent, 'no_such_tool' );
		self::assertGreaterThan( 0, $agent->connection()->last_used_at );
	}

	public function test_the_password_is_stored_nowhere(): void {
		global $wpdb;
		wp_set_current_user( Site::user( 'admin' ) );
		$made  = Plugin::composition()->passwords()->create( 'Secret', Site::user( 'editor' ), 'standard', [] );
		$agent = new Agent( $made['connection'], '', Agent::basic( $made['username'], $made['password'] ) );
		$agent->do( 'whoami' );
		self::assertMatchesRegularExpression( '/^(?:[A-Za-z0-9]{4} ){5}[A-Za-z0-9]{4}$/D', $made['password'] );
		$secrets = [ $made['password'], str_replace( ' ', '', $made['password'] ), base64_encode( "{$made['username']}:{$made['password']}" ) ];
		$tables  = Site::is_sqlite() ? [ Schema::table( 'connections' ), Schema::table( 'audit_entry' ), $wpdb->usermeta, $wpdb->options ] : $wpdb->get_col( 'SHOW TABLES' );
		foreach ( $tables as $table ) {
			$text = serialize( $wpdb->get_results( "SELECT * FROM $table", ARRAY_A ) ); // phpcs:ignore
			foreach ( $secrets as $secret ) {
				self::assertStringNotContainsString( $secret, $text, $table );
			}
		}
		foreach ( $secrets as $secret ) {
			self::assertStringNotContainsString( $secret, $this->logged() );
		}
	}

	public function test_pausing_and_resuming_work(): void {
		$agent = Agent::with_password();
		Plugin::composition()->manager()->pause( $agent->connection() );
		self::assertSame( 'connection_paused', $agent->call( 'whoami' )->reason() );
		self::assertSame( 'connection_paused', $agent->send( 'tools/list' )->reason() );
		Plugin::composition()->manager()->resume( $agent->connection() );
		self::assertSame( 200, $agent->call( 'whoami' )->status );
		$agent->do( 'whoami' );
	}

	public function test_its_limit_and_the_kill_switch_hold(): void {
		$agent = Agent::with_password();
		Plugin::composition()->manager()->set_limit( $agent->connection(), [ 'max' => 1, 'window' => 3600 ] );
		$agent->do( 'whoami' );
		self::assertSame( 'rate_limited_connection', $agent->call( 'whoami' )->reason() );
		$other = Agent::with_password();
		Plugin::composition()->kill_switch()->set( true );
		self::assertSame( 'kill_switch', $other->call( 'whoami' )->reason() );
		Plugin::composition()->kill_switch()->set( false );
		$other->do( 'whoami' );
	}

	public function test_revoking_deletes_the_password(): void {
		$agent = Agent::with_password();
		$other = Agent::with_password();
		self::assertContains( self::uuid( $agent ), self::uuids() );
		Plugin::composition()->manager()->revoke( $agent->connection() );
		self::assertNotContains( self::uuid( $agent ), self::uuids() );
		self::assertContains( self::uuid( $other ), self::uuids() );
		$answer = $agent->call( 'whoami' );
		self::assertSame( [ 401, 'app_password_invalid' ], [ $answer->status, $answer->reason() ] );
		self::assertSame( 'admin', $agent->connection()->state_reason );
		$other->do( 'whoami' );
	}

	public function test_deleting_the_password_in_the_profile_ends_the_connection(): void {
		$agent = Agent::with_password( name: 'Deleted in the profile' );
		$from  = AuditTrail::size();
		$route = sprintf( 'wp/v2/users/%d/application-passwords/%s', Site::user( 'editor' ), self::uuid( $agent ) );
		self::assertSame( 200, Person::of( 'admin' )->rest( 'DELETE', $route )->status );
		$now = $agent->connection();
		self::assertSame( [ Connection::REVOKED, 'app_password_deleted' ], [ $now->state, $now->state_reason ] );
		self::assertRecorded( [ 'revoke connection.revoked ok' ], $from );
		self::assertSame( 'app_password_invalid', $agent->call( 'whoami' )->reason() );
		$list = Person::of( 'admin' )->page( 'countersign', [ 's' => 'Deleted in the profile' ] )->body;
		self::assertStringContainsString( 'because its application password was deleted', $list );
	}

	public function test_every_change_of_the_list_that_removes_the_password_ends_the_connection(): void {
		$changes = [
			'all deleted'      => static fn( int $user ) => \WP_Application_Passwords::delete_all_application_passwords( $user ),
			'list overwritten' => static fn( int $user ) => update_user_meta( $user, '_application_passwords', [] ),
			'list removed'     => static fn( int $user ) => delete_user_meta( $user, '_application_passwords' ),
		];
		foreach ( $changes as $what => $change ) {
			$agent = Agent::with_password( 'author' );
			$kept  = Agent::with_password( 'editor' );
			$change( Site::user( 'author' ) );
			self::assertSame( [ Connection::REVOKED, 'app_password_deleted' ], [ $agent->connection()->state, $agent->connection()->state_reason ], $what );
			self::assertSame( Connection::ACTIVE, $kept->connection()->state, $what );
		}
		$agent = Agent::with_password( 'author' );
		\WP_Application_Passwords::create_new_application_password( Site::user( 'author' ), [ 'name' => 'Of a person' ] );
		self::assertSame( Connection::ACTIVE, $agent->connection()->state, 'other changes of the list end nothing' );
	}

	public function test_what_was_changed_past_wordpress_is_found_once_a_day(): void {
		global $wpdb;
		$lost = Agent::with_password( 'author' );
		$wpdb->update( $wpdb->usermeta, [ 'meta_value' => serialize( [] ) ], [ 'user_id' => Site::user( 'author' ), 'meta_key' => '_application_passwords' ] );
		wp_cache_flush();
		self::assertSame( Connection::ACTIVE, $lost->connection()->state );
		// A password without a connection, as from a restored backup, and one that is just being connected.
		$orphan = AgentPasswords::make( Site::user( 'editor' ), 'Orphan' )['uuid'];
		$fresh  = AgentPasswords::make( Site::user( 'editor' ), 'Fresh' )['uuid'];
		$person = \WP_Application_Passwords::create_new_application_password( Site::user( 'editor' ), [ 'name' => 'Of a person' ] )[1]['uuid'];
		$list   = self::passwords();
		foreach ( $list as &$item ) {
			$item['created'] -= in_array( $item['uuid'], [ $orphan, $person ], true ) ? HOUR_IN_SECONDS : 0;
		}
		update_user_meta( Site::user( 'editor' ), '_application_passwords', $list );
		$kept = Agent::with_password( 'editor' );
		Plugin::composition()->passwords()->check_all();
		self::assertSame( [ Connection::REVOKED, 'app_password_deleted' ], [ $lost->connection()->state, $lost->connection()->state_reason ] );
		self::assertNotContains( $orphan, self::uuids() );
		self::assertSame( [], array_diff( [ $fresh, $person, self::uuid( $kept ) ], self::uuids() ) );
		$kept->do( 'whoami' );
	}

	public function test_a_connection_that_cannot_be_made_leaves_no_password(): void {
		wp_set_current_user( Site::user( 'admin' ) );
		$before = self::uuids();
		try {
			Plugin::composition()->passwords()->create( 'Bad', Site::user( 'editor' ), 'no such preset', [] );
			self::fail( 'it was made' );
		} catch ( \Countersign\Exception $error ) {
			self::assertSame( 'misuse', $error->reason() );
		}
		self::assertSame( $before, self::uuids() );
		add_filter( 'wp_is_application_passwords_available_for_user', '__return_false' );
		try {
			Plugin::composition()->passwords()->create( 'Off', Site::user( 'editor' ), 'standard', [] );
			self::fail( 'it was made' );
		} catch ( Failure ) {
			self::assertSame( $before, self::uuids() );
		} finally {
			remove_filter( 'wp_is_application_passwords_available_for_user', '__return_false' );
		}
	}

	public function test_the_digest_binds_the_connection_to_one_password(): void {
		$one    = Agent::with_password( 'author' );
		$two    = Agent::with_password( 'author' );
		$mixed  = self::passwords( 'author' );
		$hashes = array_column( $mixed, 'password', 'uuid' );
		foreach ( $mixed as &$item ) {
			$item['password'] = match ( $item['uuid'] ) {
				self::uuid( $one ) => $hashes[ self::uuid( $two ) ],
				self::uuid( $two ) => $hashes[ self::uuid( $one ) ],
				default            => $item['password'],
			};
		}
		update_user_meta( Site::user( 'author' ), '_application_passwords', $mixed );
		foreach ( [ $one, $two ] as $agent ) {
			$answer = $agent->call( 'whoami' );
			self::assertSame( [ 401, 'app_password_foreign' ], [ $answer->status, $answer->reason() ] );
		}
	}

	public function test_wrong_passwords_and_those_of_the_web_server_are_refused_with_the_way_to_oauth(): void {
		foreach ( [
			'wrong password'      => [ 'editor:aaaa bbbb cccc dddd eeee ffff', 'app_password_invalid' ],
			'no such account'     => [ 'nobody:aaaa bbbb cccc dddd eeee ffff', 'app_password_invalid' ],
			'login password'      => [ 'editor:editor', 'token_missing' ],
			'password of staging' => [ 'staging:let-me-in', 'token_missing' ],
		] as $what => [ $credentials, $reason ] ) {
			$failed = 0;
			$size   = AuditTrail::size();
			$answer = ( new Agent( 1, '', 'Basic ' . base64_encode( $credentials ) ) )->call( 'whoami' );
			self::assertSame( [ 401, $reason ], [ $answer->status, $answer->reason() ], $what );
			self::assertStringStartsWith( 'Bearer resource_metadata=', (string) $answer->header( 'WWW-Authenticate' ), $what );
			self::assertStringNotContainsString( 'aaaa', $answer->body . serialize( AuditTrail::since( $size ) ), $what );
		}
	}

	public function test_old_passwords_are_flagged(): void {
		$agent = Agent::with_password( name: 'A new one' );
		$lines = static fn(): array => self::status()->lines();
		self::assertStringEndsWith( ', 0 older than 90 days', $lines()['Application passwords'] );
		$health = static fn(): array => ( Plugin::composition()->site_health()->add_test( [] )['direct']['countersign_passwords']['test'] )();
		self::assertSame( 'good', $health()['status'] );
		$young = self::aged( 89 * DAY_IN_SECONDS, 'Nearly old' );
		self::assertFalse( $young->connection()->has_old_password() );
		$old = self::aged( 90 * DAY_IN_SECONDS + 60, 'An old one' );
		self::assertTrue( $old->connection()->has_old_password() );
		self::assertStringEndsWith( ', 1 older than 90 days', $lines()['Application passwords'] );
		self::assertSame( 'recommended', $health()['status'] );
		self::assertStringContainsString( 'An old one', $health()['description'] );
		self::assertStringNotContainsString( 'Nearly old', $health()['description'] );
		$page = Person::of( 'admin' )->page( 'countersign', [ 's' => 'An old one' ] )->body;
		self::assertStringContainsString( 'Its application password is older than 90 days', $page );
		self::assertStringNotContainsString( 'is older than 90 days', Person::of( 'admin' )->page( 'countersign', [ 's' => 'Nearly old' ] )->body );
		Plugin::composition()->manager()->revoke( $old->connection() );
		self::assertFalse( $old->connection()->has_old_password() );
		self::assertSame( 'good', $health()['status'] );
		self::assertSame( Connection::ACTIVE, $agent->connection()->state );
	}

	private static function status(): \Countersign\Plugin\Doors\Cli\StatusCommand {
		$objects = Plugin::composition();
		return new \Countersign\Plugin\Doors\Cli\StatusCommand( $objects->kill_switch(), $objects->site_state(), $objects->connections(), $objects->agent_state( ... ), $objects->passwords() );
	}

	/** Returns an agent whose connection and password were made some seconds ago. */
	private static function aged( int $age, string $name ): Agent {
		$user       = Site::user( 'editor' );
		$made       = AgentPasswords::make( $user, $name );
		$credential = \Countersign\McpServer::credential( $user, $made['uuid'], $made['password'], time() - $age );
		wp_set_current_user( Site::user( 'admin' ) );
		$id = Plugin::composition()->creation()->create( $name, $name, $user, 'standard', [], [], credential: static fn(): array => json_decode( $credential, true ) )['connection'];
		return new Agent( $id, '', Agent::basic( 'editor', $made['password'] ) );
	}
}

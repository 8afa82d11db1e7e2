<?php
/**
 * Attacker A: who can write the database; or an agent whose account is no longer trusted.
 * Has: a token of a connection that an account approved, and that acts as an account.
 * Does: goes on after one of the two accounts was deleted, lost rights, was removed with SQL, or had its password reset because
 *   it was forgotten, which is how a person takes a stolen account back.
 * Gets: a paused connection (`account_changed`), an entry that names the account and what happened, and a site that is
 *   unchanged. A person looks at it and resumes it. A password that is changed in the profile pauses nothing.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Plugin\Accounts\Standing;
use Countersign\Plugin\Connections\Connection;
use Countersign\Plugin\Plugin;
use Countersign\Tests\Agent;
use Countersign\Tests\AuditTrail;
use Countersign\Tests\Person;
use Countersign\Tests\Site;
use Countersign\Tests\TestCase;

/** A connection relies on the account that it acts as and on the one that approved it. */
final class LostAccountTest extends TestCase {

	/** @var list<int> */
	private array $users = [];

	protected function tearDown(): void {
		require_once ABSPATH . 'wp-admin/includes/user.php';
		foreach ( $this->users as $user ) {
			wp_delete_user( $user );
		}
		parent::tearDown();
	}

	private function user( string $role ): int {
		$name          = uniqid( "lost-$role-" );
		$this->users[] = $id = wp_insert_user( [ 'user_login' => $name, 'user_pass' => $name, 'user_email' => "$name@example.test", 'role' => $role ] );
		return $id;
	}

	private function connect( int $acting, int $granting ): Agent {
		return Site::connect( get_userdata( $acting )->user_login, 'content_manager', [], get_userdata( $granting )->user_login );
	}

	/** @return array<string, array{string, string, \Closure(int): mixed}> */
	public function changes(): array {
		$delete = static function ( int $user ): void {
			require_once ABSPATH . 'wp-admin/includes/user.php';
			wp_delete_user( $user );
		};
		$changes = [
			'deleted'            => [ 'deleted', $delete ],
			'another role'       => [ 'demoted', static fn( int $user ) => get_userdata( $user )->set_role( 'contributor' ) ],
			'role removed'       => [ 'demoted', static fn( int $user ) => get_userdata( $user )->remove_role( get_userdata( $user )->roles[0] ) ],
			'no rights any more' => [ 'demoted', static fn( int $user ) => get_userdata( $user )->remove_all_caps() ],
			'password reset'     => [ 'password_reset', static fn( int $user ) => reset_password( get_userdata( $user ), wp_generate_password() ) ],
		];
		$all     = [];
		foreach ( $changes as $name => [ $why, $change ] ) {
			foreach ( [ 'acting', 'granting' ] as $account ) {
				$all[ "$account $name" ] = [ $account, $why, $change ];
			}
		}
		return $all;
	}

	/** @dataProvider changes */
	public function test_the_connection_is_paused( string $account, string $why, \Closure $change ): void {
		$users = [ 'acting' => $this->user( 'editor' ), 'granting' => $this->user( 'administrator' ) ];
		$agent = $this->connect( $users['acting'], $users['granting'] );
		self::assertNull( $agent->call( 'whoami' )->reason() );
		$from = AuditTrail::size();
		$change( $users[ $account ] );
		$this->assertPaused( $agent, $account, $users[ $account ], $why, $from );
	}

	private function assertPaused( Agent $agent, string $account, int $user, string $why, int $from ): void {
		wp_cache_flush();
		self::assertSame( Connection::PAUSED, $agent->connection()->state );
		$entries = array_values( array_filter( AuditTrail::since( $from ), static fn( array $row ): bool => "connection:$agent->id" === $row['target'] && 'connection.paused' === $row['action'] ) );
		self::assertCount( 1, $entries );
		self::assertEquals( [ 'because' => Standing::REASON, 'account' => $account, 'user' => $user, 'why' => $why ], json_decode( $entries[0]['body'], true )['change'] );
		self::assertStringContainsString( 'acting' === $account ? 'acts as' : 'approved', Standing::explain( $agent->connection() ) );
		$before = Site::digest();
		$answer = $agent->call( 'create_draft', [ 'title' => 'Still here' ] );
		self::assertContains( $answer->reason(), [ 'connection_paused', 'account_changed' ], $answer->body );
		self::assertSame( $before, Site::digest() );
	}

	public function test_an_account_deleted_with_sql_is_noticed_at_the_next_use(): void {
		global $wpdb;
		foreach ( [ 'acting', 'granting' ] as $account ) {
			$users = [ 'acting' => $this->user( 'editor' ), 'granting' => $this->user( 'administrator' ) ];
			$agent = $this->connect( $users['acting'], $users['granting'] );
			$wpdb->delete( $wpdb->users, [ 'ID' => $users[ $account ] ] );
			$wpdb->delete( $wpdb->usermeta, [ 'user_id' => $users[ $account ] ] );
			wp_cache_flush();
			$from   = AuditTrail::size();
			$before = Site::digest();
			self::assertContains( $agent->call( 'create_draft', [ 'title' => 'Still here' ] )->reason(), [ 'connection_paused', 'account_changed' ] );
			self::assertSame( Connection::PAUSED, $agent->connection()->state );
			self::assertNotSame( $before, Site::digest(), 'it was paused' );
			$this->assertPaused( $agent, $account, $users[ $account ], 'deleted', $from );
		}
	}

	public function test_an_account_demoted_with_sql_is_noticed_by_the_daily_check(): void {
		global $wpdb;
		$users = [ 'acting' => $this->user( 'editor' ), 'granting' => $this->user( 'administrator' ) ];
		$agent = $this->connect( $users['acting'], $users['granting'] );
		$wpdb->update( $wpdb->usermeta, [ 'meta_value' => serialize( [ 'editor' => true ] ) ], [ 'user_id' => $users['granting'], 'meta_key' => $wpdb->prefix . 'capabilities' ] );
		wp_cache_flush();
		$from = AuditTrail::size();
		Plugin::composition()->standing()->check_all();
		$this->assertPaused( $agent, 'granting', $users['granting'], 'demoted', $from );
	}

	public function test_a_record_that_cannot_be_opened_does_not_keep_the_others_from_being_paused(): void {
		global $wpdb;
		$users  = [ 'acting' => $this->user( 'editor' ), 'granting' => $this->user( 'administrator' ) ];
		$agents = array_map( fn(): Agent => $this->connect( $users['acting'], $users['granting'] ), range( 1, 3 ) );
		usort( $agents, static fn( Agent $one, Agent $other ): int => $one->id <=> $other->id );
		$wpdb->update( Site::table( 'connections' ), [ 'record' => 'csr1.AAAA' ], [ 'id' => $agents[0]->id ] );
		reset_password( get_userdata( $users['acting'] ), wp_generate_password() );
		self::assertSame( [ Connection::PAUSED, Connection::PAUSED ], [ $agents[1]->connection()->state, $agents[2]->connection()->state ] );
	}

	public function test_a_connection_that_is_gone_is_not_enforced_as_it_was(): void {
		global $wpdb;
		$users = [ 'acting' => $this->user( 'editor' ), 'granting' => $this->user( 'administrator' ) ];
		$stale = $this->connect( $users['acting'], $users['granting'] )->connection();
		$wpdb->delete( $wpdb->users, [ 'ID' => $users['acting'] ] );
		$wpdb->delete( Site::table( 'connections' ), [ 'id' => $stale->id ] );
		wp_cache_flush();
		self::assertNull( Plugin::composition()->standing()->enforce( $stale ) );
	}

	public function test_a_person_resumes_what_can_still_be_approved(): void {
		require_once ABSPATH . 'wp-admin/includes/user.php';
		$admin  = Person::of( 'admin' );
		$resume = static function ( Agent $agent ) use ( $admin ): string {
			self::assertSame( 302, $admin->post( admin_url( 'admin-post.php' ), [ 'action' => 'countersign_resume', 'connection' => $agent->id, '_wpnonce' => $admin->nonce( "countersign_resume_$agent->id" ) ] )->status );
			wp_cache_flush();
			return wp_strip_all_tags( $admin->page( 'countersign' )->body );
		};
		$users = [ 'acting' => $this->user( 'editor' ), 'granting' => $this->user( 'administrator' ) ];
		$agent = $this->connect( $users['acting'], $users['granting'] );
		reset_password( get_userdata( $users['granting'] ), wp_generate_password() );
		self::assertStringContainsString( 'is active again', $resume( $agent ) );
		self::assertNull( $agent->call( 'whoami' )->reason() );
		self::assertNull( $agent->call( 'whoami' )->json()['error'] ?? null );
		wp_delete_user( $users['granting'] );
		self::assertStringContainsString( 'could not approve it any more', $resume( $agent ) );
		self::assertSame( Connection::PAUSED, $agent->connection()->state );
	}

	public function test_what_takes_nothing_away_pauses_nothing(): void {
		$users = [ 'acting' => $this->user( 'author' ), 'granting' => $this->user( 'administrator' ) ];
		$agent = $this->connect( $users['acting'], $users['granting'] );
		wp_update_user( [ 'ID' => $users['granting'], 'user_pass' => wp_generate_password(), 'user_email' => uniqid( 'new' ) . '@example.test' ] );
		get_userdata( $users['acting'] )->set_role( 'editor' );
		get_userdata( $users['acting'] )->add_cap( 'edit_theme_options' );
		get_userdata( $this->user( 'editor' ) )->set_role( 'subscriber' );
		Plugin::composition()->standing()->check_all();
		wp_cache_flush();
		self::assertSame( Connection::ACTIVE, $agent->connection()->state );
		self::assertNull( $agent->call( 'whoami' )->reason() );
	}

	public function test_a_schedule_of_a_lost_account_is_held(): void {
		$users = [ 'acting' => $this->user( 'editor' ), 'granting' => $this->user( 'administrator' ) ];
		$agent = $this->connect( $users['acting'], $users['granting'] );
		$id    = \Countersign\Tests\Schedules::due( $agent );
		global $wpdb;
		$wpdb->delete( $wpdb->users, [ 'ID' => $users['granting'] ] );
		wp_cache_flush();
		$from = AuditTrail::size();
		self::assertSame( 'pending', \Countersign\Tests\Schedules::run_cron( $id ) );
		\Countersign\Tests\Schedules::assert_held( $id, 'account_changed', $from );
	}
}

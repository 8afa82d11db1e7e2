<?php
/**
 * Who: B, a tool gone astray in the call of an agent; and a person who gives the account of an agent the role of an administrator.
 * Has: a connection with an account of its own.
 * Does: raises the account in a call; raises it by hand, so that its stored rights are those of an administrator; has it made by a
 *   person who may do less than the permissions of the connection.
 * Gets: `write_refused`; a call that has no more than its connection, and a test in Site Health that fails; an account that may do
 *   no more than that person, at once also when the person loses rights.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Plugin\Accounts\AgentAccounts;
use Countersign\Plugin\Plugin;
use Countersign\Plugin\Site\Capabilities;
use Countersign\Tests\Agent;
use Countersign\Tests\AstrayTool;
use Countersign\Tests\Site;

/** Nothing that is stored in the account of an agent gives it more than its connection and the person who approved it. */
final class AgentAccountRightsTest extends AstrayTool {

	/** @var list<int> */
	private array $users = [];

	protected function tearDown(): void {
		require_once ABSPATH . 'wp-admin/includes/user.php';
		array_map( wp_delete_user( ... ), $this->users );
		parent::tearDown();
	}

	/** Returns the agent of a new person with a role, who may manage connections. */
	private function agent_of( string $role, string $preset ): Agent {
		$name          = uniqid( "person-$role-" );
		$this->users[] = $id = wp_insert_user( [ 'user_login' => $name, 'user_pass' => $name, 'user_email' => "$name@example.test", 'role' => $role ] );
		get_userdata( $id )->add_cap( Capabilities::MANAGE );
		return Site::connect( '', $preset, [], $name );
	}

	/** @return array<string, mixed> Capability => whether the agent has it in a call. */
	private static function may( Agent $agent, string ...$capabilities ): array {
		return self::value( 'return array_map( fn( $name ) => current_user_can( $name ), ' . var_export( array_combine( $capabilities, $capabilities ), true ) . ' );', $agent );
	}

	public function test_a_call_cannot_raise_an_account(): void {
		$user = Site::connect( '', 'read_only' )->connection()->user;
		foreach ( [ "get_userdata( $user )->set_role( 'administrator' )", "update_user_meta( $user, 'countersign_connection', '1' )", "wp_update_user( [ 'ID' => $user, 'user_pass' => 'x', 'user_email' => 'm@example.org' ] )" ] as $code ) {
			self::run_code( "return $code;" );
			wp_cache_flush();
			self::assertSame( [ Capabilities::AGENT_ROLE ], get_userdata( $user )->roles, $code );
			self::assertTrue( null !== Plugin::composition()->agent_accounts()->connection_of( $user ), $code );
		}
	}

	public function test_a_role_that_a_person_gives_it_does_not_reach_a_call(): void {
		$agent = $this->agent_of( 'administrator', 'draft_only' );
		$user  = $agent->connection()->user;
		get_userdata( $user )->set_role( 'administrator' );
		wp_cache_flush();
		self::assertTrue( user_can( $user, 'manage_options' ), 'WordPress has stored it' );
		self::assertSame( [ 'edit_others_posts' => true, 'publish_posts' => false, 'delete_posts' => false, 'manage_options' => false, 'edit_users' => false ], self::may( $agent, 'edit_others_posts', 'publish_posts', 'delete_posts', 'manage_options', 'edit_users' ) );
		$test = Plugin::composition()->site_health()->add_test( [] )['direct']['countersign_accounts']['test']();
		self::assertSame( 'critical', $test['status'] );
		self::assertStringContainsString( 'administrator', $test['description'] );
		Plugin::composition()->agent_accounts()->check_all();
		wp_cache_flush();
		self::assertSame( [ 'administrator' ], AgentAccounts::surplus( $user ), 'what a person did is shown, not undone' );
		get_userdata( $user )->set_role( Capabilities::AGENT_ROLE );
		$test = Plugin::composition()->site_health()->add_test( [] )['direct']['countersign_accounts']['test']();
		self::assertSame( 'good', $test['status'], $test['description'] );
	}

	/** @return array<string, array{string, array<string, bool>}> */
	public function persons(): array {
		return [
			'an author'      => [ 'author', [ 'edit_posts' => true, 'edit_others_posts' => false, 'publish_posts' => true, 'delete_posts' => true, 'edit_pages' => false, 'upload_files' => true, 'manage_categories' => false ] ],
			'a contributor'  => [ 'contributor', [ 'edit_posts' => true, 'edit_others_posts' => false, 'publish_posts' => false, 'delete_posts' => true, 'edit_pages' => false, 'upload_files' => false, 'manage_categories' => false ] ],
			'an editor'      => [ 'editor', [ 'edit_posts' => true, 'edit_others_posts' => true, 'publish_posts' => true, 'delete_posts' => true, 'edit_pages' => true, 'upload_files' => true, 'manage_categories' => true ] ],
		];
	}

	/**
	 * @dataProvider persons
	 *
	 * @param array<string, bool> $expected
	 */
	public function test_it_may_no_more_than_the_person_who_approved_it( string $role, array $expected ): void {
		$agent = $this->agent_of( $role, 'full_access' );
		$user  = $agent->connection()->user;
		wp_cache_flush();
		self::assertSame( $expected, array_map( static fn( string $name ): bool => user_can( $user, $name ), array_combine( array_keys( $expected ), array_keys( $expected ) ) ), 'what is stored' );
		self::assertSame( $expected, self::may( $agent, ...array_keys( $expected ) ), 'in a call' );
	}

	public function test_rights_that_the_person_loses_past_wordpress_are_gone_at_once(): void {
		global $wpdb;
		$agent = $this->agent_of( 'editor', 'content_manager' );
		$wpdb->update( $wpdb->usermeta, [ 'meta_value' => serialize( [ 'author' => true, Capabilities::MANAGE => true ] ) ], [ 'user_id' => end( $this->users ), 'meta_key' => $wpdb->get_blog_prefix() . 'capabilities' ] );
		self::assertSame( [ 'edit_posts' => true, 'edit_others_posts' => false ], self::may( $agent, 'edit_posts', 'edit_others_posts' ) );
	}
}

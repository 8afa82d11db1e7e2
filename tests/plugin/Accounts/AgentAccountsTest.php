<?php

declare(strict_types=1);

namespace Countersign\Tests;

use Countersign\Plugin\Accounts\AgentAccounts;
use Countersign\Plugin\Integrity\Accounts;
use Countersign\Plugin\Plugin;
use Countersign\Plugin\Site\Capabilities;

/** The accounts that are made for connections: what they are, what they may, and how they follow their connections. */
final class AgentAccountsTest extends TestCase {

	private static function accounts(): AgentAccounts {
		return Plugin::composition()->agent_accounts();
	}

	/** @return list<string> The roles and capabilities of an account, as they are stored. */
	private static function rights( int $user ): array {
		global $wpdb;
		wp_cache_flush();
		$names = array_map( strval( ... ), array_keys( get_user_meta( $user, $wpdb->get_blog_prefix() . 'capabilities', true ) ) );
		sort( $names );
		return $names;
	}

	public function test_a_connection_gets_an_account_with_its_name_and_small_role(): void {
		$connection = Site::connect( '', 'read_only' )->connection();
		$account    = get_userdata( $connection->user );
		self::assertTrue( $connection->own_account );
		self::assertSame( Site::user( 'admin' ), $connection->created_by );
		self::assertSame( [ 'Test connection', 'Test connection', '' ], [ $account->display_name, $account->nickname, $account->user_email ] );
		self::assertMatchesRegularExpression( '/^agent-[0-9a-f]{12}$/', $account->user_login );
		self::assertSame( $account->user_login, $account->user_nicename );
		self::assertSame( [ Capabilities::AGENT_ROLE ], $account->roles );
		self::assertSame( [ Capabilities::AGENT_ROLE, 'read', 'read_private_pages', 'read_private_posts' ], self::rights( $account->ID ) );
		self::assertSame( [ 'read' => true ], get_role( Capabilities::AGENT_ROLE )->capabilities );
		self::assertSame( $connection->id, self::accounts()->connection_of( $account->ID )?->id );
		self::assertNull( self::accounts()->connection_of( Site::user( 'editor' ) ) );
	}

	public function test_posts_revisions_and_the_audit_trail_name_the_account(): void {
		$agent = Site::connect( '' );
		$user  = $agent->connection()->user;
		$since = AuditTrail::size();
		$id    = $agent->do( 'create_draft', [ 'title' => 'By an agent', 'content' => '<p>One.</p>' ] )['id'];
		$agent->do( 'update_content', $agent->edit( $id, [ 'content' => '<p>Two.</p>' ] ) );
		$agent->act( 'publish_post', [ 'id' => $id ] );
		wp_cache_flush();
		self::assertSame( [ 'publish', (string) $user ], [ get_post( $id )->post_status, get_post( $id )->post_author ] );
		self::assertSame( [ (string) $user ], array_values( array_unique( array_column( wp_get_post_revisions( $id ), 'post_author' ) ) ) );
		foreach ( AuditTrail::since( $since ) as $entry ) {
			self::assertSame( [ (string) $agent->id, (string) $user ], [ $entry['connection'], $entry['user'] ] );
		}
	}

	public function test_the_daily_comparison_names_what_a_person_changes_and_not_what_the_plugin_does(): void {
		$agent  = Site::connect( '', 'draft_only' );
		$user   = $agent->connection()->user;
		$digest = static fn(): array => array_intersect_key( Accounts::digests(), array_fill_keys( [ "account/$user", "account/$user/rights", "administrator/$user" ], true ) );
		$before = $digest();
		self::assertSame( [ "account/$user", "account/$user/rights" ], array_keys( $before ) );
		Plugin::composition()->manager()->set_groups( $agent->connection(), [ 'read' ] );
		self::assertSame( $before, $digest() );
		get_userdata( $user )->add_role( 'administrator' );
		$raised = $digest();
		self::assertNotSame( $before[ "account/$user/rights" ], $raised[ "account/$user/rights" ] );
		self::assertArrayHasKey( "administrator/$user", $raised );
		get_userdata( $user )->remove_role( 'administrator' );
	}
}

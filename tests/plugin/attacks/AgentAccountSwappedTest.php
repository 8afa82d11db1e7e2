<?php
/**
 * Who: A, who writes rows of the database.
 * Has: two connections with accounts of their own, one that only reads and one of an administrator with all permissions; or the
 *   database of another site.
 * Does: exchanges what the accounts say of their connections, exchanges the records, and says that a person's account is that of a
 *   connection.
 * Gets: accounts that no connection claims, `record_forged`, and nothing for the person's account: only that nobody logs in to it.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Plugin\Accounts\AgentAccounts;
use Countersign\Plugin\Plugin;
use Countersign\Tests\RecordAttack;
use Countersign\Tests\Site;

/** Only a sealed record says whose an account is. */
final class AgentAccountSwappedTest extends RecordAttack {

	private static function claims( int $user ): ?int {
		wp_cache_flush();
		return Plugin::composition()->agent_accounts()->connection_of( $user )?->id;
	}

	public function test_an_account_that_names_another_connection_belongs_to_none(): void {
		[ $one, $two ] = [ Site::connect( '', 'read_only' ), Site::connect( '', 'full_access' ) ];
		[ $first, $second ] = [ $one->connection()->user, $two->connection()->user ];
		update_user_meta( $first, AgentAccounts::META, (string) $two->id );
		update_user_meta( $second, AgentAccounts::META, (string) $one->id );
		self::assertSame( [ null, null ], [ self::claims( $first ), self::claims( $second ) ] );
		self::assertTrue( AgentAccounts::is_one( $first ), 'still nobody logs in' );
		self::assertSame( [ $first, $second ], [ $one->do( 'whoami' )['user']['id'], $two->do( 'whoami' )['user']['id'] ], 'the sealed records decide' );
		Plugin::composition()->agent_accounts()->check_all();
		self::assertSame( [ $one->id, $two->id ], [ self::claims( $first ), self::claims( $second ) ], 'once a day, what the accounts say follows the records again' );
		self::assertSame( [ false, true ], [ user_can( $first, 'edit_posts' ), user_can( $second, 'edit_posts' ) ] );
	}

	public function test_an_account_that_no_connection_claims_loses_its_rights(): void {
		$planted = wp_insert_user( [ 'user_login' => uniqid( 'agent-' ), 'user_pass' => 'x', 'role' => 'editor', 'meta_input' => [ AgentAccounts::META => '12345' ] ] );
		Plugin::composition()->agent_accounts()->check_all();
		self::assertNull( self::claims( $planted ) );
		self::assertFalse( user_can( $planted, 'edit_posts' ) );
		require_once ABSPATH . 'wp-admin/includes/user.php';
		wp_delete_user( $planted );
	}

	public function test_exchanged_records_claim_nothing(): void {
		[ $one, $two ] = [ Site::connect( '', 'read_only' ), Site::connect( '', 'full_access' ) ];
		[ $first, $second ] = [ self::row( 'connections', $one->id ), self::row( 'connections', $two->id ) ];
		$user = $one->connection()->user;
		self::write( 'connections', $one->id, [ 'record' => $second['record'], 'version' => $second['version'], 'user_id' => $second['user_id'] ] );
		self::assertForged( $one );
		wp_cache_flush();
		$claimed = Plugin::composition()->agent_accounts()->connection_of( $user );
		self::assertSame( [ 'record_forged', 0, [] ], [ $claimed?->fault, $claimed?->user, $claimed?->groups ], 'it grants nothing' );
		self::restore( 'connections', $first, $second );
	}

	public function test_the_account_of_a_person_becomes_none_of_an_agent(): void {
		$agent  = Site::connect( '', 'read_only' );
		$editor = Site::user( 'editor' );
		update_user_meta( $editor, AgentAccounts::META, (string) $agent->id );
		$rights = get_userdata( $editor )->allcaps;
		self::assertNull( self::claims( $editor ) );
		Plugin::composition()->agent_accounts()->adjust( $agent->id );
		delete_user_meta( $editor, AgentAccounts::META );
		wp_cache_flush();
		self::assertSame( $rights, get_userdata( $editor )->allcaps );
		self::assertSame( $agent->id, self::claims( $agent->connection()->user ) );
	}
}

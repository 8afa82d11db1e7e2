<?php
/**
 * Who: an agent, or a person, with an application password that was made in a profile.
 * Has: a genuine password of an administrator, also one that pretends to be made for an agent, and an index of connections that names it.
 * Does: sends it to the MCP endpoint.
 * Gets: `app_password_foreign` with a sentence that says who makes the right one. The sealed record decides, not the index.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Tests\Agent;
use Countersign\Tests\AuditTrail;
use Countersign\Tests\RecordAttack;
use Countersign\Tests\Site;

/** Only a password that a sealed record names opens the MCP endpoint. */
final class OrdinaryPasswordTest extends RecordAttack {

	private static function assertForeign( Agent $agent ): void {
		$answer = $agent->call( 'whoami' );
		self::assertSame( [ 401, 'app_password_foreign' ], [ $answer->status, $answer->reason() ], $answer->body );
		self::assertStringContainsString( 'an administrator makes one on the page Connections', $answer->json()['error']['message'] );
		// Recorded once a minute for each address, so that it cannot fill the log.
		self::assertContains( 'app_password_foreign', array_column( AuditTrail::since( 0 ), 'reason' ) );
		self::assertSame( 401, $agent->send( 'tools/list' )->status );
	}

	public function test_a_password_of_a_profile_is_refused(): void {
		$password = \WP_Application_Passwords::create_new_application_password( Site::user( 'admin' ), [ 'name' => 'Of a person' ] )[0];
		self::assertForeign( new Agent( 1, '', Agent::basic( 'admin', $password ) ) );
	}

	public function test_the_application_id_and_the_index_prove_nothing(): void {
		$agent    = Agent::with_password( 'admin', 'full_access' );
		$list     = \WP_Application_Passwords::get_user_application_passwords( Site::user( 'admin' ) );
		$app      = array_column( $list, 'app_id', 'uuid' )[ $agent->connection()->credential['uuid'] ];
		$made     = \WP_Application_Passwords::create_new_application_password( Site::user( 'admin' ), [ 'name' => 'Disguised', 'app_id' => $app ] );
		$intruder = new Agent( $agent->id, '', Agent::basic( 'admin', $made[0] ) );
		self::assertForeign( $intruder );
		self::write( 'connections', $agent->id, [ 'credential' => $made[1]['uuid'] ] );
		self::assertForeign( $intruder );
		$oauth = Site::connect( 'admin', 'full_access' );
		self::write( 'connections', $agent->id, [ 'credential' => '' ] );
		self::write( 'connections', $oauth->id, [ 'credential' => $made[1]['uuid'] ] );
		self::assertForeign( $intruder );
		$oauth->do( 'whoami' );
	}

	public function test_a_stored_hash_that_was_replaced_opens_nothing(): void {
		global $wpdb;
		$agent = Agent::with_password( 'admin', 'full_access' );
		$known = \WP_Application_Passwords::create_new_application_password( Site::user( 'editor' ), [ 'name' => 'Known' ] );
		$list  = \WP_Application_Passwords::get_user_application_passwords( Site::user( 'admin' ) );
		foreach ( $list as &$item ) {
			if ( $agent->connection()->credential['uuid'] === $item['uuid'] ) {
				$item['password'] = $known[1]['password'];
			}
		}
		$wpdb->update( $wpdb->usermeta, [ 'meta_value' => serialize( $list ) ], [ 'user_id' => Site::user( 'admin' ), 'meta_key' => '_application_passwords' ] );
		wp_cache_flush();
		self::assertForeign( new Agent( $agent->id, '', Agent::basic( 'admin', $known[0] ) ) );
	}
}

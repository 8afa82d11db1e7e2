<?php
/**
 * Who: A, who restores the database from a backup.
 * Has: an application password of an agent that a person has deleted since, in the profile or by revoking the connection.
 * Does: puts the account's list of passwords back, and the row of the connection with it.
 * Gets: `record_rolled_back`: the connection stays ended, and nobody can resume it. The password is refused everywhere else.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Plugin\Connections\Connection;
use Countersign\Plugin\Plugin;
use Countersign\Tests\Agent;
use Countersign\Tests\Http;
use Countersign\Tests\RecordAttack;
use Countersign\Tests\Site;

/** A restored password revives no connection. */
final class RestoredPasswordTest extends RecordAttack {

	/** @return array<string, array{\Closure(Agent): mixed}> */
	public function ends(): array {
		return [
			'deleted in the profile' => [ static fn( Agent $agent ) => \WP_Application_Passwords::delete_application_password( Site::user( 'editor' ), $agent->connection()->credential['uuid'] ) ],
			'connection revoked'     => [ static fn( Agent $agent ) => self::manager()->revoke( $agent->connection() ) ],
		];
	}

	/** @dataProvider ends */
	public function test_what_has_ended_stays_ended( \Closure $end ): void {
		global $wpdb;
		$agent = Agent::with_password();
		$agent->do( 'whoami' );
		wp_cache_flush();
		$list = get_user_meta( Site::user( 'editor' ), '_application_passwords', true );
		$row  = self::row( 'connections', $agent->id );
		$end( $agent );
		self::assertSame( 'app_password_invalid', $agent->call( 'whoami' )->reason() );
		$wpdb->update( $wpdb->usermeta, [ 'meta_value' => serialize( $list ) ], [ 'user_id' => Site::user( 'editor' ), 'meta_key' => '_application_passwords' ] );
		wp_cache_flush();
		$answer = $agent->call( 'whoami' );
		self::assertSame( [ 401, 'invalid_token' ], [ $answer->status, $answer->reason() ], 'the list alone' );
		self::restore( 'connections', $row );
		self::assertSame( 'record_rolled_back', $agent->call( 'whoami' )->reason(), 'the list and the row' );
		self::assertSame( 'connection_revoked', Plugin::composition()->connections()->restored( $agent->connection() ) );
		self::assertSame( 401, Http::get( rest_url( 'wp/v2/users/me' ), [ 'Authorization' => $agent->authorization() ] )->status );
		self::manager()->revoke( $agent->connection() );
		self::assertSame( Connection::REVOKED, $agent->connection()->state );
	}
}

<?php
/**
 * Who: A, who restores rows from a copy of the database.
 * Has: the tables of connections, grants and clients from before a connection was revoked.
 * Does: puts all three back, without the audit log.
 * Gets: `record_rolled_back` for the access token, and 503 for the refresh token: the connection stays ended, and the log still says who ended it.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Plugin\Connections\Connection;
use Countersign\Tests\Agent;
use Countersign\Tests\OAuthClient;
use Countersign\Tests\RecordAttack;
use Countersign\Tests\Site;

/** A restored table revives nothing. */
final class RestoredAfterRevocationTest extends RecordAttack {

	public function test_a_revoked_connection_is_not_revived(): void {
		global $wpdb;
		$client = OAuthClient::registered();
		$tokens = $client->tokens();
		$agent  = new Agent( OAuthClient::newest(), $tokens['access_token'] );
		$tables = [];
		foreach ( [ 'connections', 'grants', 'oauth_clients' ] as $table ) {
			$tables[ $table ] = $wpdb->get_results( 'SELECT * FROM ' . Site::table( $table ), ARRAY_A ); // phpcs:ignore
		}
		self::manager()->revoke( $agent->connection() );
		foreach ( $tables as $table => $rows ) {
			self::restore( $table, ...array_filter( $rows, static fn( array $row ): bool => 'connections' !== $table || (string) $agent->id === $row['id'] ) );
		}
		self::assertRolledBack( $agent );
		self::assertSame( 503, OAuthClient::token( $client->refreshing( $tokens['refresh_token'] ) )->status );
		// A person can still end it, so that nothing that is restored later revives it.
		self::manager()->revoke( $agent->connection() );
		self::assertSame( Connection::REVOKED, $agent->connection()->state );
		self::assertDenied( 'connection_revoked', $agent, 401 );
	}
}

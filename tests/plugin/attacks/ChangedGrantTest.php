<?php
/**
 * Who: A, who writes rows of the database.
 * Has: two grants: one of a weak and one of a strong connection.
 * Does: changes a character of a grant's record, copies the record of the other one into its row, and removes it.
 * Gets: `invalid_grant`, so that the client connects again; 503 without a record.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Tests\OAuthClient;
use Countersign\Tests\RecordAttack;
use Countersign\Tests\Site;

/** A changed or copied record of a grant gives nothing. */
final class ChangedGrantTest extends RecordAttack {

	private static function grant_of( int $connection ): int {
		global $wpdb;
		return (int) $wpdb->get_var( $wpdb->prepare( 'SELECT id FROM ' . Site::table( 'grants' ) . ' WHERE connection_id = %d', $connection ) ); // phpcs:ignore
	}

	public function test_a_changed_grant_issues_nothing(): void {
		$client = OAuthClient::registered();
		$strong = $client->tokens( [ 'preset' => 'full_access' ] );
		$other  = self::row( 'grants', self::grant_of( OAuthClient::newest() ) );
		$weak   = $client->tokens( [ 'preset' => 'read_only' ] );
		$own    = self::row( 'grants', self::grant_of( OAuthClient::newest() ) );
		$flip   = substr_replace( (string) $own['record'], 'A' === $own['record'][90] ? 'B' : 'A', 90, 1 );
		foreach ( [ $flip, $other['record'] ] as $record ) {
			self::write( 'grants', (string) $own['id'], [ 'record' => $record ] );
			$answer = OAuthClient::token( $client->refreshing( $weak['refresh_token'] ) );
			self::assertSame( [ 400, 'invalid_grant' ], [ $answer->status, $answer->json()['error'] ], $answer->body );
		}
		self::write( 'grants', (string) $own['id'], [ 'record' => '' ] );
		self::assertSame( 503, OAuthClient::token( $client->refreshing( $weak['refresh_token'] ) )->status );
		self::write( 'grants', (string) $own['id'], [ 'record' => $own['record'] ] );
		foreach ( [ $weak, $strong ] as $tokens ) {
			self::assertSame( 200, OAuthClient::token( $client->refreshing( $tokens['refresh_token'] ) )->status );
		}
	}
}

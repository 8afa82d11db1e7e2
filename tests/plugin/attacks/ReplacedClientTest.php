<?php
/**
 * Who: A, who writes rows of the database.
 * Has: two stored clients with secrets; the secret of one is known.
 * Does: puts the record of the known client into the row of the other.
 * Gets: The client is refused with the known secret and with its own: a record opens for its own client id only.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Tests\OAuthClient;
use Countersign\Tests\RecordAttack;
use Countersign\Tests\Site;

/** The record of another client gives nothing. */
final class ReplacedClientTest extends RecordAttack {

	public function test_a_secret_of_another_client_is_refused(): void {
		$mine   = OAuthClient::registered( [ 'token_endpoint_auth_method' => 'client_secret_post' ] );
		$theirs = OAuthClient::registered( [ 'token_endpoint_auth_method' => 'client_secret_post' ] );
		$mine->tokens( [ 'preset' => 'read_only' ] );
		$tokens = $theirs->tokens( [ 'preset' => 'read_only' ] );
		[ $own, $other ] = [ hash( 'sha256', $mine->id ), hash( 'sha256', $theirs->id ) ];
		$row = self::row( 'oauth_clients', $other );
		self::write( 'oauth_clients', $other, [ 'record' => self::row( 'oauth_clients', $own )['record'] ] );
		foreach ( [ $mine->secret, $theirs->secret ] as $secret ) {
			$answer = OAuthClient::token( OAuthClient::with_id( $theirs->id, $secret )->refreshing( $tokens['refresh_token'] ) );
			self::assertGreaterThanOrEqual( 400, $answer->status, $answer->body );
		}
		self::write( 'oauth_clients', $other, [ 'record' => $row['record'] ] );
		self::assertSame( 200, OAuthClient::token( $theirs->refreshing( $tokens['refresh_token'] ) )->status );
	}
}

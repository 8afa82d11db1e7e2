<?php
/**
 * Who: a stranger at another address.
 * Has: the public client id of an agent, which is no secret.
 * Does: sends token requests in its name until they are limited.
 * Gets: 429 for the stranger's own address. The agent's requests are counted for its grant, so that nothing of its budget
 * is gone.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Tests\OAuthClient;
use Countersign\Tests\Http;
use Countersign\Tests\Site;
use Countersign\Tests\TestCase;

/** Naming a client uses up nothing of it. */
final class NamedClientTest extends TestCase {

	public function test_a_stranger_who_names_a_client_does_not_limit_it(): void {
		$client = OAuthClient::registered();
		$tokens = $client->tokens( [ 'preset' => 'read_only' ] );
		$code   = $client->code( [ 'preset' => 'read_only' ] );
		Site::settings( [ 'ip_limit' => [ 'max' => 30, 'window' => 3600 ] ] + Site::ROOMY );
		$status = 0;
		// More than the requests that a grant or a client may make.
		for ( $i = 0; $i < 100; $i++ ) {
			// The code was seen in a redirect, without its verifier.
			$form   = 0 === $i % 2 ? $client->refreshing( "csrt_$i" ) : [ 'code_verifier' => str_repeat( 'x', 43 ) ] + $client->redeeming( $code );
			$status = OAuthClient::token( $form, '127.9.8.' . ( 1 + intdiv( $i, 50 ) ) )->status;
		}
		self::assertSame( 429, $status );
		$agent = Http::stranger();
		self::assertSame( 200, OAuthClient::token( $client->redeeming( $code ), $agent )->status );
		self::assertSame( 200, OAuthClient::token( $client->refreshing( $tokens['refresh_token'] ), $agent )->status );
	}
}

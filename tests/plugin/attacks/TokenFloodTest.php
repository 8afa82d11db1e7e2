<?php
/**
 * Who: a program behind the same address as an honest agent, such as behind the same proxy.
 * Has: the public client id of the agent, and the id of a client with a secret, but no secret, code or token.
 * Does: sends token and revocation requests with wrong secrets, invented tokens and unknown clients.
 * Gets: refusals, then 429. One entry a minute is recorded for each reason, no row is stored. The agent behind the same
 * address refreshes, connects and calls as before.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Plugin\Site\Urls;
use Countersign\Tests\Agent;
use Countersign\Tests\Answer;
use Countersign\Tests\AuditTrail;
use Countersign\Tests\Http;
use Countersign\Tests\OAuthClient;
use Countersign\Tests\Pending;
use Countersign\Tests\Site;
use Countersign\Tests\TestCase;

/** Failures lock out nobody who has a genuine code, token or secret. */
final class TokenFloodTest extends TestCase {

	public function test_an_honest_agent_goes_on_behind_a_flooded_address(): void {
		$public  = OAuthClient::registered();
		$secret  = OAuthClient::registered( [ 'token_endpoint_auth_method' => 'client_secret_post' ] );
		$tokens  = $public->tokens( [ 'preset' => 'read_only' ] );
		$agent   = OAuthClient::newest();
		$private = $secret->tokens( [ 'preset' => 'read_only' ] );
		$code    = $public->code( [ 'preset' => 'read_only' ] );
		Site::settings( [ 'ip_limit' => [ 'max' => 10, 'window' => 3600 ] ] + Site::ROOMY );
		$from   = Http::stranger();
		$wrong  = OAuthClient::with_id( $secret->id, 'cscs_' . str_repeat( 'A', 43 ) );
		$nobody = OAuthClient::with_id( 'csc_' . str_repeat( 'A', 120 ) );
		$forms  = [
			[ Urls::token(), $wrong->refreshing( $private['refresh_token'] ) ],
			[ Urls::token(), $nobody->refreshing( $tokens['refresh_token'] ) ],
			[ Urls::token(), $public->refreshing( 'csrt_' . str_repeat( 'A', 100 ) ) ],
			[ Urls::token(), [ 'grant_type' => 'password', 'username' => 'admin', 'password' => 'admin', 'client_id' => $public->id ] ],
			[ Urls::revoke(), $wrong->revoking( $private['refresh_token'] ) ],
			[ Urls::revoke(), $public->revoking( 'x' ) ],
		];
		[ $size, $rows ] = [ AuditTrail::size(), Site::rows() ];
		$statuses        = [];
		for ( $i = 0; $i < 20; $i++ ) {
			$answers = Http::all( array_map( static fn( array $form ): Pending => Http::prepare_form( $form[0], $form[1], $from ), $forms ) );
			array_push( $statuses, ...array_map( static fn( Answer $answer ): int => $answer->status, $answers ) );
		}
		self::assertSame( 110, array_count_values( $statuses )[429] );
		self::assertSame( $rows, Site::rows() );
		$reasons = array_column( AuditTrail::since( $size ), 'reason' );
		self::assertSame( $reasons, array_unique( $reasons ), 'each reason once' );
		foreach ( [ 'client_auth_failed', 'client_unknown', 'rate_limited_ip' ] as $reason ) {
			self::assertContains( $reason, $reasons );
		}
		$logged = implode( array_column( AuditTrail::since( $size ), 'body' ) );
		foreach ( [ $private['refresh_token'], $tokens['refresh_token'], str_repeat( 'A', 20 ) ] as $sent ) {
			self::assertStringNotContainsString( substr( $sent, -20 ), $logged );
		}

		self::assertSame( 200, OAuthClient::token( $public->redeeming( $code ), $from )->status );
		$fresh = OAuthClient::token( $public->refreshing( $tokens['refresh_token'] ), $from );
		self::assertSame( 200, $fresh->status, $fresh->body );
		( new Agent( $agent, $fresh->json()['access_token'] ) )->do( 'whoami' );
		self::assertSame( 200, OAuthClient::token( $secret->refreshing( $private['refresh_token'] ), $from )->status );
		$told = OAuthClient::token( $secret->refreshing( 'x' ), $from );
		self::assertSame( [ 400, 'invalid_grant' ], [ $told->status, $told->json()['error'] ], 'a client with a genuine secret learns what is wrong' );
		self::assertSame( 200, $public->revoke( $fresh->json()['refresh_token'], $from )->status );
		self::assertTrue( ( new Agent( $agent ) )->connection()->is_revoked() );
	}
}

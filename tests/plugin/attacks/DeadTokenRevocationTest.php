<?php
/**
 * Who: a client whose connection was revoked, or whoever found its old tokens.
 * Has: an access token and a refresh token that are not expired.
 * Does: sends them to the revocation endpoint 150 times, also while the kill switch is on.
 * Gets: the same 200 as for any token. Nothing is changed and nothing is recorded, except once that there were too many
 * requests from its address.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Plugin\Plugin;
use Countersign\Plugin\Site\Urls;
use Countersign\Tests\Agent;
use Countersign\Tests\Answer;
use Countersign\Tests\AuditTrail;
use Countersign\Tests\Http;
use Countersign\Tests\OAuthClient;
use Countersign\Tests\Pending;
use Countersign\Tests\Site;
use Countersign\Tests\TestCase;

/** The revocation of a token that is not in use has no effect. */
final class DeadTokenRevocationTest extends TestCase {

	/** @return array<string, array{string, bool}> Which token; whether the kill switch is on. */
	public function tokens(): array {
		return [
			'access token'                   => [ 'access_token', false ],
			'refresh token'                  => [ 'refresh_token', false ],
			'access token, kill switch on'   => [ 'access_token', true ],
			'refresh token, kill switch on'  => [ 'refresh_token', true ],
		];
	}

	/** @dataProvider tokens */
	public function test_150_revocations_with_a_dead_token_leave_no_trace( string $which, bool $is_stopped ): void {
		$client = OAuthClient::registered();
		$tokens = $client->tokens();
		Plugin::composition()->manager()->revoke( ( new Agent( OAuthClient::newest() ) )->connection() );
		Plugin::composition()->kill_switch()->set( $is_stopped );
		try {
			[ $size, $before ] = [ AuditTrail::size(), Site::digest() ];
			$revoke            = fn(): Pending => Http::prepare_form( Urls::revoke(), $client->revoking( $tokens[ $which ] ) );
			$answers           = array_merge( ...array_map( static fn(): array => Http::all( array_map( $revoke, range( 1, 10 ) ) ), range( 1, 15 ) ) );
			self::assertSame( [ '200 ' ], array_values( array_unique( array_map( static fn( Answer $answer ): string => "$answer->status $answer->body", $answers ) ) ) );
			self::assertSame( [ $size, $before ], [ AuditTrail::size(), Site::digest() ] );
		} finally {
			Plugin::composition()->kill_switch()->set( false );
		}
	}

	public function test_too_many_are_told_to_wait_and_recorded_once(): void {
		$client = OAuthClient::registered();
		$token  = $client->tokens()['refresh_token'];
		Plugin::composition()->manager()->revoke( ( new Agent( OAuthClient::newest() ) )->connection() );
		Site::settings( [ 'ip_limit' => [ 'max' => 5, 'window' => 600 ] ] + Site::ROOMY );
		[ $size, $from ] = [ AuditTrail::size(), Http::stranger() ];
		$answers         = array_map( static fn(): Answer => $client->revoke( $token, $from ), range( 1, 10 ) );
		self::assertSame( [ 200, 200, 200, 200, 200, 429, 429, 429, 429, 429 ], array_map( static fn( Answer $answer ): int => $answer->status, $answers ) );
		self::assertGreaterThan( 0, (int) $answers[9]->header( 'Retry-After' ) );
		self::assertRecorded( [ 'refusal oauth.revoke denied rate_limited_ip' ], $size );
	}
}

<?php
/**
 * Attacker: anybody who shares an IP address with an agent, for example behind the same proxy.
 * Has:      no token, a forged one, an old one.
 * Does:     sends many requests from that address, to use up its limit.
 * Gets:     401 for each, then 429 `rate_limited_ip` with Retry-After; one audit entry a minute for each reason. The agent
 *           behind the same address goes on, with requests of every kind.
 */

declare(strict_types=1);

namespace Countersign\Tests\Attacks;

use Countersign\Plugin\Plugin;
use Countersign\Tests\Agent;
use Countersign\Tests\AuditTrail;
use Countersign\Tests\Http;
use Countersign\Tests\Pending;
use Countersign\Tests\Site;
use Countersign\Tests\TestCase;

final class NeighbourLockoutTest extends TestCase {

	public function test_an_agent_goes_on_behind_an_address_that_failed_too_often(): void {
		$agent   = Site::connect();
		$address = '127.3.' . random_int( 0, 255 ) . '.' . random_int( 2, 250 );
		Site::settings( [ 'ip_limit' => [ 'max' => 60, 'window' => 3600 ] ] + Site::ROOMY );
		$from   = AuditTrail::size();
		$before = Site::digest();
		$flood  = array_map( static fn( int $n ): Pending => ( new Agent( 1, 0 === $n % 2 ? 'csat_nonsense' : '' ) )->request( 'ping' )->from( $address ), range( 1, 70 ) );
		$by     = array_count_values( array_map( static fn( $answer ): int => $answer->status, Http::all( $flood ) ) );
		ksort( $by );
		self::assertSame( [ 401 => 60, 429 => 10 ], $by );
		self::assertSame( $before, Site::digest() );
		$reasons = array_count_values( array_column( AuditTrail::since( $from ), 'reason' ) );
		self::assertSame( 1, $reasons['rate_limited_ip'] ?? 0 );
		self::assertLessThanOrEqual( 3, array_sum( $reasons ), 'one entry for each reason' );
		for ( $n = 0; $n < 5; $n++ ) {
			self::assertNull( Http::all( [ $agent->prepare( 'whoami' )->from( $address ) ] )[0]->reason() );
		}
	}

	public function test_the_token_of_a_revoked_connection_is_recorded_once_and_locks_nobody_out(): void {
		$revoked = Site::connect();
		$agent   = Site::connect();
		$address = '127.3.' . random_int( 0, 255 ) . '.' . random_int( 2, 250 );
		wp_set_current_user( Site::user( 'admin' ) );
		Plugin::composition()->manager()->revoke( $revoked->connection() );
		Site::settings( [ 'ip_limit' => [ 'max' => 10, 'window' => 3600 ] ] + Site::ROOMY );
		$from    = AuditTrail::size();
		$answers = Http::all( array_map( static fn(): Pending => $revoked->prepare( 'whoami' )->from( $address ), range( 1, 20 ) ) );
		$by      = array_count_values( array_map( static fn( $answer ): int => $answer->status, $answers ) );
		ksort( $by );
		self::assertSame( [ 401 => 10, 429 => 10 ], $by );
		self::assertEqualsCanonicalizing( [ 'connection_revoked', 'rate_limited_ip' ], array_column( AuditTrail::since( $from ), 'reason' ) );
		self::assertNull( Http::all( [ $agent->prepare( 'whoami' )->from( $address ) ] )[0]->reason() );
	}

	public function test_a_genuine_token_does_not_evade_its_limit_with_requests_that_are_no_message(): void {
		$agent = Site::connect();
		wp_set_current_user( Site::user( 'admin' ) );
		Plugin::composition()->manager()->set_limit( $agent->connection(), [ 'max' => 1, 'window' => 3600 ] );
		$from    = AuditTrail::size();
		$answers = Http::all( array_map( static fn( int $n ): Pending => new Pending( 0 === $n % 2 ? 'GET' : 'POST', \Countersign\Plugin\Site\Urls::mcp(), $agent->headers( 'ping' ), 0 === $n % 2 ? null : 'no JSON' ), range( 1, 30 ) ) );
		$by      = array_count_values( array_map( static fn( $answer ): string => 429 === $answer->status ? (string) $answer->reason() : 'refused', $answers ) );
		ksort( $by );
		self::assertSame( [ 'rate_limited_connection' => 10, 'refused' => 20 ], $by, 'ten are admitted, and ten are over the limit' );
		$reasons = array_column( AuditTrail::since( $from ), 'reason' );
		sort( $reasons );
		self::assertSame( [ 'body_not_json', 'http_method_refused', 'rate_limited_connection' ], $reasons, 'one entry for each reason' );
	}
}

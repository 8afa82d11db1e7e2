<?php
/**
 * Attacker: any client, of a site behind a proxy or not.
 * Has:      no token; it knows the addresses of the proxies.
 * Does:     sends forwarding headers with an address of its choice, to blame somebody else, or to get a new limit with
 *           each request.
 * Gets:     401, then 429 `rate_limited_ip`, under its own address. The audit log names that address.
 */

declare(strict_types=1);

namespace Countersign\Tests\Attacks;

use Countersign\Tests\Agent;
use Countersign\Tests\AuditTrail;
use Countersign\Tests\Http;
use Countersign\Tests\Site;
use Countersign\Tests\TestCase;

final class ForgedAddressTest extends TestCase {

	private const PROXY = '127.4.4.4';

	/** Sets the trusted proxies and a limit of three failures an hour. */
	private static function trust( array $proxies, string $header = 'x-forwarded-for' ): void {
		Site::settings( [ 'ip_limit' => [ 'max' => 3, 'window' => 3600 ], 'trusted_proxies' => $proxies, 'proxy_header' => $header ] + Site::ROOMY );
	}

	/** Returns an address that no other test uses. */
	private static function address(): string {
		return '203.0.' . random_int( 0, 255 ) . '.' . random_int( 1, 254 );
	}

	/**
	 * Sends requests without a genuine token, one for each set of headers.
	 *
	 * @return array{list<int>, list<string>} The statuses, and the addresses in the audit log.
	 */
	private static function send( string $peer, array ...$headers ): array {
		$from     = AuditTrail::size();
		$statuses = array_map(
			static fn( array $headers ): int => Http::all( [ ( new Agent( 1, 'csat_nonsense' ) )->request( 'ping', [], $headers )->from( $peer ) ] )[0]->status,
			$headers
		);
		$ips = AuditTrail::addresses( $from );
		return [ array_values( $statuses ), array_values( array_unique( $ips ) ) ];
	}

	public function test_a_peer_that_is_not_trusted_names_no_address(): void {
		self::trust( [ self::PROXY ] );
		$peer = '127.5.' . random_int( 0, 255 ) . '.' . random_int( 2, 250 );
		$sent = array_map( static fn( int $n ): array => [ 'X-Forwarded-For' => "198.51.100.$n", 'Forwarded' => "for=198.51.100.$n", 'X-Real-IP' => "198.51.100.$n" ], range( 1, 5 ) );
		self::assertSame( [ [ 401, 401, 401, 429, 429 ], [ $peer ] ], self::send( $peer, ...$sent ) );
	}

	public function test_nothing_is_believed_as_long_as_no_proxy_is_trusted(): void {
		self::trust( [] );
		$peer = '127.5.' . random_int( 0, 255 ) . '.' . random_int( 2, 250 );
		self::assertSame( [ [ 401 ], [ $peer ] ], self::send( $peer, [ 'X-Forwarded-For' => '198.51.100.1' ] ) );
	}

	public function test_what_stands_left_of_the_clients_address_is_not_believed(): void {
		self::trust( [ self::PROXY, '192.0.2.0/24' ] );
		$client = self::address();
		$sent   = array_map(
			static fn( string $left ): array => [ 'X-Forwarded-For' => "$left, $client, 192.0.2.7" ],
			[ '198.51.100.1', '198.51.100.2, 198.51.100.3', '127.0.0.1', self::PROXY, '"', 'unknown' ]
		);
		self::assertSame( [ [ 401, 401, 401, 429, 429, 429 ], [ $client ] ], self::send( self::PROXY, ...$sent ) );
		self::assertSame( [ [ 401 ], [ '203.1.1.1' ] ], self::send( self::PROXY, [ 'X-Forwarded-For' => '203.1.1.1' ] ), 'another client has a limit of its own' );
	}

	public function test_the_header_that_the_proxy_does_not_set_is_not_believed(): void {
		$client = self::address();
		self::trust( [ self::PROXY ] );
		self::assertSame( [ [ 401 ], [ $client ] ], self::send( self::PROXY, [ 'Forwarded' => 'for=198.51.100.1', 'X-Forwarded-For' => $client ] ) );
		$client = self::address();
		self::trust( [ self::PROXY ], 'forwarded' );
		self::assertSame( [ [ 401 ], [ $client ] ], self::send( self::PROXY, [ 'X-Forwarded-For' => '198.51.100.1', 'Forwarded' => "for=198.51.100.2, for=$client;proto=https" ] ) );
	}

	public function test_a_proxy_that_names_no_address_counts_as_the_client(): void {
		$proxy = '127.6.' . random_int( 0, 255 ) . '.' . random_int( 2, 250 );
		self::trust( [ $proxy ] );
		$sent = array_map( static fn( string $value ): array => [ 'X-Forwarded-For' => $value ], [ '198.51.100.1, unknown', '198.51.100.2,', '198.51.100.3, 1.2.3', '198.51.100.4, <x>' ] );
		self::assertSame( [ [ 401, 401, 401, 429 ], [ $proxy ] ], self::send( $proxy, ...$sent ) );
	}

	public function test_the_last_use_of_a_connection_names_the_client(): void {
		$agent  = Site::connect();
		$client = self::address();
		self::trust( [ self::PROXY ] );
		$answer = Http::all( [ $agent->request( 'tools/call', [ 'name' => 'whoami' ], [ 'X-Forwarded-For' => "198.51.100.1, $client" ] )->from( self::PROXY ) ] )[0];
		self::assertSame( [ 200, $client ], [ $answer->status, $agent->connection()->last_used_ip ] );
	}
}

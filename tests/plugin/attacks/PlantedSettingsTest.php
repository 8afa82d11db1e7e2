<?php
/**
 * Who: somebody who can write one option, for example through a flaw of another plugin or with an old copy of the database.
 * Has: no valid token.
 * Does: stores settings that trust every proxy, name another header, or have limits without an end. Then sends requests
 * with forged addresses.
 * Gets: 401 and then 429 under the address of the connection. What the extension does not accept has no effect, and an
 * agent goes on. The error log stays as it was.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Plugin\Plugin;
use Countersign\Plugin\Site\Settings;
use Countersign\Tests\Agent;
use Countersign\Tests\AuditTrail;
use Countersign\Tests\Http;
use Countersign\Tests\Site;
use Countersign\Tests\TestCase;

/** Stored settings are checked when they are read, not only when they are saved. */
final class PlantedSettingsTest extends TestCase {

	/** @return array<string, array{mixed, int}> The option, and how many failed requests it allows in an hour. */
	public function options(): array {
		$limit = [ 'ip_limit' => [ 'max' => 3, 'window' => 3600 ] ];
		return [
			'every address is a proxy'  => [ [ 'trusted_proxies' => [ '0.0.0.0/0', '::/0', '127.0.0.0/7', '127.0.0.1/8', '*', 'localhost', 5, [ '127.0.0.1' ], null ] ] + $limit, 3 ],
			'a list that is a text'     => [ [ 'trusted_proxies' => '127.0.0.0/8' ] + $limit, 3 ],
			'a header that a client sets' => [ [ 'proxy_header' => 'x-real-ip' ] + $limit, 3 ],
			'a header that is no text'  => [ [ 'proxy_header' => [ 'x-forwarded-for' ] ] + $limit, 3 ],
			'a limit without an end'    => [ [ 'ip_limit' => [ 'max' => PHP_INT_MAX, 'window' => 999999 ] ], 256 ],
			'a limit of nothing'        => [ [ 'ip_limit' => [ 'max' => -1, 'window' => 3600 ] ], 1 ],
			'a limit that is a text'    => [ [ 'ip_limit' => 'none' ], 60 ],
		];
	}

	/** @dataProvider options */
	public function test_an_unusable_setting_has_no_effect( mixed $option, int $allowed ): void {
		$agent = Site::connect();
		$peer  = Http::stranger();
		update_option( Settings::OPTION, is_array( $option ) ? $option + Site::ROOMY : $option );
		$size     = AuditTrail::size();
		$requests = array_map(
			static fn( int $n ) => ( new Agent( 1, 'csat_nonsense' ) )->request( 'ping', [], [ 'X-Forwarded-For' => "198.51.100.$n", 'Forwarded' => "for=198.51.100.$n", 'X-Real-IP' => "198.51.100.$n" ] )->from( $peer ),
			range( 1, $allowed + 2 )
		);
		$statuses = [];
		foreach ( array_chunk( $requests, 20 ) as $some ) {
			array_push( $statuses, ...array_map( static fn( $answer ): int => $answer->status, Http::all( $some ) ) );
		}
		sort( $statuses );
		self::assertSame( [ 401 => $allowed, 429 => 2 ], array_count_values( $statuses ) );
		$ips = array_map( static fn( array $row ): string => (string) json_decode( $row['body'], true )['actor']['ip'], AuditTrail::since( $size ) );
		self::assertSame( [ $peer ], array_values( array_unique( $ips ) ) );
		self::assertSame( 200, Http::all( [ $agent->request( 'tools/call', [ 'name' => 'whoami' ], [ 'X-Forwarded-For' => '198.51.100.1' ] )->from( $peer ) ] )[0]->status );
		self::assertStringNotContainsString( 'countersign_trusted_proxies', $this->logged(), 'no filter is at fault' );
		self::assertSame( [], Plugin::composition()->client()->networks() );
	}

	/** A filter of another plugin can choose proxies, but only those that the extension accepts. */
	public function test_a_filter_that_trusts_every_address_has_no_effect(): void {
		// The developer of the filter is told; here only the effect counts.
		add_filter( 'doing_it_wrong_trigger_error', '__return_false' );
		$client = Plugin::composition()->client();
		foreach ( [ [ '0.0.0.0/0', '::/0', new \stdClass(), static fn() => '127.0.0.1', null, [ '127.0.0.1' ] ], '0.0.0.0/0', null, false ] as $networks ) {
			add_filter( 'countersign_trusted_proxies', $filter = static fn(): mixed => $networks );
			add_filter( 'countersign_proxy_header', $header = static fn(): mixed => $networks );
			try {
				self::assertSame( [ [], 'x-forwarded-for' ], [ $client->networks(), $client->header() ] );
				self::assertSame( '203.0.113.7', $client->of( [ 'REMOTE_ADDR' => '203.0.113.7', 'HTTP_X_FORWARDED_FOR' => '198.51.100.1', 'HTTP_FORWARDED' => 'for=198.51.100.1' ] ) );
			} finally {
				remove_filter( 'countersign_trusted_proxies', $filter );
				remove_filter( 'countersign_proxy_header', $header );
			}
		}
		remove_filter( 'doing_it_wrong_trigger_error', '__return_false' );
	}
}

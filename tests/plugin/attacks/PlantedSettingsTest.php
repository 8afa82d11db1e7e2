<?php
/**
 * Who: A, who can write options of the database, for example through a flaw of another plugin.
 * Has: no valid token.
 * Does: stores settings of its own that trust every proxy, name another header, or have no limits. Then sends requests with forged
 * addresses.
 * Gets: the defaults: 401, and 429 after 60 requests, under the address of the connection. An agent goes on. Administrators see a
 * notice, and the error log stays as it was.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Plugin\Plugin;
use Countersign\Plugin\Site\SealedOptions;
use Countersign\Tests\Agent;
use Countersign\Tests\AuditTrail;
use Countersign\Tests\Http;
use Countersign\Tests\Person;
use Countersign\Tests\Site;
use Countersign\Tests\TestCase;

/** Settings apply only as they were sealed. */
final class PlantedSettingsTest extends TestCase {

	private string $before;

	protected function setUp(): void {
		parent::setUp();
		$this->before = (string) Site::stored( SealedOptions::SETTINGS );
	}

	protected function tearDown(): void {
		Site::plant( SealedOptions::SETTINGS, $this->before );
		parent::tearDown();
	}

	/** @return array<string, array{string|null}> The stored text. */
	public function texts(): array {
		$wide = [ 'ip_limit' => [ 'max' => 256, 'window' => 1 ], 'allow_widening' => true, 'trusted_proxies' => [ '127.0.0.0/8' ] ];
		return [
			'an option of WordPress' => [ serialize( $wide ) ],
			'JSON'                   => [ (string) json_encode( $wide ) ],
			'the form of a record'   => [ 'csr1.' . rtrim( strtr( base64_encode( str_repeat( "\0", 36 ) . json_encode( [ 'data' => $wide, 'id' => 0, 'kind' => 'settings', 'site' => get_option( 'countersign_site_id' ), 'version' => 9 ] ) ), '+/', '-_' ), '=' ) ],
			'nothing'                => [ null ],
			'an empty text'          => [ '' ],
		];
	}

	/** @dataProvider texts */
	public function test_settings_that_were_not_sealed_have_no_effect( ?string $text ): void {
		Site::plant( SealedOptions::SETTINGS, $text );
		$settings = Plugin::composition()->settings();
		self::assertSame( [ [ 'max' => 60, 'window' => 60 ], false, [], 'x-forwarded-for' ], [ $settings->ip_limit(), $settings->allow_widening(), $settings->trusted_proxies(), $settings->proxy_header() ] );
		self::assertNotSame( '', $settings->fault() );
		self::assertStringContainsString( 'The settings have their defaults.', Person::of( 'admin' )->page( 'countersign' )->body );
	}

	public function test_requests_are_limited_as_by_default(): void {
		$agent = Site::connect();
		$peer  = Http::stranger();
		Site::plant( SealedOptions::SETTINGS, $this->texts()['an option of WordPress'][0] );
		$size     = AuditTrail::size();
		$requests = array_map(
			static fn( int $n ) => ( new Agent( 1, 'csat_nonsense' ) )->request( 'ping', [], [ 'X-Forwarded-For' => "198.51.100.$n", 'Forwarded' => "for=198.51.100.$n", 'X-Real-IP' => "198.51.100.$n" ] )->from( $peer ),
			range( 1, 62 )
		);
		$statuses = [];
		foreach ( array_chunk( $requests, 20 ) as $some ) {
			array_push( $statuses, ...array_map( static fn( $answer ): int => $answer->status, Http::all( $some ) ) );
		}
		sort( $statuses );
		self::assertSame( [ 401 => 60, 429 => 2 ], array_count_values( $statuses ) );
		$ips = AuditTrail::addresses( $size );
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

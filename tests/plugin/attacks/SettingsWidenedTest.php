<?php
/**
 * Who: A, who can write options of the database.
 * Has: the sealed settings of the site.
 * Does: changes what is sealed: lets permissions be added, raises limits, trusts a proxy.
 * Gets: the defaults, a notice for administrators, and no wider connection.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Plugin\Plugin;
use Countersign\Plugin\Site\SealedOptions;
use Countersign\Tests\Person;
use Countersign\Tests\Site;
use Countersign\Tests\StateTest;

/** Changed settings do not apply. */
final class SettingsWidenedTest extends StateTest {

	/** @return array<string, array{string, string}> */
	public function changes(): array {
		return [
			'permissions can be added' => [ '"allow_widening":false', '"allow_widening":true' ],
			'a limit'                  => [ '"max":256', '"max":255' ],
			'a proxy'                  => [ '"trusted_proxies":[]', '"trusted_proxies":["127.0.0.0/8"]' ],
			'the version'              => [ '"version":', '"version":9' ],
		];
	}

	/** @dataProvider changes */
	public function test_changed_settings_do_not_apply( string $from, string $to ): void {
		$bytes   = (string) base64_decode( strtr( substr( (string) Site::stored( SealedOptions::SETTINGS ), 5 ), '-_', '+/' ) );
		$changed = str_replace( $from, $to, $bytes );
		self::assertNotSame( $bytes, $changed );
		Site::plant( SealedOptions::SETTINGS, 'csr1.' . rtrim( strtr( base64_encode( $changed ), '+/', '-_' ), '=' ) );
		$settings = Plugin::composition()->settings();
		self::assertSame( [ 'record_forged', false, 60, [] ], [ $settings->fault(), $settings->allow_widening(), $settings->ip_limit()['max'], $settings->trusted_proxies() ] );
		$agent    = Site::connect( 'editor', 'read_only' );
		$decision = Plugin::composition()->manager()->set_groups( $agent->connection(), [ 'read', 'publish' ] );
		self::assertSame( 'widening_refused', $decision->reason() );
		self::assertStringContainsString( 'The settings have their defaults.', Person::of( 'admin' )->page( 'countersign' )->body );
	}
}

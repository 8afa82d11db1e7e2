<?php
/**
 * Who: A, who can write options of the database.
 * Has: the row of the settings from a time when they were wider, or the row deleted.
 * Does: puts the old row back, or removes it.
 * Gets: the defaults, and a notice for administrators.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Plugin\Plugin;
use Countersign\Plugin\Site\SealedOptions;
use Countersign\Tests\Person;
use Countersign\Tests\Site;
use Countersign\Tests\StateTest;

/** Older settings do not apply. */
final class SettingsRolledBackTest extends StateTest {

	public function test_older_settings_do_not_apply(): void {
		Site::settings( [ 'allow_widening' => true, 'trusted_proxies' => [ '127.0.0.0/8' ] ] + Site::ROOMY );
		$wide = Site::stored( SealedOptions::SETTINGS );
		Site::settings( Site::ROOMY );
		foreach ( [ 'record_rolled_back' => $wide, 'record_missing' => null ] as $fault => $text ) {
			Site::plant( SealedOptions::SETTINGS, $text );
			$settings = Plugin::composition()->settings();
			self::assertSame( [ $fault, false, [], 60 ], [ $settings->fault(), $settings->allow_widening(), $settings->trusted_proxies(), $settings->ip_limit()['max'] ] );
			self::assertStringContainsString( 'The settings have their defaults.', Person::of( 'admin' )->page( 'countersign' )->body );
		}
	}

	/** The person who saves the form again ends this. */
	public function test_saving_seals_them_again(): void {
		Site::plant( SealedOptions::SETTINGS, null );
		$admin = Person::of( 'admin' );
		$admin->post( admin_url( 'admin-post.php' ), Person::form( $admin->page( 'countersign' ), 'countersign_settings' ) );
		self::fresh();
		self::assertSame( '', Plugin::composition()->settings()->fault() );
		self::assertStringNotContainsString( 'The settings have their defaults.', $admin->page( 'countersign' )->body );
	}
}

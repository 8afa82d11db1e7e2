<?php
/**
 * Who: A person who may only manage connections, or whoever uses that account.
 * Has: the capability `countersign_manage_connections`, but not `manage_options`.
 * Does: sends the form of the settings with wider values.
 * Gets: nothing is saved, and the refusal is recorded. Stricter values are saved.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Plugin\Plugin;
use Countersign\Plugin\Site\SealedOptions;
use Countersign\Tests\AuditTrail;
use Countersign\Tests\Person;
use Countersign\Tests\Site;
use Countersign\Tests\StateTest;

/** Only an administrator makes the settings more permissive. */
final class SettingsByManagerTest extends StateTest {

	public function test_a_manager_can_only_narrow(): void {
		get_role( 'editor' )->add_cap( 'countersign_manage_connections' );
		try {
			$editor = Person::of( 'editor' );
			$form   = Person::form( $editor->page( 'countersign' ), 'countersign_settings' );
			$before = Site::stored( SealedOptions::SETTINGS );
			foreach ( [ [ 'allow_widening' => '1' ], [ 'ip_max' => '256', 'ip_window' => '0' ], [ 'mail_on_connect' => '1' ] ] as $wide ) {
				Site::settings( [ 'ip_limit' => [ 'max' => 10, 'window' => 60 ] ] + Site::ROOMY );
				$before = Site::stored( SealedOptions::SETTINGS );
				$size   = AuditTrail::size();
				$editor->post( admin_url( 'admin-post.php' ), $wide + [ 'ip_max' => '10', 'ip_window' => '60' ] + $form );
				self::assertSame( $before, Site::stored( SealedOptions::SETTINGS ) );
				self::assertRecorded( [ 'setting settings.changed denied administrator_required' ], $size );
			}
			self::assertStringContainsString( 'Only an administrator can make the settings more permissive.', wp_strip_all_tags( $editor->page( 'countersign' )->body ) );
			$editor->post( admin_url( 'admin-post.php' ), [ 'ip_max' => '5', 'ip_window' => '60' ] + $form );
			self::fresh();
			self::assertSame( [ 'max' => 5, 'window' => 60 ], Plugin::composition()->settings()->ip_limit() );
		} finally {
			get_role( 'editor' )->remove_cap( 'countersign_manage_connections' );
		}
	}
}

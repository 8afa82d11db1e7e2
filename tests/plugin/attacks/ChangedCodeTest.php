<?php
/**
 * Attacker C: hostile PHP on the site, which can write files. It is not prevented, but found afterwards.
 * Has: write access to the folders of the site.
 * Does: adds, changes or removes a must-use plugin, a drop-in or a configuration file, to stay on the site.
 * Gets: an entry that names the file, and a notice for administrators, until one of them says that the change is known. The log
 *   holds no content of the file.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Plugin\Integrity\Check;
use Countersign\Plugin\Plugin;
use Countersign\Tests\AuditTrail;
use Countersign\Tests\Person;
use Countersign\Tests\Site;
use Countersign\Tests\TestCase;

/** Files that run on every request are compared once a day. */
final class ChangedCodeTest extends TestCase {

	private const SECRET = 'a-password-in-a-file-5hF9';

	/** @var list<string> */
	private array $files = [];

	protected function setUp(): void {
		parent::setUp();
		self::know();
	}

	protected function tearDown(): void {
		foreach ( $this->files as $file ) {
			@unlink( $file );
		}
		self::know();
		parent::tearDown();
	}

	/** Takes the site as it is as known. */
	private static function know(): void {
		wp_set_current_user( Site::user( 'admin' ) );
		// The event also pauses connections of earlier tests whose accounts are gone.
		do_action( Check::EVENT );
		self::check()->acknowledge( self::check()->run()->state );
		wp_set_current_user( 0 );
	}

	private static function check(): Check {
		return Plugin::composition()->integrity();
	}

	private function write( string $file ): void {
		$this->files[] = $file;
		wp_mkdir_p( dirname( $file ) );
		file_put_contents( $file, "<?php\n// " . self::SECRET . uniqid() . "\n" );
	}

	/** @return array<string, array{\Closure(): string, string}> */
	public function files(): array {
		return [
			'must-use plugin'       => [ static fn(): string => WPMU_PLUGIN_DIR . '/loader.php', 'mu-plugins/loader.php' ],
			'file that one loads'   => [ static fn(): string => WPMU_PLUGIN_DIR . '/deep/er/part.php', 'mu-plugins/deep/er/part.php' ],
			'drop-in'               => [ static fn(): string => WP_CONTENT_DIR . '/maintenance.php', 'drop-in/maintenance.php' ],
			'.htaccess'             => [ static fn(): string => ABSPATH . '.htaccess', '.htaccess' ],
			'.user.ini'             => [ static fn(): string => ABSPATH . '.user.ini', '.user.ini' ],
		];
	}

	/** @dataProvider files */
	public function test_a_file_is_reported_when_it_comes_changes_and_goes( \Closure $path, string $name ): void {
		$file = $path();
		self::assertFileDoesNotExist( $file );
		$this->write( $file );
		$this->assertReported( [ 'new' => [ $name ] ] );
		self::know();
		$this->write( $file );
		$this->assertReported( [ 'changed' => [ $name ] ] );
		self::know();
		unlink( $file );
		$this->assertReported( [ 'removed' => [ $name ] ] );
	}

	/** @param array<string, list<string>> $names */
	private function assertReported( array $names ): void {
		$from = AuditTrail::size();
		do_action( Check::EVENT );
		self::assertRecorded( [ 'refusal integrity.changed denied record_unexplained' ], $from );
		$body = AuditTrail::since( $from )[0]['body'];
		self::assertEquals( $names, json_decode( $body, true )['change'] );
		self::assertStringNotContainsString( self::SECRET, $body );
		self::assertSame( $names, Check::found()['names'] );
		// It is recorded once.
		do_action( Check::EVENT );
		self::assertSame( $from + 1, AuditTrail::size() );
	}

	public function test_the_notice_stays_until_an_administrator_knows_the_change(): void {
		$this->write( WPMU_PLUGIN_DIR . '/loader.php' );
		do_action( Check::EVENT );
		$admin = Person::of( 'admin' );
		foreach ( [ 'editor', 'author' ] as $login ) {
			self::assertStringNotContainsString( 'loader.php', Person::of( $login )->get( admin_url() )->body );
		}
		$page = $admin->get( admin_url() );
		self::assertStringContainsString( 'New: mu-plugins/loader.php', $page->body );
		$form = Person::form( $page, 'countersign_known_changes' );
		self::assertSame( 403, Person::of( 'editor' )->post( admin_url( 'admin-post.php' ), [ '_wpnonce' => Person::of( 'editor' )->nonce( 'countersign_known_changes' ) ] + $form )->status );
		// A further change that the administrator has not seen is not known.
		$this->write( WPMU_PLUGIN_DIR . '/second.php' );
		$admin->post( admin_url( 'admin-post.php' ), $form );
		$page = $admin->get( admin_url() );
		self::assertStringContainsString( 'mu-plugins/second.php', $page->body );
		$from = AuditTrail::size();
		self::assertSame( 302, $admin->post( admin_url( 'admin-post.php' ), Person::form( $page, 'countersign_known_changes' ) )->status );
		self::assertRecorded( [ 'system integrity.acknowledged ok' ], $from );
		self::assertStringNotContainsString( 'loader.php', $admin->get( admin_url() )->body );
		do_action( Check::EVENT );
		self::assertSame( $from + 1, AuditTrail::size() );
	}

	public function test_a_change_that_is_undone_is_no_longer_shown(): void {
		$this->write( WPMU_PLUGIN_DIR . '/loader.php' );
		do_action( Check::EVENT );
		unlink( WPMU_PLUGIN_DIR . '/loader.php' );
		do_action( Check::EVENT );
		self::assertNull( Check::found() );
	}

	public function test_wp_config_is_watched(): void {
		self::assertArrayHasKey( 'wp-config.php', \Countersign\Plugin\Integrity\Files::digests() );
	}
}

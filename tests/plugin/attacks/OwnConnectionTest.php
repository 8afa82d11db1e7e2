<?php
/**
 * Who: B, a tool of a plugin gone astray.
 * Has: a call of an administrator's agent, in which a tool opens a connection to the database of its own, or removes
 *   all filters.
 * Does: writes options that rule the site past the guard.
 * Gets: an entry that names the option. What functions of WordPress wrote is taken back, unless it was a right.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Tests\AstrayTool;
use Countersign\Tests\AuditTrail;
use Countersign\Tests\Site;

/** What went past the guard is found at the end of the request. */
final class OwnConnectionTest extends AstrayTool {

	/** @var array<string, string|null> */
	private array $kept = [];

	protected function setUp(): void {
		parent::setUp();
		foreach ( [ 'admin_email', 'default_role', 'users_can_register', 'upload_path' ] as $name ) {
			$this->kept[ $name ] = Site::option( $name );
		}
	}

	protected function tearDown(): void {
		wp_cache_flush();
		foreach ( $this->kept as $name => $value ) {
			update_option( $name, $value );
		}
		parent::tearDown();
	}

	private static function assertReported( string $option, string $code ): void {
		$from = AuditTrail::size();
		self::value( $code );
		self::assertRecordedLater( [ 'intent fixture_php', 'outcome fixture_php ok', 'refusal call.write denied write_refused' ], $from );
		self::assertSame( "option:$option", AuditTrail::since( $from )[2]['target'] );
		wp_cache_flush();
	}

	public function test_a_connection_of_its_own_is_reported(): void {
		$open = Site::is_sqlite()
			? '$own = new PDO( "sqlite:" . FQDB ); $own->exec( "%s" );'
			: '[ $host, $port, $socket ] = $wpdb->parse_db_host( DB_HOST ); $own = new mysqli( $host, DB_USER, DB_PASSWORD, DB_NAME, (int) $port, $socket ); $own->query( "%s" );';
		self::assertReported( 'default_role', sprintf( $open, "UPDATE wp_options SET option_value = 'editor' WHERE option_name = 'default_role'" ) . ' return 1;' );
		self::assertSame( 'editor', Site::option( 'default_role' ), 'it may have been a person' );
		self::assertReported( 'users_can_register', sprintf( $open, "UPDATE wp_options SET option_value = '1' WHERE option_name = 'users_can_register'" ) . ' return 1;' );
	}

	public function test_what_wordpress_wrote_without_filters_is_taken_back(): void {
		self::assertReported( 'admin_email', 'remove_all_filters( "query" ); update_option( "admin_email", "evil@example.test" ); return 1;' );
		self::assertSame( $this->kept['admin_email'], Site::option( 'admin_email' ) );
		self::assertReported( 'upload_path', 'remove_all_filters( "query" ); update_option( "upload_path", "/tmp/evil" ); return 1;' );
		self::assertSame( $this->kept['upload_path'], Site::option( 'upload_path' ) );
	}

	public function test_a_right_is_not_given_back(): void {
		update_option( 'users_can_register', '1' );
		self::assertReported( 'users_can_register', 'remove_all_filters( "query" ); update_option( "users_can_register", "0" ); return 1;' );
		self::assertSame( '0', Site::option( 'users_can_register' ) );
	}

	public function test_what_somebody_else_has_changed_since_is_not_taken_back(): void {
		self::assertReported( 'admin_email', 'remove_all_filters( "query" ); update_option( "admin_email", "evil@example.test" ); register_shutdown_function( fn() => $GLOBALS["wpdb"]->query( "UPDATE wp_options SET option_value = \'person@example.test\' WHERE option_name = \'admin_email\'" ) ); return 1;' );
		self::assertSame( 'person@example.test', Site::option( 'admin_email' ) );
	}
}

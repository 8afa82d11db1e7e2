<?php

declare(strict_types=1);

namespace Countersign\Tests\Site;

use Countersign\Plugin\Site\Capabilities;
use Countersign\Plugin\Site\Schema;
use Countersign\Plugin\Site\Settings;
use Countersign\Tests\Answer;
use Countersign\Tests\AuditTrail;
use Countersign\Tests\Http;
use Countersign\Tests\Pending;
use Countersign\Tests\Site;
use Countersign\Tests\TestCase;

/** Creating and migrating the tables. */
final class SchemaTest extends TestCase {

	private const TABLES = [ 'connections', 'oauth_clients', 'grants', 'audit_entry', 'audit_text', 'audit_head', 'audit_checkpoint', 'schedules', 'upload_sessions', 'upload_files' ];

	/** The number of the last migration. */
	private const LAST = '7';

	/** Runs a function with another table prefix, as on a site that never had the plugin. */
	private function elsewhere( callable $act ): void {
		global $wpdb;
		$version      = get_option( Schema::OPTION );
		$prefix       = $wpdb->prefix;
		$wpdb->prefix = 'fresh_';
		delete_option( Schema::OPTION );
		try {
			$act();
		} finally {
			Schema::drop();
			$wpdb->prefix = $prefix;
			update_option( Schema::OPTION, $version );
		}
	}

	/** @return list<string> The tables of Countersign that exist. */
	private static function present(): array {
		global $wpdb;
		$present = [];
		foreach ( self::TABLES as $name ) {
			if ( Schema::table( $name ) === $wpdb->get_var( $wpdb->prepare( 'SHOW TABLES LIKE %s', $wpdb->esc_like( Schema::table( $name ) ) ) ) ) {
				$present[] = $name;
			}
		}
		return $present;
	}

	public function test_a_new_site_gets_all_tables_and_one_empty_head(): void {
		$this->elsewhere(
			function (): void {
				global $wpdb;
				self::assertSame( [], self::present() );
				Schema::migrate();
				self::assertSame( self::TABLES, self::present() );
				self::assertSame( self::LAST, (string) Site::option( Schema::OPTION ) );
				$heads = $wpdb->get_results( 'SELECT id, head, size FROM ' . Schema::table( 'audit_head' ), ARRAY_A );
				self::assertCount( 1, $heads );
				self::assertSame( [ '1', null, '0' ], array_map( static fn( $value ) => null === $value ? null : (string) $value, array_values( $heads[0] ) ) );
			}
		);
	}

	public function test_dropping_removes_every_table(): void {
		$this->elsewhere(
			function (): void {
				global $wpdb;
				Schema::migrate();
				$all = $wpdb->get_col( "SHOW TABLES LIKE 'fresh\\_%'" );
				self::assertCount( count( self::TABLES ), $all, 'a table that this test does not know: ' . implode( ', ', $all ) );
				Schema::drop();
				self::assertSame( [], $wpdb->get_col( "SHOW TABLES LIKE 'fresh\\_%'" ) );
				self::assertNull( Site::option( Schema::OPTION ) );
			}
		);
	}

	public function test_running_all_migrations_again_changes_nothing(): void {
		$id = Site::connect()->id;
		AuditTrail::append();
		$before = [ $this->structure(), Site::digest(), AuditTrail::since( 0 ), Site::option( Settings::SITE_ID ) ];
		update_option( Schema::OPTION, 0 );
		Schema::migrate();
		Schema::migrate();
		self::assertSame( $before, [ $this->structure(), Site::digest(), AuditTrail::since( 0 ), Site::option( Settings::SITE_ID ) ] );
		self::assertNotNull( \Countersign\Plugin\Plugin::composition()->connections()->find( $id ) );
	}

	public function test_a_web_request_migrates_an_older_database(): void {
		global $wpdb;
		$checkpoint = Schema::table( 'audit_checkpoint' );
		$kept       = $wpdb->get_results( "SELECT * FROM $checkpoint", ARRAY_A );
		// The state of an older version: a table is missing, the number is lower, a capability is not granted.
		$wpdb->query( "DROP TABLE $checkpoint" );
		update_option( Schema::OPTION, 0 );
		get_role( 'administrator' )->remove_cap( Capabilities::AUDIT );
		Http::get( home_url( '/?rest_route=/' ) );
		wp_cache_flush();
		self::assertSame( self::TABLES, self::present() );
		self::assertSame( self::LAST, (string) Site::option( Schema::OPTION ) );
		self::assertArrayHasKey( Capabilities::AUDIT, Site::option( $wpdb->prefix . 'user_roles' )['administrator']['capabilities'] );
		foreach ( $kept as $row ) {
			$wpdb->insert( $checkpoint, $row );
		}
	}

	public function test_a_grant_that_an_older_version_revoked_goes_with_its_column(): void {
		$this->elsewhere(
			function (): void {
				global $wpdb;
				Schema::migrate();
				$table = Schema::table( 'grants' );
				$wpdb->query( "ALTER TABLE $table ADD COLUMN revoked tinyint NOT NULL DEFAULT 0" );
				foreach ( [ 1 => [ 0, null ], 2 => [ 1, null ], 3 => [ 1, 'sealed' ] ] as $id => [ $revoked, $record ] ) {
					self::assertSame( 1, $wpdb->insert( $table, [ 'id' => $id, 'connection_id' => 1, 'client' => 'x', 'request' => '{}', 'generation' => -1, 'branch' => 0, 'rotated_at' => 0, 'created_at' => 1, 'revoked' => $revoked, 'record' => $record ] ), $wpdb->last_error );
				}
				update_option( Schema::OPTION, 3 );
				Schema::migrate();
				self::assertSame( [ '1', '3' ], array_map( strval( ... ), $wpdb->get_col( "SELECT id FROM $table ORDER BY id" ) ) );
				self::assertNotContains( 'revoked', $wpdb->get_col( "SHOW COLUMNS FROM $table" ) );
			}
		);
	}

	public function test_parallel_requests_can_migrate_at_the_same_time(): void {
		update_option( Schema::OPTION, 0 );
		$answers = Http::all( array_map( static fn(): Pending => new Pending( 'GET', home_url( '/?rest_route=/' ) ), range( 1, 6 ) ) );
		self::assertSame( [ 200 ], array_values( array_unique( array_map( static fn( Answer $answer ): int => $answer->status, $answers ) ) ) );
		self::assertSame( self::LAST, (string) Site::option( Schema::OPTION ) );
	}

	public function test_a_failed_migration_is_not_marked_as_done(): void {
		global $wpdb;
		$this->expected_error = '~WordPress database error~';
		$this->elsewhere(
			function () use ( $wpdb ): void {
				$quiet = $wpdb->suppress_errors( true );
				$break = static fn( string $sql ): string => str_replace( 'CREATE TABLE', 'CREATE NO TABLE', $sql );
				add_filter( 'query', $break );
				try {
					Schema::migrate();
					self::fail( 'the failure was not reported' );
				} catch ( \RuntimeException $error ) {
					self::assertStringContainsString( 'could not create its tables', $error->getMessage() );
				} finally {
					remove_filter( 'query', $break );
					$wpdb->suppress_errors( $quiet );
				}
				self::assertNull( Site::option( Schema::OPTION ) );
			}
		);
	}

	public function test_only_administrators_get_the_capabilities(): void {
		$holders = [];
		foreach ( Site::option( $GLOBALS['wpdb']->prefix . 'user_roles' ) as $role => $facts ) {
			foreach ( array_keys( array_filter( $facts['capabilities'] ) ) as $capability ) {
				if ( str_starts_with( $capability, 'countersign_' ) ) {
					$holders[] = "$role $capability";
				}
			}
		}
		self::assertSame( [ 'administrator countersign_manage_connections', 'administrator countersign_read_audit' ], $holders );
	}

	public function test_the_sites_identity_is_created_once(): void {
		$id = Site::option( Settings::SITE_ID );
		self::assertMatchesRegularExpression( '/^[0-9a-f]{16}$/D', $id );
		self::assertSame( $id, ( new Settings() )->site_id() );
		( new Settings() )->create_identity();
		self::assertSame( $id, Site::option( Settings::SITE_ID ) );
	}

	public function test_an_outdated_cache_does_not_change_the_sites_identity(): void {
		$before = [ Site::option( Settings::SITE_ID ), Site::option( Settings::AUDIT_HOST ) ];
		$cached = array_diff_key( wp_load_alloptions(), [ Settings::SITE_ID => 1, Settings::AUDIT_HOST => 1 ] );
		$outdate = static function () use ( $cached ): void {
			wp_cache_set( 'alloptions', $cached, 'options' );
			wp_cache_set( 'notoptions', [ Settings::SITE_ID => true, Settings::AUDIT_HOST => true ], 'options' );
		};
		$outdate();
		self::assertSame( $before, [ ( new Settings() )->site_id(), ( new Settings() )->audit_host() ] );
		$outdate();
		self::assertFalse( ( new Settings() )->create_identity() );
		self::assertSame( $before, [ ( new Settings() )->site_id(), ( new Settings() )->audit_host() ] );
		self::assertSame( $before, [ Site::option( Settings::SITE_ID ), Site::option( Settings::AUDIT_HOST ) ] );
	}

	/** @return array<string, mixed> */
	private function structure(): array {
		global $wpdb;
		$structure = [];
		foreach ( self::TABLES as $name ) {
			$structure[ $name ] = $wpdb->get_results( 'DESCRIBE ' . Schema::table( $name ), ARRAY_A );
		}
		return $structure;
	}
}

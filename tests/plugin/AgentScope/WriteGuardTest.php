<?php

declare(strict_types=1);

namespace Countersign\Tests\AgentScope;

use Countersign\Tests\Agent;
use Countersign\Tests\AuditTrail;
use Countersign\Tests\Site;
use Countersign\Tests\TestCase;

/** Writes that a tool cannot make during an agent's call, by any way, even for an administrator. */
final class WriteGuardTest extends TestCase {

	/** @var array<string, list<array<string, string|null>>> Rows that are restored if an attack succeeds, since later tests need them. */
	private array $kept = [];

	protected function setUp(): void {
		global $wpdb;
		parent::setUp();
		foreach ( [ $wpdb->options, $wpdb->usermeta, $wpdb->users ] as $table ) {
			$this->kept[ $table ] = $wpdb->get_results( "SELECT * FROM $table", ARRAY_A );
		}
	}

	protected function tearDown(): void {
		global $wpdb;
		foreach ( $this->kept as $table => $rows ) {
			$now = $wpdb->get_results( "SELECT * FROM $table", ARRAY_A );
			foreach ( $now === $rows ? [] : $rows as $row ) {
				if ( ! in_array( $row, $now, true ) ) {
					$wpdb->replace( $table, $row );
				}
			}
		}
		parent::tearDown();
	}

	private static function agent(): Agent {
		return Site::connect( 'admin', 'full_access' );
	}

	/** @return array<string, array{string}> */
	public function forbidden(): array {
		$ways = [
			'option_update', 'option_new', 'option_delete', 'kill_switch', 'roles', 'add_role', 'active_plugins', 'default_role', 'siteurl',
			'admin_email', 'users_can_register', 'table_update', 'table_insert', 'table_delete', 'table_truncate', 'table_drop', 'table_rename', 'table_backticks',
			'table_upper', 'table_comment', 'table_line_comment', 'table_quoted', 'table_with', 'table_set_statement', 'table_quote_in_comment', 'table_quote_in_line_comment', 'table_executable_comment', 'table_executable_part', 'table_execute', 'table_prepared', 'table_ansi', 'table_hash_in_name', 'table_quote_in_name', 'table_analyzed', 'server_setting', 'usermeta_alias', 'raw_option', 'raw_option_update', 'raw_roles', 'raw_usermeta', 'new_admin', 'password',
		];
		return array_combine( $ways, array_map( static fn( string $way ): array => [ $way ], $ways ) );
	}

	/** @dataProvider forbidden */
	public function test_a_forbidden_write_ends_the_call_and_changes_nothing( string $what ): void {
		$agent  = self::agent();
		$size   = AuditTrail::size();
		$log    = self::log_below( $size );
		$before = Site::digest();
		$answer = $agent->call( 'fixture_write', [ 'what' => $what, 'id' => $agent->id ] );
		self::assertSame( $before, Site::digest(), "the call changed something: $answer->body" );
		self::assertSame( 'write_refused', $answer->reason(), $answer->body );
		self::assertSame( $log, self::log_below( $size ) );
	}

	/** Returns a checksum of the audit log below an entry. @return array<string, string> */
	private static function log_below( int $size ): array {
		global $wpdb;
		return $wpdb->get_row( 'SELECT COUNT(*) AS entries, SUM(CRC32(CONCAT(seq, leaf, body, time, action))) AS sum FROM ' . Site::table( 'audit_entry' ) . " WHERE seq < $size", ARRAY_A );
	}

	/** Writes that WordPress itself refuses without the capabilities. @return array<string, array{string}> */
	public function refused_by_wordpress(): array {
		return array_map( static fn( string $way ): array => [ $way ], [ 'own_role' => 'own_role', 'own_cap' => 'own_cap', 'usermeta' => 'usermeta', 'usermeta_by_mid' => 'usermeta_by_mid', 'app_password' => 'app_password', 'session' => 'session' ] );
	}

	/** @dataProvider refused_by_wordpress */
	public function test_a_write_that_wordpress_refuses_changes_nothing( string $what ): void {
		$agent  = self::agent();
		$before = Site::digest();
		$agent->call( 'fixture_write', [ 'what' => $what ] );
		self::assertSame( $before, Site::digest() );
	}

	public function test_ordinary_options_and_posts_can_be_written(): void {
		$agent = self::agent();
		self::assertSame( 'true', $agent->do( 'fixture_write', [ 'what' => 'ordinary_option' ] )['returned'] );
		self::assertSame( 'true', $agent->do( 'fixture_write', [ 'what' => 'ordinary_post' ] )['returned'], 'the text of a post can mention these tables' );
	}

	public function test_what_wordpress_itself_writes_passes(): void {
		$writes = [
			'add_option( "fixture_a", "it\'s \\\\ \"x\" é" )', 'update_option( "fixture_a", [ 1 ] )', 'delete_option( "fixture_a" )',
			'set_transient( "fixture_t", 1, 60 ) && set_transient( "fixture_t", 2, 60 )', 'delete_transient( "fixture_t" )', 'set_site_transient( "fixture_t", 1, 60 )',
			'wp_set_option_autoload_values( [ "fixture_b" => false, "fixture_c" => false ] ) !== null', 'null === delete_expired_transients( true )',
			'wp_schedule_single_event( time() + 9999, "fixture_event" )', 'wp_clear_scheduled_hook( "fixture_event" ) === 1',
			'(bool) $wpdb->query( "UPDATE $wpdb->options SET option_value = \'x\' WHERE option_name = \'fixture_b\' AND option_value = \'b\'" )',
			'false !== $wpdb->query( "DELETE FROM $wpdb->options WHERE option_name LIKE \'\\\\_transient\\\\_fixture%\' LIMIT 10" )',
			'false !== $wpdb->query( "START TRANSACTION" ) && (bool) wp_insert_post( [ "post_title" => "In a transaction" ] ) && false !== $wpdb->query( "COMMIT" )',
			'(bool) wp_insert_term( "fixture " . uniqid(), "category" )', '(bool) wp_insert_comment( [ "comment_post_ID" => 1, "comment_content" => "x" ] )',
			'(bool) add_post_meta( $draft, "fixture", "é \\ \'" ) && update_post_meta( $draft, "fixture", 2 ) && delete_post_meta( $draft, "fixture" )',
			'(bool) $wpdb->query( "UPDATE $wpdb->posts AS p JOIN $wpdb->postmeta AS m ON m.post_id = p.ID SET p.menu_order = p.menu_order + 1" )',
			'false !== $wpdb->query( "DELETE m FROM $wpdb->postmeta m LEFT JOIN $wpdb->posts p ON p.ID = m.post_id WHERE p.ID IS NULL" )',
			'(bool) $wpdb->replace( $wpdb->commentmeta, [ "meta_id" => 999999, "comment_id" => 1, "meta_key" => "fixture", "meta_value" => null ] )',
		];
		update_option( 'fixture_b', 'b' );
		update_option( 'fixture_c', 'c' );
		delete_site_transient( 'fixture_t' );
		$agent = self::agent();
		$draft = Site::post();
		foreach ( $writes as $write ) {
			$answer = $agent->call( 'fixture_php', [ 'code' => "\$draft = $draft; return $write;" ] );
			self::assertTrue( $answer->content()['returned'] ?? null, "$write: $answer->body" );
		}
		self::assertSame( 'x', Site::option( 'fixture_b' ) );
		delete_option( 'fixture_b' );
		delete_option( 'fixture_c' );
	}

	public function test_user_metadata_of_no_consequence_is_not_written_and_ends_nothing(): void {
		self::assertSame( [ false, false, false ], self::agent()->do( 'fixture_php', [ 'code' => 'return [ update_user_meta( 1, "fixture_seen", 1 ), add_user_meta( 1, "fixture_seen", 1 ), delete_user_meta( 1, "nickname" ) ];' ] )['returned'] );
		self::assertSame( '', get_user_meta( 1, 'fixture_seen', true ) );
	}

	public function test_a_refused_write_ends_the_call_even_if_the_handler_catches_it(): void {
		$answer = self::agent()->call( 'fixture_php', [ 'code' => 'try { update_option( "admin_email", "x@example.test" ); } catch ( \\Throwable ) {} return 1;' ] );
		self::assertSame( 'write_refused', $answer->reason(), $answer->body );
	}
}

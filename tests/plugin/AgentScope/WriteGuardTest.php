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
			'option_update', 'option_new', 'option_delete', 'kill_switch', 'kill_switch_lift', 'roles', 'add_role', 'active_plugins', 'default_role', 'siteurl',
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
		self::assertSame( 'capability_denied', $answer->reason(), $answer->body );
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

	public function test_the_guard_is_removed_after_the_call(): void {
		$guard = new \Countersign\Plugin\AgentScope\WriteGuard( new \Countersign\Plugin\AgentScope\LiveCheck( self::agent()->connection(), \Countersign\Plugin\Plugin::composition()->connections(), \Countersign\Plugin\Plugin::composition()->kill_switch() ) );
		try {
			$guard->watch( static fn() => update_option( 'countersign_kill_switch', 'x' ) );
			self::fail( 'the guard allowed the write' );
		} catch ( \Countersign\Plugin\Site\Denied $denied ) {
			self::assertSame( [ 'capability_denied', 'option:countersign_kill_switch' ], [ $denied->reason, $denied->target ] );
		}
		self::assertTrue( update_option( 'countersign_fixture', uniqid() ) );
		delete_option( 'countersign_fixture' );
	}
}

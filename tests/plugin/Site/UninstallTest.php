<?php

declare(strict_types=1);

namespace Countersign\Tests\Site;

use Countersign\Plugin\Admin\NewConnections;
use Countersign\Plugin\Admin\Welcome;
use Countersign\Plugin\Calls\PageSetup;
use Countersign\Plugin\Connections\Asks;
use Countersign\Plugin\Connections\Connection;
use Countersign\Plugin\Passwords\AgentPasswords;
use Countersign\Plugin\Plugin;
use Countersign\Plugin\Site\Schema;
use Countersign\Plugin\Site\Settings;
use Countersign\Plugin\Uploads\Folder;
use Countersign\Tests\Agent;
use Countersign\Tests\AuditTrail;
use Countersign\Tests\Fingerprint;
use Countersign\Tests\Http;
use Countersign\Tests\Person;
use Countersign\Tests\Site;
use Countersign\Tests\TestCase;

/** Deactivation and deletion. Runs last in its suite, because it removes the plugin's data. */
final class UninstallTest extends TestCase {

	/** Runs uninstall.php as WordPress does: in a separate process, with the plugin inactive. */
	private static function uninstall(): void {
		Site::php( 'require_once ABSPATH . "wp-admin/includes/admin.php"; deactivate_plugins( "countersign/countersign.php" );' );
		[ $said ] = Site::php( 'require_once ABSPATH . "wp-admin/includes/admin.php"; uninstall_plugin( "countersign/countersign.php" ); echo "done";' );
		self::assertSame( 'done', trim( $said ) );
		wp_cache_flush();
	}

	/** @return list<string> Names of the tables, options and user metadata of Countersign in the database. */
	private static function left(): array {
		global $wpdb;
		return array_merge(
			$wpdb->get_col( "SHOW TABLES LIKE '%countersign%'" ),
			$wpdb->get_col( "SELECT option_name FROM $wpdb->options WHERE option_name LIKE '%countersign%' ORDER BY option_name" ),
			$wpdb->get_col( "SELECT meta_key FROM $wpdb->usermeta WHERE meta_key LIKE '%countersign%'" ),
		);
	}

	public function test_deactivation_keeps_all_data(): void {
		Site::connect();
		// What deactivation does besides: it holds the posts that agents of earlier tests have scheduled, forgets what pages need, and
		// deletes the passwords of agents.
		AgentPasswords::delete_all();
		Plugin::composition()->gate()->hold_all();
		delete_option( PageSetup::NEEDS_BLOCKS );
		delete_option( Welcome::OPTION );
		$before = [ Fingerprint::of_site(), AuditTrail::since( 0 ) ];
		Site::php( 'require_once ABSPATH . "wp-admin/includes/admin.php"; deactivate_plugins( "countersign/countersign.php" );' );
		Site::php( 'require_once ABSPATH . "wp-admin/includes/admin.php"; activate_plugin( "countersign/countersign.php" );' );
		wp_cache_flush();
		// The notice after an activation.
		delete_option( Welcome::OPTION );
		self::assertSiteUnchanged( $before[0] );
		self::assertSame( $before[1], AuditTrail::since( 0 ) );
		self::assertSame( 'ok', AuditTrail::verify()['verdict'] );
	}

	/** @depends test_deactivation_keeps_all_data */
	public function test_deactivation_deletes_the_passwords_of_agents_and_ends_their_connections(): void {
		$agent    = Agent::with_password( 'author' );
		$oauth    = Site::connect( 'author' );
		$ordinary = \WP_Application_Passwords::create_new_application_password( Site::user( 'author' ), [ 'name' => 'Of a person' ] )[1]['uuid'];
		$row      = Person::of( 'admin' )->get( admin_url( 'plugins.php' ) )->body;
		self::assertStringContainsString( 'If you deactivate Countersign, the', $row );
		self::assertStringContainsString( 'because nothing would restrict', $row );
		Site::php( 'require_once ABSPATH . "wp-admin/includes/admin.php"; deactivate_plugins( "countersign/countersign.php" );' );
		wp_cache_flush();
		self::assertSame( [ $ordinary ], array_column( \WP_Application_Passwords::get_user_application_passwords( Site::user( 'author' ) ), 'uuid' ) );
		$answer = Http::get( rest_url( 'wp/v2/users/me' ), [ 'Authorization' => $agent->authorization() ] );
		self::assertSame( 401, $answer->status, 'nothing restricts it now, so it must not work' );
		Site::php( 'require_once ABSPATH . "wp-admin/includes/admin.php"; activate_plugin( "countersign/countersign.php" );' );
		wp_cache_flush();
		self::assertSame( [ Connection::REVOKED, 'app_password_deleted' ], [ $agent->connection()->state, $agent->connection()->state_reason ] );
		self::assertSame( Connection::ACTIVE, $oauth->connection()->state );
		self::assertSame( 'app_password_invalid', $agent->call( 'whoami' )->reason() );
		\WP_Application_Passwords::delete_all_application_passwords( Site::user( 'author' ) );
	}

	/** @depends test_deactivation_keeps_all_data */
	public function test_deletion_keeps_the_data_by_default(): void {
		$before = AuditTrail::since( 0 );
		self::assertNotEmpty( $before );
		self::uninstall();
		self::assertSame( $before, AuditTrail::since( 0 ) );
		self::assertContains( Settings::SITE_ID, self::left() );
		self::assertStringNotContainsString( 'countersign_', serialize( Site::option( $GLOBALS['wpdb']->prefix . 'user_roles' ) ), 'capabilities are removed in any case' );
	}

	/** @depends test_deletion_keeps_the_data_by_default */
	public function test_reinstallation_uses_the_kept_data(): void {
		Site::php( 'require_once ABSPATH . "wp-admin/includes/admin.php"; activate_plugin( "countersign/countersign.php" );' );
		wp_cache_flush();
		wp_roles()->for_site();
		self::assertTrue( user_can( Site::user( 'admin' ), 'countersign_manage_connections' ), 'administrators have the capability again' );
		AuditTrail::append();
		self::assertSame( 'ok', AuditTrail::verify()['verdict'] );
		self::assertNull( Plugin::composition()->site_state()->current()->reason(), 'the records and the witness were kept' );
	}

	/** @depends test_reinstallation_uses_the_kept_data */
	public function test_deletion_removes_all_data_if_the_option_is_set(): void {
		file_put_contents( Folder::make( 'owner', 'upload' ) . '/1', 'a part' );
		Plugin::composition()->kill_switch()->set( true );
		Plugin::composition()->kill_switch()->set( false );
		set_transient( 'countersign_flash_1', [ [ 'info', 'x' ] ], 60 );
		update_option( Asks::OPTION, [ 'asks' => [] ] );
		update_user_option( Site::user( 'admin' ), NewConnections::SEEN, time() );
		AuditTrail::verify();
		update_option( Settings::DELETE_ON_UNINSTALL, '1' );
		self::uninstall();
		self::assertDirectoryDoesNotExist( Folder::path() );
		self::assertSame( [], self::left() );
		self::assertFalse( get_option( Schema::OPTION ) );
		self::assertSame( [ false, false ], [ wp_next_scheduled( 'countersign_beacon' ), wp_next_scheduled( 'countersign_verify_records' ) ] );
		// A later installation begins anew: nothing is asked, and agents can act.
		Site::php( 'require_once ABSPATH . "wp-admin/includes/admin.php"; activate_plugin( "countersign/countersign.php" );' );
		$told = '$c = Countersign\Plugin\Plugin::composition(); echo json_encode( [ $c->site_state()->current()->reason(), $c->kill_switch()->is_on(), $c->settings()->fault() ] );';
		$made = '$c = Countersign\Plugin\Plugin::composition(); wp_set_current_user( 1 ); $id = $c->creation()->create( "New", "New", 1, "read_only", [], [] )["connection"]; echo $c->connections()->find( $id )->state;';
		self::assertSame( [ null, false, '' ], json_decode( Site::php( $told )[0], true ) );
		self::assertSame( 'active', Site::php( $made )[0] );
	}
}

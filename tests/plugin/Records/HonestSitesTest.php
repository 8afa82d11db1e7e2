<?php

declare(strict_types=1);

namespace Countersign\Tests\Records;

use Countersign\Plugin\Connections\Connection;
use Countersign\Plugin\Plugin;
use Countersign\Plugin\Records\Beacon;
use Countersign\Plugin\Site\SealedOptions;
use Countersign\Tests\AuditTrail;
use Countersign\Tests\Person;
use Countersign\Tests\Site;
use Countersign\Tests\StateTest;

/** Sites on which nobody did anything wrong: each gets the right state and message, and nobody is locked out. */
final class HonestSitesTest extends StateTest {

	/** Code that tells what another machine says of the site and of a connection. */
	private static function facts( int $connection ): string {
		return '$c = Countersign\Plugin\Plugin::composition();
			echo json_encode( [ $c->site_state()->current()->reason(), $c->kill_switch()->state(), $c->connections()->find( ' . $connection . ' )?->state ] );';
	}

	/** @return array{string|null, string, string|null} */
	private static function told( string $machine, int $connection ): array {
		return json_decode( Site::machine( $machine, self::facts( $connection ) ), true, 512, JSON_THROW_ON_ERROR );
	}

	private static function copy_state( string $to ): void {
		mkdir( $to, 0700 );
		foreach ( self::witnesses() as $file ) {
			copy( $file, $to . '/' . basename( $file ) );
			chmod( $to . '/' . basename( $file ), 0600 );
		}
	}

	public function test_blue_and_green_with_a_copied_state_folder(): void {
		$agent = Site::connect();
		$green = self::elsewhere( 'green' );
		self::copy_state( $green );
		self::assertSame( [ null, 'off', 'active' ], self::told( $green, $agent->id ) );
		// Both change something. Each sees what the other did.
		Plugin::composition()->manager()->pause( $agent->connection() );
		self::assertSame( [ null, 'off', 'paused' ], self::told( $green, $agent->id ) );
		Site::machine( $green, '$c = Countersign\Plugin\Plugin::composition(); $c->manager()->resume( $c->connections()->find( ' . $agent->id . ' ) ); countersign_kill_switch( true );' );
		self::assertTrue( countersign_kill_switch() );
		self::assertFalse( countersign_kill_switch( false ) );
		self::assertSame( [ null, 'off', 'active' ], self::told( $green, $agent->id ) );
		$agent->do( 'whoami' );
	}

	public function test_a_container_without_a_disk_of_its_own_takes_over_a_young_beacon(): void {
		$agent = Site::connect();
		Plugin::composition()->beacon()->make();
		self::lose_witness();
		$size = AuditTrail::size();
		$agent->do( 'whoami' );
		self::assertContains( 'system site.witness_adopted ok', AuditTrail::lines( $size ) );
		self::assertNull( self::state() );
		self::assertCount( 1, self::witnesses() );
	}

	public function test_two_heads_each_with_a_store_of_its_own(): void {
		$agent = Site::connect();
		Plugin::composition()->beacon()->make();
		$other = self::elsewhere( 'other' );
		self::assertSame( [ null, 'off', 'active' ], self::told( $other, $agent->id ) );
		Plugin::composition()->manager()->revoke( $agent->connection() );
		self::assertSame( [ null, 'off', 'revoked' ], self::told( $other, $agent->id ) );
		Site::machine( $other, 'countersign_kill_switch( true );' );
		self::assertTrue( countersign_kill_switch() );
		countersign_kill_switch( false );
	}

	public function test_a_new_machine_without_a_young_beacon_asks_once(): void {
		$agent = Site::connect();
		Site::plant( SealedOptions::BEACON, null );
		self::lose_witness();
		self::assertSame( 'witness_missing', self::state() );
		self::assertStopped( 'witness_missing', $agent );
		self::assertStringContainsString( 'does not have the file', Person::of( 'admin' )->get( admin_url( 'index.php' ) )->body );
		self::answer( 'Is the database of this site current?', 'countersign_continue' );
		self::assertNull( self::state() );
		self::assertFalse( countersign_kill_switch() );
		// The epoch is new, so the client needs a new access token. The connection is as it was.
		self::assertSame( 401, $agent->call( 'whoami' )->status );
		self::assertSame( Connection::ACTIVE, $agent->connection()->state );
		self::assertStringNotContainsString( 'countersign-question', Person::of( 'admin' )->page( 'countersign' )->body );
	}

	public function test_a_damaged_witness_always_asks(): void {
		Plugin::composition()->beacon()->make();
		[ $file ] = self::witnesses();
		$text     = (string) file_get_contents( $file );
		$text[20] = ~$text[20];
		file_put_contents( $file, $text );
		self::assertSame( 'witness_unusable', self::state() );
		self::assertStringContainsString( 'witness', json_encode( Plugin::composition()->site_state()->witness() ) );
		self::answer( 'cannot be used', 'countersign_continue' );
		self::assertNull( self::state() );
	}

	/** A move within the same machine, to another path, and back. */
	public function test_a_site_that_moved(): void {
		$agent = Site::connect();
		$home  = (string) Site::stored( 'home' );
		Site::plant( 'home', str_replace( '127.0.0.1', 'localhost', $home ) );
		self::assertSame( 'site_moved', self::state() );
		self::assertTrue( countersign_kill_switch() );
		try {
			countersign_kill_switch( false );
			self::fail( 'agents may not continue before somebody has answered' );
		} catch ( \Countersign\Plugin\Audit\Unavailable $error ) {
			self::assertSame( 'site_moved', $error->reason );
		}
		$size = AuditTrail::size();
		self::answer( 'Did this site move, or is it a copy?', 'countersign_moved' );
		self::assertNull( self::state() );
		self::assertSame( [ 'system site.moved ok' ], array_values( preg_grep( '/site\./', AuditTrail::lines( $size ) ) ) );
		self::assertSame( Connection::ACTIVE, $agent->connection()->state );
		self::assertFalse( countersign_kill_switch() );
		// Back at the old address, the old tokens work again.
		Site::plant( 'home', $home );
		self::assertContains( self::state(), [ 'site_moved', 'record_rolled_back' ] );
		self::answer( 'move', 'countersign_moved' );
		self::assertNull( self::state() );
		$agent->do( 'whoami' );
	}

	/** A copy shares the keys and the state folder with the original. Here the database plays both, one after the other. */
	public function test_a_staging_copy_with_the_same_keys(): void {
		global $wpdb;
		$agent = Site::connect();
		$home  = (string) Site::stored( 'home' );
		$table = Site::table( 'connections' );
		$rows  = $wpdb->get_results( "SELECT * FROM $table", ARRAY_A );
		$texts = [];
		foreach ( [ SealedOptions::SITE, SealedOptions::KILL_SWITCH, SealedOptions::SETTINGS, SealedOptions::WATCH ] as $option ) {
			$texts[ $option ] = Site::stored( $option );
		}
		$known = self::witnesses();
		$was   = array_map( 'md5_file', $known );
		Site::plant( 'home', str_replace( '127.0.0.1', 'localhost', $home ) );
		self::answer( 'Did this site move, or is it a copy?', 'countersign_copied' );
		self::assertNull( self::state() );
		self::assertSame( [ Connection::REVOKED, 'site_moved' ], [ $agent->connection()->state, $agent->connection()->state_reason ] );
		self::assertSame( $was, array_map( 'md5_file', $known ), 'the witness of the original is not touched' );
		self::assertCount( count( $known ) + 1, self::witnesses() );
		self::assertFalse( countersign_kill_switch(), 'what the original decided about the whole site holds on the copy' );
		// The original goes on.
		Site::plant( 'home', $home );
		foreach ( $texts as $option => $text ) {
			Site::plant( $option, $text );
		}
		foreach ( $rows as $row ) {
			$wpdb->replace( $table, $row );
		}
		self::assertNull( self::state() );
		$agent->do( 'whoami' );
	}

	public function test_wp_run_by_another_user_than_the_web_server(): void {
		$agent = Site::connect();
		Plugin::composition()->beacon()->make();
		$user = self::elsewhere( 'root' );
		self::assertSame( [ null, 'off', 'active' ], self::told( $user, $agent->id ) );
		Site::machine( $user, 'countersign_kill_switch( true );' );
		self::assertRefused( 'kill_switch', $agent, 'whoami' );
		Site::machine( $user, 'countersign_kill_switch( false );' );
		$agent->do( 'whoami' );
		// Also without a beacon, that user can stop all agents, but not let them continue.
		Site::plant( SealedOptions::BEACON, null );
		$stranger = self::elsewhere( 'stranger' );
		Site::machine( $stranger, 'countersign_kill_switch( true );' );
		self::assertRefused( 'kill_switch', $agent, 'whoami' );
		$said = Site::machine( $stranger, 'try { countersign_kill_switch( false ); } catch ( Countersign\Plugin\Audit\Unavailable $error ) { echo $error->reason; }' );
		self::assertSame( 'witness_missing', $said );
		self::assertFalse( countersign_kill_switch( false ) );
		$agent->do( 'whoami' );
	}

	public function test_an_import_on_another_machine_with_another_address(): void {
		$agent = Site::connect();
		Plugin::composition()->beacon()->make();
		self::lose_witness();
		Site::plant( 'home', str_replace( '127.0.0.1', 'localhost', (string) Site::stored( 'home' ) ) );
		self::assertSame( 'site_moved', self::state() );
		self::answer( 'Did this site move, or is it a copy?', 'countersign_moved' );
		self::assertNull( self::state() );
		self::assertSame( Connection::ACTIVE, $agent->connection()->state );
	}

	/** The keys are constants of this process, so other processes and the web server do the work here. */
	public function test_a_rotation_of_the_keys(): void {
		// A switch that was used stays on when its record cannot be read, until a person lets agents continue.
		countersign_kill_switch( true );
		countersign_kill_switch( false );
		$agent  = Site::connect();
		$config = ABSPATH . 'wp-config.php';
		$before = (string) file_get_contents( $config );
		$state  = '$c = Countersign\Plugin\Plugin::composition(); echo json_encode( [ $c->site_state()->current()->reason(), $c->kill_switch()->is_on(), $c->settings()->fault(), $c->connections()->find( ' . $agent->id . ' )?->fault ] );';
		$size   = AuditTrail::size();
		file_put_contents( $config, (string) preg_replace( "/(define\(\s*'AUTH_KEY',\s*')[^']*/", '${1}' . str_repeat( 'another long key of this site 0123456789 ', 2 ), $before ) );
		try {
			self::assertSame( [ 'keys_changed', true, 'keys_changed', 'keys_changed' ], json_decode( Site::php( $state )[0], true ) );
			self::assertContains( $agent->call( 'whoami' )->status, [ 401, 503 ] );
			$admin = Person::again( 'admin' );
			$page  = $admin->page( 'countersign' );
			self::assertStringContainsString( 'The keys of this site were changed', $page->body );
			self::assertSame( 302, $admin->post( admin_url( 'admin-post.php' ), [ '_wpnonce' => self::nonce_of( $page->body, 'countersign_start_again' ), 'action' => 'countersign_start_again' ] )->status );
			self::assertSame( [ null, true ], array_slice( json_decode( Site::php( $state )[0], true ), 0, 2 ) );
			self::assertSame( 302, $admin->post( admin_url( 'admin-post.php' ), Person::form( $admin->page( 'countersign' ), 'countersign_kill_switch' ) )->status );
			self::assertSame( [ null, false, 'keys_changed', null ], json_decode( Site::php( $state )[0], true ), 'the settings stay at their defaults until somebody saves them' );
			self::assertStringContainsString( 'The settings have their defaults.', $admin->page( 'countersign' )->body );
			// A new connection works.
			$made = '$c = Countersign\Plugin\Plugin::composition(); wp_set_current_user( 1 ); $id = $c->creation()->create( "New", "New", 1, "read_only", [], [] )["connection"]; echo $c->connections()->find( $id )->state;';
			self::assertSame( 'active', Site::php( $made )[0] );
		} finally {
			file_put_contents( $config, $before );
			Person::again( 'admin' );
			AuditTrail::forget_checkpoints_after( $size );
		}
		// Back to the old keys: the site asks once more, and agents can act again.
		self::assertSame( 'keys_changed', self::state() );
		self::answer( 'The keys of this site were changed', 'countersign_start_again' );
		self::assertNull( self::state() );
	}

	private static function nonce_of( string $html, string $action ): string {
		foreach ( Person::forms( $html ) as $form ) {
			if ( $action === ( $form['action'] ?? null ) ) {
				return (string) $form['_wpnonce'];
			}
		}
		throw new \UnexpectedValueException( "no form for $action" );
	}

	public function test_deactivation_and_reactivation(): void {
		$agent = Site::connect();
		self::assertNotFalse( wp_next_scheduled( Beacon::EVENT ) );
		Site::php( 'require_once ABSPATH . "wp-admin/includes/admin.php"; deactivate_plugins( "countersign/countersign.php" );' );
		wp_cache_flush();
		self::assertFalse( wp_next_scheduled( Beacon::EVENT ) );
		self::assertSame( 404, $agent->call( 'whoami' )->status );
		Site::php( 'require_once ABSPATH . "wp-admin/includes/admin.php"; activate_plugin( "countersign/countersign.php" );' );
		wp_cache_flush();
		self::assertNotFalse( wp_next_scheduled( Beacon::EVENT ) );
		self::assertNull( self::state() );
		$agent->do( 'whoami' );
	}

	public function test_the_beacon_is_made_every_hour_and_after_changes(): void {
		Site::plant( SealedOptions::BEACON, null );
		do_action( Beacon::EVENT );
		self::assertStringStartsWith( 'csr1.', (string) Site::stored( SealedOptions::BEACON ) );
		Site::plant( SealedOptions::BEACON, null );
		Site::php( 'countersign_kill_switch( true ); countersign_kill_switch( false );' );
		self::assertStringStartsWith( 'csr1.', (string) Site::stored( SealedOptions::BEACON ) );
	}

	/** Only an administrator answers; others are told so. */
	public function test_others_cannot_answer(): void {
		get_role( 'editor' )->add_cap( 'countersign_manage_connections' );
		try {
			Site::plant( SealedOptions::BEACON, null );
			self::lose_witness();
			$editor = Person::of( 'editor' );
			$page   = $editor->page( 'countersign' );
			self::assertStringContainsString( 'An administrator of this site has to answer this.', $page->body );
			foreach ( [ 'moved', 'copied', 'continue', 'restored', 'start_again', 'take_over' ] as $action ) {
				$answer = $editor->post( admin_url( 'admin-post.php' ), [ 'action' => "countersign_$action", '_wpnonce' => $editor->nonce( "countersign_$action" ) ] );
				self::assertSame( 403, $answer->status, $action );
			}
			self::assertSame( 'witness_missing', self::state() );
		} finally {
			get_role( 'editor' )->remove_cap( 'countersign_manage_connections' );
		}
	}

	/** An answer to another question does nothing. */
	public function test_answers_need_their_question(): void {
		$admin = Person::of( 'admin' );
		$site  = Site::stored( SealedOptions::SITE );
		foreach ( [ 'moved', 'copied', 'continue', 'start_again' ] as $action ) {
			self::assertSame( 302, $admin->post( admin_url( 'admin-post.php' ), [ 'action' => "countersign_$action", '_wpnonce' => $admin->nonce( "countersign_$action" ) ] )->status );
			self::assertSame( $site, Site::stored( SealedOptions::SITE ), $action );
		}
	}
}

<?php

declare(strict_types=1);

namespace Countersign\Tests\Records;

use Countersign\Plugin\Audit\Unprotected;
use Countersign\Plugin\Connections\Connection;
use Countersign\Plugin\Plugin;
use Countersign\Plugin\Site\SealedOptions;
use Countersign\Tests\Agent;
use Countersign\Tests\Answer;
use Countersign\Tests\OAuthClient;
use Countersign\Tests\Person;
use Countersign\Tests\Site;
use Countersign\Tests\StateTest;

/**
 * The database stores a change, but the witness cannot be written: a folder lies where its next version would be written first.
 * Each door says that the change holds and is not protected yet.
 */
final class UnprotectedTest extends StateTest {

	private const STORED = 'The change is stored and in effect. But the file that protects it against a restored backup could not be written.';

	/** @var list<string> */
	private array $obstacles = [];

	private function block(): void {
		foreach ( self::witnesses() as $file ) {
			$this->obstacles[] = "$file.new";
			mkdir( "$file.new" );
		}
		self::assertNotSame( [], $this->obstacles );
	}

	private function unblock(): void {
		array_map( rmdir( ... ), $this->obstacles );
		$this->obstacles = [];
		self::fresh();
	}

	protected function tearDown(): void {
		$this->unblock();
		parent::tearDown();
	}

	private static function text( Answer $page ): string {
		return (string) preg_replace( '/\s+/', ' ', html_entity_decode( wp_strip_all_tags( $page->body ), ENT_QUOTES ) );
	}

	/** @param array<string, mixed> $fields */
	private static function act( string $action, int $connection, array $fields = [] ): string {
		$admin = Person::of( 'admin' );
		$named = 0 === $connection ? [] : [ 'connection' => $connection ];
		$admin->post( admin_url( 'admin-post.php' ), [ 'action' => $action, '_wpnonce' => $admin->nonce( 0 === $connection ? $action : "{$action}_$connection" ) ] + $named + $fields );
		self::fresh();
		return self::text( $admin->page( 'countersign' ) );
	}

	public function test_forms_say_that_the_change_holds_and_is_not_protected(): void {
		$agent = Site::connect();
		$old   = $agent->connection()->text;
		$this->block();
		$save = [ 'name' => 'All of it', 'limit_max' => 7, 'limit_window' => 70, 'groups' => [ 'read' ] ];
		self::assertStringContainsString( self::STORED, self::act( 'countersign_save', $agent->id, $save ) );
		$now = $agent->connection();
		self::assertSame( [ 'All of it', [ 'max' => 7, 'window' => 70 ], [ 'read' ] ], [ $now->name, $now->limit, $now->groups ] );
		self::assertStringContainsString( self::STORED, self::act( 'countersign_pause', $agent->id ) );
		self::assertSame( Connection::PAUSED, $agent->connection()->state );
		self::assertStringContainsString( self::STORED, self::act( 'countersign_resume', $agent->id ) );
		self::assertSame( Connection::ACTIVE, $agent->connection()->state );
		self::assertStringContainsString( self::STORED, self::act( 'countersign_settings', 0, [ 'ip_max' => '31', 'ip_window' => '61' ] ) );
		self::assertStringContainsString( self::STORED, self::act( 'countersign_revoke', $agent->id ) );
		self::assertSame( Connection::REVOKED, $agent->connection()->state );
		// As soon as the file can be written, reading the record protects it.
		$this->unblock();
		self::assertSame( Connection::REVOKED, $agent->connection()->state );
		self::assertSame( 'record_rolled_back', Plugin::composition()->extension()->records()->open( 'connection', $agent->id, $old )->reason() );
	}

	public function test_the_kill_switch_stops_agents_and_says_it_at_every_door(): void {
		$agent = Site::connect();
		$this->block();
		try {
			self::assertStringContainsString( self::STORED, self::act( 'countersign_kill_switch', 0, [ 'on' => '1' ] ) );
			self::assertRefused( 'kill_switch', $agent, 'whoami' );
			self::assertSame( [ 'on' => false ], Person::of( 'admin' )->rest( 'POST', '/countersign/v1/kill-switch', [ 'on' => false ] )->json() );
			self::assertSame( [ 'on' => true, 'warning' => 'witness_unusable' ], Person::of( 'admin' )->rest( 'POST', '/countersign/v1/kill-switch', [ 'on' => true ] )->json() );
			countersign_kill_switch( false );
			self::assertTrue( countersign_kill_switch( true ), 'code that stops agents is told that they are stopped' );
			countersign_kill_switch( false );
			try {
				Plugin::composition()->kill_switch()->set( true );
				self::fail( 'reported as protected' );
			} catch ( Unprotected $error ) {
				self::assertSame( 'witness_unusable', $error->reason );
			}
			self::assertTrue( countersign_kill_switch() );
			self::assertStringContainsString( 'a restored database could undo this unnoticed', $this->logged() );
		} finally {
			$this->unblock();
			countersign_kill_switch( false );
		}
	}

	public function test_a_consent_leaves_no_active_connection(): void {
		$client = OAuthClient::registered( [ 'client_name' => 'Unprotected client' ] );
		$admin  = Person::of( 'admin' );
		$this->block();
		$page = $client->decide( $admin );
		self::assertNull( $page->header( 'Location' ) );
		self::assertStringContainsString( 'The agent was not connected, because the file that protects this site against restored backups could not be written.', self::text( $page ) );
		self::fresh();
		$made = Plugin::composition()->connections()->find( OAuthClient::newest() );
		self::assertSame( [ 'Unprotected client', Connection::REVOKED, 'witness_unusable' ], [ $made->client, $made->state, $made->state_reason ] );
		self::assertStringContainsString( 'because it could not be protected against a restored backup', self::text( $admin->page( 'countersign', [ 's' => 'Unprotected client' ] ) ) );
		$this->unblock();
		self::assertNotSame( '', $client->code() );
	}

	public function test_a_client_that_revokes_its_token_asks_again(): void {
		$client = OAuthClient::registered();
		$tokens = $client->tokens();
		$agent  = new Agent( OAuthClient::newest(), $tokens['access_token'] );
		$this->block();
		$answer = $client->revoke( $tokens['refresh_token'] );
		self::assertSame( [ 503, 'witness_unusable' ], [ $answer->status, $answer->json()['reason'] ] );
		self::assertSame( Connection::REVOKED, $agent->connection()->state );
		self::assertSame( 401, $agent->call( 'whoami' )->status );
		self::assertSame( 200, $client->revoke( $tokens['refresh_token'] )->status );
	}

	public function test_a_stop_without_a_seal_is_sealed_as_soon_as_possible(): void {
		$agent = Site::connect();
		$off   = (string) Site::stored( SealedOptions::KILL_SWITCH );
		try {
			// As it is stored if nothing can be sealed.
			Site::plant( SealedOptions::KILL_SWITCH, SealedOptions::STOPPED );
			self::fresh();
			self::assertTrue( Plugin::composition()->kill_switch()->is_unsealed() );
			Person::of( 'admin' )->get( admin_url( 'index.php' ) );
			self::fresh();
			self::assertStringStartsWith( 'csr1.', (string) Site::stored( SealedOptions::KILL_SWITCH ) );
			self::assertTrue( countersign_kill_switch() );
			// A, who has kept the record that says off, puts it back.
			Site::plant( SealedOptions::KILL_SWITCH, $off );
			self::assertRefused( 'kill_switch', $agent, 'whoami' );
			Site::plant( SealedOptions::KILL_SWITCH, SealedOptions::STOPPED );
			self::fresh();
			do_action( \Countersign\Plugin\Records\Beacon::EVENT );
			self::assertFalse( Plugin::composition()->kill_switch()->is_unsealed() );
		} finally {
			self::fresh();
			countersign_kill_switch( false );
		}
	}

	public function test_a_stop_that_cannot_be_sealed_is_shown(): void {
		global $wpdb;
		$head = $wpdb->get_row( 'SELECT * FROM ' . Site::table( 'audit_head' ), ARRAY_A );
		try {
			$wpdb->query( 'DELETE FROM ' . Site::table( 'audit_head' ) );
			countersign_kill_switch( true );
			self::assertStringContainsString( 'This could not be sealed', self::text( Person::of( 'admin' )->page( 'countersign' ) ) );
		} finally {
			$wpdb->insert( Site::table( 'audit_head' ), $head );
		}
		self::assertStringNotContainsString( 'This could not be sealed', self::text( Person::of( 'admin' )->page( 'countersign' ) ) );
		self::fresh();
		self::assertTrue( countersign_kill_switch() );
		countersign_kill_switch( false );
		$this->logged();
	}
}

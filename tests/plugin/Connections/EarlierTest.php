<?php

declare(strict_types=1);

namespace Countersign\Tests\Connections;

use Countersign\Plugin\Admin\AccountView;
use Countersign\Plugin\Connections\Connection;
use Countersign\Plugin\Plugin;
use Countersign\Tests\Agent;
use Countersign\Tests\AuditTrail;
use Countersign\Tests\OAuthClient;
use Countersign\Tests\Person;
use Countersign\Tests\Site;
use Countersign\Tests\TestCase;

/** A client that connects again: its earlier connections are replaced or continued. */
final class EarlierTest extends TestCase {

	/** Name of the client of this test. */
	private string $name = '';

	protected function setUp(): void {
		parent::setUp();
		$this->name = 'Forgetful ' . bin2hex( random_bytes( 4 ) );
	}

	/** @return list<string> The ids that the form offers to replace with the standard preset. */
	private static function offered( OAuthClient $client, string $person = 'admin', array $more = [] ): array {
		return Person::forms( $client->consent_page( Person::of( $person ), $more )->body )[0]['replace'] ?? [];
	}

	/** Submits the page as it is shown, with all boxes. @return int Id of the connection. */
	private static function consent_as_shown( OAuthClient $client, array $choices = [] ): int {
		$code = OAuthClient::parameters( $client->decide( Person::of( 'admin' ), $choices + [ 'replace' => self::offered( $client ) ] ) )['code'];
		self::assertSame( 200, OAuthClient::token( $client->redeeming( $code ) )->status );
		return OAuthClient::newest();
	}

	/** @return array<int, string> Id => state, for the connections with this client name. */
	private static function states( string $name ): array {
		global $wpdb;
		$states = [];
		foreach ( $wpdb->get_col( $wpdb->prepare( 'SELECT id FROM %i WHERE client = %s ORDER BY created_at, id', Site::table( 'connections' ), $name ) ) as $id ) {
			$states[ (int) $id ] = Plugin::composition()->connections()->find( (int) $id )->state;
		}
		return $states;
	}

	public function test_a_client_that_registers_anew_each_time_has_one_active_connection(): void {
		for ( $i = 0; $i < 8; $i++ ) {
			$newest = self::consent_as_shown( OAuthClient::registered( [ 'client_name' => $this->name ] ) );
		}
		$states = self::states( $this->name );
		self::assertSame( [ 'active' => 1, 'revoked' => 7 ], [ 'active' => count( array_keys( $states, Connection::ACTIVE, true ) ), 'revoked' => count( array_keys( $states, Connection::REVOKED, true ) ) ] );
		self::assertSame( Connection::ACTIVE, $states[ $newest ] );
	}

	public function test_the_page_names_what_would_end_and_the_person_can_keep_it(): void {
		$client = OAuthClient::registered( [ 'client_name' => $this->name ] );
		$first  = self::consent_as_shown( $client, [ 'name' => 'The <first> one' ] );
		$page   = $client->consent_page( Person::of( 'admin' ) );
		self::assertStringContainsString( 'Replace your connection The one, last used: never. It ends when the new one begins.', (string) preg_replace( '/\s+/', ' ', html_entity_decode( wp_strip_all_tags( $page->body ) ) ) );
		self::assertSame( [ (string) $first ], self::offered( $client ) );
		$client->decide( Person::of( 'admin' ) );
		self::assertSame( [ Connection::ACTIVE, Connection::ACTIVE ], array_values( self::states( $this->name ) ) );
	}

	public function test_replacing_ends_the_tokens_and_is_recorded(): void {
		$client = OAuthClient::registered( [ 'client_name' => $this->name ] );
		$tokens = $client->tokens();
		$first  = OAuthClient::newest();
		$from   = AuditTrail::size();
		$second = self::consent_as_shown( $client );
		self::assertSame( [ 'grant connection.created ok', 'revoke connection.revoked ok' ], array_slice( AuditTrail::lines( $from ), 0, 2 ) );
		$ended = Plugin::composition()->connections()->find( $first );
		self::assertSame( [ Connection::REVOKED, 'replaced' ], [ $ended->state, $ended->state_reason ] );
		self::assertSame( 401, ( new Agent( $first, $tokens['access_token'] ) )->call( 'whoami' )->status );
		self::assertNotSame( $first, $second );
		self::assertStringContainsString( 'because its agent was connected again', Person::of( 'admin' )->page( 'countersign', [ 'state' => 'revoked' ] )->body );
	}

	public function test_only_the_same_person_preset_and_place_are_offered(): void {
		$metadata = [ 'client_name' => $this->name, 'redirect_uris' => [ OAuthClient::REDIRECT, 'https://elsewhere.example/back' ] ];
		$client   = OAuthClient::registered( $metadata );
		$own      = self::consent_as_shown( $client );
		self::assertSame( [ (string) $own ], self::offered( OAuthClient::registered( $metadata ) ), 'the same name and place' );
		self::assertSame( [ (string) $own ], self::offered( OAuthClient::registered( $metadata ), 'admin', [ 'redirect_uri' => 'http://127.0.0.1:1234/callback' ] ), 'on another port of the own computer' );
		self::assertSame( [], self::offered( OAuthClient::registered( [ 'client_name' => "$this->name else" ] + $metadata ) ), 'another name' );
		self::assertSame( [], self::offered( OAuthClient::registered( $metadata ), 'admin', [ 'redirect_uri' => 'https://elsewhere.example/back' ] ), 'another place' );
		get_role( 'editor' )->add_cap( 'countersign_manage_connections' );
		try {
			self::assertSame( [], self::offered( $client, 'editor' ), 'another person' );
		} finally {
			get_role( 'editor' )->remove_cap( 'countersign_manage_connections' );
		}
		// A box belongs to one preset: with another one, the earlier connection stays.
		$client->decide( Person::of( 'admin' ), [ 'preset' => 'read_only', 'replace' => [ (string) $own ] ] );
		self::assertSame( Connection::ACTIVE, self::states( $this->name )[ $own ] );
	}

	public function test_a_client_that_never_redeemed_its_code_is_the_same_row(): void {
		$client = OAuthClient::registered( [ 'client_name' => $this->name ] );
		$first  = OAuthClient::parameters( $client->decide( Person::of( 'admin' ) ) )['code'];
		$from   = AuditTrail::size();
		$again  = OAuthClient::parameters( $client->decide( Person::of( 'admin' ), [ 'name' => 'Second attempt' ] ) )['code'];
		$states = self::states( $this->name );
		self::assertSame( [ Connection::ACTIVE ], array_values( $states ) );
		self::assertSame( 'Second attempt', Plugin::composition()->connections()->find( (int) key( $states ) )->name );
		self::assertRecorded( [ 'grant connection.renewed ok' ], $from );
		self::assertNotSame( $first, $again );
		$tokens = OAuthClient::token( $client->redeeming( $again ) );
		self::assertSame( 200, $tokens->status );
		( new Agent( (int) key( $states ), $tokens->json()['access_token'] ) )->do( 'whoami' );
		$client->decide( Person::of( 'admin' ) );
		self::assertCount( 2, self::states( $this->name ), 'a redeemed one is not continued' );
	}

	public function test_an_account_of_its_own_passes_to_the_connection_that_replaces_it(): void {
		$client = OAuthClient::registered( [ 'client_name' => $this->name ] );
		$tokens = $client->tokens( [ 'user' => 'own' ] );
		$first  = new Agent( OAuthClient::newest(), $tokens['access_token'] );
		$user   = $first->connection()->user;
		$draft  = $first->do( 'create_draft', [ 'title' => 'By the first' ] )['id'];
		$again  = OAuthClient::token( $client->redeeming( OAuthClient::parameters( $client->decide( Person::of( 'admin' ), [ 'user' => 'own', 'name' => "$this->name again", 'replace' => [ $first->id ] ] ) )['code'] ) )->json();
		$second = new Agent( OAuthClient::newest(), $again['access_token'] );
		self::assertSame( [ $user, true, Connection::REVOKED ], [ $second->connection()->user, $second->connection()->own_account, $first->connection()->state ] );
		wp_cache_flush();
		self::assertSame( $second->id, Plugin::composition()->agent_accounts()->connection_of( $user )?->id );
		self::assertSame( "$this->name again", get_userdata( $user )->display_name );
		self::assertSame( [ $user, $draft ], [ $second->do( 'whoami' )['user']['id'], $second->do( 'update_content', $second->edit( $draft, [ 'title' => 'By the second' ] ) )['id'] ] );
		self::assertFalse( AccountView::applies( $first->connection() ), 'the account of the one that ended is in use' );
		Plugin::composition()->agent_accounts()->check_all();
		Plugin::composition()->agent_accounts()->adjust( $first->id );
		wp_cache_flush();
		self::assertTrue( user_can( $user, 'edit_posts' ) );
		Plugin::composition()->manager()->revoke( $second->connection() );
		wp_cache_flush();
		self::assertFalse( user_can( $user, 'edit_posts' ) );
	}

	public function test_unused_accounts_of_replaced_connections_are_deleted(): void {
		$client = OAuthClient::registered( [ 'client_name' => $this->name ] );
		$client->decide( Person::of( 'admin' ), [ 'user' => 'own' ] );
		$user = Plugin::composition()->connections()->find( OAuthClient::newest() )->user;
		$client->decide( Person::of( 'admin' ) );
		wp_cache_flush();
		self::assertFalse( get_userdata( $user ) );
	}

	public function test_other_terms_do_not_continue_an_unredeemed_connection_but_end_it(): void {
		$client = OAuthClient::registered( [ 'client_name' => $this->name ] );
		$client->decide( Person::of( 'admin' ) );
		$first = OAuthClient::newest();
		$client->decide( Person::of( 'admin' ), [ 'user' => Site::user( 'author' ) ] );
		$states = self::states( $this->name );
		self::assertCount( 2, $states );
		self::assertSame( Connection::REVOKED, $states[ $first ], 'no second connection waits that nobody can use' );
		$client->decide( Person::of( 'admin' ), [ 'preset' => 'read_only' ] );
		self::assertCount( 3, self::states( $this->name ), 'another preset is another connection' );
	}

	public function test_a_paused_connection_is_not_continued(): void {
		$client = OAuthClient::registered( [ 'client_name' => $this->name ] );
		$client->decide( Person::of( 'admin' ) );
		$first = OAuthClient::newest();
		wp_set_current_user( Site::user( 'admin' ) );
		Plugin::composition()->manager()->pause( Plugin::composition()->connections()->find( $first ) );
		$client->decide( Person::of( 'admin' ) );
		self::assertNotSame( $first, OAuthClient::newest() );
	}

	public function test_the_list_says_whether_the_agent_has_come_back(): void {
		global $wpdb;
		$client = OAuthClient::registered( [ 'client_name' => $this->name ] );
		$code   = $client->code();
		$id     = OAuthClient::newest();
		$state  = function () use ( $id ): string {
			$page = Person::of( 'admin' )->page( 'countersign', [ 's' => $this->name ] );
			self::assertSame( 1, preg_match( '~<td class=.state[^>]*>(.*?)</td>~s', $page->body, $cell ), (string) $id );
			return wp_strip_all_tags( $cell[1] );
		};
		self::assertStringStartsWith( 'Waiting for the agent', $state() );
		$wpdb->query( $wpdb->prepare( 'UPDATE %i SET created_at = %d WHERE connection_id = %d', Site::table( 'grants' ), time() - 601, $id ) );
		self::assertStringStartsWith( 'Never finished', $state() );
		self::assertStringContainsString( 'Start the connection again in the agent&#039;s program', $state() );
		self::assertSame( 200, OAuthClient::token( $client->redeeming( $code ) )->status );
		self::assertStringStartsWith( 'Active', $state() );
	}
}

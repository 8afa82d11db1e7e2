<?php

declare(strict_types=1);

namespace Countersign\Tests\Connections;

use Countersign\Access;
use Countersign\Plugin\Audit\EntryDraft;
use Countersign\Plugin\Connections\Connection;
use Countersign\Plugin\Connections\Manager;
use Countersign\Plugin\Plugin;
use Countersign\Tests\Agent;
use Countersign\Tests\AuditTrail;
use Countersign\Tests\Fingerprint;
use Countersign\Tests\Http;
use Countersign\Tests\OAuthClient;
use Countersign\Tests\Pending;
use Countersign\Tests\Person;
use Countersign\Tests\Site;
use Countersign\Tests\TestCase;

/** A connection from the consent to its end, with calls of an agent in between. */
final class ManagerTest extends TestCase {

	private static function manager(): Manager {
		return Plugin::composition()->manager();
	}

	public function test_a_new_connection_has_the_chosen_values(): void {
		wp_set_current_user( Site::user( 'admin' ) );
		Site::settings( [ 'connection_limit' => [ 'max' => 17, 'window' => 90 ] ] + Site::ROOMY );
		$from = AuditTrail::size();
		$ids = Plugin::composition()->creation()->create( 'My agent', 'Claude', Site::user( 'author' ), 'draft_only', [], [ 'redirect_host' => '127.0.0.1' ] );
		self::assertNull( $ids['grant'] );
		$connection = Plugin::composition()->connections()->find( $ids['connection'] );
		self::assertSame( Connection::ACTIVE, $connection->state );
		self::assertSame( Access::presets()['draft_only'], $connection->groups );
		self::assertSame( [ 'max' => 17, 'window' => 90 ], $connection->limit );
		self::assertSame( [ 'My agent', 'Claude', Site::user( 'author' ), 'draft_only', 0, Site::user( 'admin' ), 0, '' ], [ $connection->name, $connection->client, $connection->user, $connection->preset, $connection->epoch, $connection->created_by, $connection->last_used_at, $connection->last_used_ip ] );
		self::assertGreaterThan( 1000 * ( time() - MINUTE_IN_SECONDS ), $connection->version, 'a version is a time in milliseconds' );
		self::assertRecorded( [ 'grant connection.created ok' ], $from );
		$change = json_decode( AuditTrail::since( $from )[0]['body'], true )['change'];
		self::assertSame( 'draft_only', $change['preset'] );
		self::assertSame( '127.0.0.1', $change['request']['redirect_host'] );
	}

	public function test_a_consent_that_the_database_refuses_leaves_no_connection(): void {
		global $wpdb;
		$table  = Site::table( 'grants' );
		$before = Fingerprint::of_site();
		$from   = AuditTrail::size();
		$client = OAuthClient::registered();
		$wpdb->query( "ALTER TABLE $table CHANGE COLUMN branch away bigint NOT NULL" );
		try {
			$answer = $client->decide( Person::of( 'admin' ) );
		} finally {
			$wpdb->query( "ALTER TABLE $table CHANGE COLUMN away branch bigint NOT NULL" );
		}
		self::assertStringContainsString( 'The agent could not be connected', $answer->body );
		self::assertSiteUnchanged( $before );
		self::assertNotContains( 'connection.created', array_column( AuditTrail::since( $from ), 'action' ) );
	}

	/** @return array<string, array{string, list<string>}> */
	public function presets(): array {
		$presets = [];
		foreach ( Access::presets() as $preset => $groups ) {
			$presets[ $preset ] = [ $preset, $groups ];
		}
		return $presets;
	}

	/** Returns the tools of these groups, listed independently of the plugin. @return list<string> */
	private static function tools_of( array $groups ): array {
		$drafts = in_array( 'create_edit', $groups, true ) && ! in_array( 'publish', $groups, true );
		$tools  = [
			'read'          => [ 'get_site_info', 'whoami', 'list_posts', 'search_content', 'get_post', 'get_outline', 'list_media', 'get_media', 'list_terms', 'list_revisions', 'compare_revisions', 'analyze_seo' ],
			'create_edit'   => [ 'create_draft', 'update_content', 'clone_post', 'set_post_meta', 'restore_revision' ],
			'publish'       => [ 'request_review', 'publish_post', 'schedule_post', 'unpublish_post' ],
			'trash_restore' => [ 'request_review', 'trash_post', 'restore_post', 'fixture_confirmed' ],
			// A tool that may change what visitors see can be reviewed, but a connection for drafts changes nothing of that.
			'taxonomy'      => [ 'create_term', 'assign_terms', ...( $drafts ? [] : [ 'request_review' ] ) ],
			'authors'       => [ 'list_authors', 'reassign_posts', 'request_review' ],
			'seo'           => [ 'get_seo', 'set_seo', ...( $drafts ? [] : [ 'request_review' ] ) ],
			'media_manage'  => [ 'upload_media', 'update_media', 'set_featured_image', 'insert_image', 'fixture_media_only', ...( $drafts ? [] : [ 'request_review' ] ) ],
			'upload_portal' => [ 'create_upload_session', 'get_upload_session', 'close_upload_session' ],
		];
		$mine  = array_merge( ...array_values( array_intersect_key( $tools, array_flip( $groups ) ) ) );
		sort( $mine );
		return array_values( array_unique( $mine ) );
	}

	/** @dataProvider presets */
	public function test_a_preset_lists_and_allows_only_its_tools( string $preset, array $groups ): void {
		$agent = Site::connect( 'editor', $preset );
		$mine  = self::tools_of( $groups );
		$shown = array_values( array_filter( $agent->tools(), static fn( string $name ): bool => ! str_starts_with( $name, 'fixture_' ) || in_array( $name, [ 'fixture_media_only', 'fixture_confirmed' ], true ) ) );
		sort( $shown );
		self::assertSame( $mine, $shown );
		self::assertLessThanOrEqual( 40, count( $shown ) );
		foreach ( array_diff( self::tools_of( Access::groups() ), $mine ) as $hidden ) {
			self::assertRefused( 'tool_unknown', $agent, $hidden, [ 'id' => 1 ] );
		}
	}

	public function test_a_paused_connection_is_refused_and_a_resumed_one_keeps_its_token(): void {
		$agent = Site::connect();
		self::manager()->pause( $agent->connection() );
		$from   = AuditTrail::size();
		$answer = self::assertRefused( 'connection_paused', $agent, 'whoami' );
		self::assertNull( $answer->header( 'WWW-Authenticate' ), 'the client must not look for a new token' );
		$list = $agent->send( 'tools/list' );
		self::assertSame( [ 200, 'connection_paused' ], [ $list->status, $list->reason() ] );
		self::assertStringContainsString( 'an administrator resumes it in the WordPress dashboard', $answer->json()['result']['content'][0]['text'] );
		self::assertSame( [ 'connection_paused', 'connection_paused' ], array_column( AuditTrail::since( $from ), 'reason' ) );
		self::manager()->resume( $agent->connection() );
		$agent->do( 'whoami' );
	}

	/** @return array<string, array{string}> */
	public function endings(): array {
		return [ 'paused' => [ 'pause' ], 'revoked' => [ 'revoke' ] ];
	}

	/** @dataProvider endings */
	public function test_a_change_that_the_database_refuses_is_an_error( string $act ): void {
		global $wpdb;
		$agent      = Site::connect();
		$connection = $agent->connection();
		$from       = AuditTrail::size();
		$table      = Site::table( 'connections' );
		$wpdb->query( "ALTER TABLE $table CHANGE COLUMN limit_max away int unsigned NOT NULL" );
		try {
			self::manager()->$act( $connection );
			self::fail( 'a failed change was reported as done' );
		} catch ( \RuntimeException $error ) {
			self::assertStringContainsString( 'could not be changed', $error->getMessage() );
		} finally {
			$wpdb->query( "ALTER TABLE $table CHANGE COLUMN away limit_max int unsigned NOT NULL" );
		}
		self::assertSame( $from, AuditTrail::size(), 'what did not happen is not recorded' );
		self::assertSame( Connection::ACTIVE, $agent->connection()->state );
	}

	public function test_removed_permissions_apply_to_the_next_request(): void {
		$agent = Site::connect( 'editor', 'standard' );
		$id    = Site::post();
		$agent->do( 'create_draft', [ 'title' => 'Before' ] );
		$token = $agent->review( 'publish_post', [ 'id' => $id ] );
		$from  = AuditTrail::size();
		self::assertTrue( self::manager()->set_groups( $agent->connection(), [ 'create_edit' ] )->isAllowed() );
		self::assertRecorded( [ 'connection connection.permissions ok' ], $from );
		self::assertSame( [ 'read', 'create_edit' ], $agent->connection()->groups );
		self::assertSame( 'custom', $agent->connection()->preset );
		self::assertRefused( 'tool_unknown', $agent, 'publish_post', [ 'id' => $id, 'confirmation_token' => $token ] );
		self::assertNotContains( 'publish_post', $agent->tools() );
		$agent->do( 'create_draft', [ 'title' => 'Still' ] );
		self::assertSame( 'draft', Site::status( $id ) );
	}

	public function test_permissions_that_match_a_preset_get_its_name(): void {
		$agent = Site::connect( 'editor', 'standard' );
		self::manager()->set_groups( $agent->connection(), Access::presets()['content_manager'] );
		self::assertSame( 'content_manager', $agent->connection()->preset );
		self::manager()->set_groups( $agent->connection(), [] );
		self::assertSame( 'read_only', $agent->connection()->preset );
		self::assertSame( [ 'read' ], $agent->connection()->groups, 'the group read is always kept' );
	}

	public function test_adding_permissions_is_refused(): void {
		$agent  = Site::connect( 'editor', 'read_only' );
		$before = Site::digest();
		$from   = AuditTrail::size();
		foreach ( [ [ 'read', 'publish' ], Access::groups(), [ 'seo' ] ] as $groups ) {
			$decision = self::manager()->set_groups( $agent->connection(), $groups );
			self::assertFalse( $decision->isAllowed() );
			self::assertSame( 'widening_refused', $decision->reason() );
		}
		// Adding a group while removing another one is also refused.
		$other = Site::connect( 'editor', 'custom', [ 'publish', 'seo' ] );
		self::assertSame( 'widening_refused', self::manager()->set_groups( $other->connection(), [ 'publish', 'create_edit' ] )->reason() );
		self::assertSame( [ 'read' ], $agent->connection()->groups );
		self::assertSame( [ 'read', 'publish', 'seo' ], $other->connection()->groups );
		self::assertRecorded( [ 'grant connection.created ok' ], $from );
		self::assertNotSame( $before, Site::digest(), 'the other connection was created' );
	}

	public function test_permissions_can_be_added_if_the_setting_allows_it(): void {
		$agent = Site::connect( 'editor', 'read_only' );
		Site::settings( [ 'allow_widening' => true ] + Site::ROOMY );
		self::assertTrue( self::manager()->set_groups( $agent->connection(), [ 'create_edit' ] )->isAllowed() );
		$agent->do( 'create_draft', [ 'title' => 'Widened' ] );
	}

	public function test_an_unknown_permission_group_is_an_error(): void {
		$agent = Site::connect();
		$this->expectException( \Countersign\Exception::class );
		self::manager()->set_groups( $agent->connection(), [ 'everything' ] );
	}

	public function test_unchanged_values_are_not_recorded(): void {
		$agent = Site::connect();
		$from  = AuditTrail::size();
		self::manager()->set_groups( $agent->connection(), $agent->connection()->groups );
		self::manager()->set_limit( $agent->connection(), $agent->connection()->limit );
		self::manager()->rename( $agent->connection(), $agent->connection()->name );
		self::manager()->resume( $agent->connection() );
		self::assertSame( $from, AuditTrail::size() );
		$active = $agent->connection();
		self::manager()->pause( $active );
		self::manager()->pause( $active );
		self::manager()->pause( $agent->connection() );
		self::assertRecorded( [ 'connection connection.paused ok' ], $from );
	}

	public function test_a_revoked_connection_cannot_be_resumed(): void {
		$agent = Site::connect();
		$other = Site::connect();
		$agent->do( 'whoami' );
		$ended = [];
		$note  = static function ( int $id, string $reason ) use ( &$ended ): void {
			$ended[] = [ $id, $reason ];
		};
		add_action( 'countersign_connection_revoked', $note, 10, 2 );
		self::manager()->revoke( $agent->connection() );
		self::manager()->revoke( $agent->connection() );
		remove_action( 'countersign_connection_revoked', $note );
		self::assertSame( [ [ $agent->id, 'admin' ] ], $ended );

		$connection = $agent->connection();
		self::assertSame( [ Connection::REVOKED, 1, 'admin' ], [ $connection->state, $connection->epoch, $connection->state_reason ] );
		self::assertEqualsWithDelta( time(), $connection->state_at, 5 );
		$answer = self::assertRefused( 'invalid_token', $agent, 'whoami', [], 401 );
		self::assertStringContainsString( 'error="invalid_token"', $answer->header( 'WWW-Authenticate' ) );
		// A token of the new epoch does not work either, and the connection cannot be resumed.
		self::assertSame( 401, ( new Agent( $agent->id, Agent::issue( $agent->id, 1 ) ) )->call( 'whoami' )->status );
		self::manager()->resume( $agent->connection() );
		self::manager()->pause( $agent->connection() );
		self::assertSame( Connection::REVOKED, $agent->connection()->state );
		$other->do( 'whoami' );
	}

	public function test_a_connection_that_is_gone_or_has_ended_is_not_changed(): void {
		global $wpdb;
		$gone  = Site::connect()->connection();
		$ended = Site::connect()->connection();
		$wpdb->delete( Site::table( 'connections' ), [ 'id' => $gone->id ] );
		self::manager()->revoke( $ended );
		$from = AuditTrail::size();
		foreach ( [ 'connection_unknown' => $gone, 'connection_revoked' => $ended ] as $reason => $connection ) {
			foreach ( [ [ 'read' ], $connection->groups ] as $groups ) {
				$decision = self::manager()->set_groups( $connection, $groups );
				self::assertSame( [ false, $reason ], [ $decision->isAllowed(), $decision->reason() ] );
			}
			self::assertFalse( self::manager()->rename( $connection, 'Renamed' ), $reason );
			self::assertFalse( self::manager()->set_limit( $connection, [ 'max' => 1, 'window' => 1 ] ), $reason );
			self::assertFalse( self::manager()->pause( $connection ), $reason );
			self::assertFalse( self::manager()->resume( $connection ), $reason );
			$draft = EntryDraft::admin( 'connection', 'test', 'site' );
			self::assertFalse( self::manager()->end( $connection, 'admin', $draft ), $reason );
			self::assertFalse( self::manager()->end_access_tokens( $connection, 0, $draft ), $reason );
			self::assertFalse( self::manager()->fall_behind( $connection, 'record_rolled_back', 5, null, $draft ), $reason );
			self::assertFalse( self::manager()->take_back( $connection, true ), $reason );
		}
		self::assertSame( $from, AuditTrail::size() );
	}

	public function test_only_tokens_of_the_current_epoch_are_valid(): void {
		$agent = Site::connect();
		Site::end_access_tokens( $agent->id );
		self::assertRefused( 'invalid_token', $agent, 'whoami', [], 401 );
		( new Agent( $agent->id, Agent::issue( $agent->id, 1 ) ) )->do( 'whoami' );
	}

	public function test_a_call_of_a_deleted_user_is_refused(): void {
		$user  = wp_insert_user( [ 'user_login' => uniqid( 'gone' ), 'user_pass' => 'x', 'role' => 'editor' ] );
		$agent = Site::connect( get_userdata( $user )->user_login );
		$agent->do( 'whoami' );
		wp_delete_user( $user );
		// The connection is paused when WordPress deletes the account.
		self::assertContains( $agent->call( 'whoami' )->reason(), [ 'connection_paused', 'account_changed' ] );
	}

	/** @return array<string, array{string}> */
	public function ways_to_write(): array {
		return [
			'a tool that checks itself'           => [ 'ensure_live' ],
			'a tool that does not check'          => [ 'plain' ],
			'a tool that has written before'      => [ 'second' ],
		];
	}

	/** @dataProvider ways_to_write */
	public function test_a_running_call_is_stopped_before_its_next_write( string $how ): void {
		$ways = [
			'connection_revoked' => static fn( Agent $agent ) => self::manager()->revoke( $agent->connection() ),
			'connection_paused'  => static fn( Agent $agent ) => self::manager()->pause( $agent->connection() ),
			'kill_switch'        => static fn() => Plugin::composition()->kill_switch()->set( true ),
		];
		foreach ( $ways as $reason => $stop ) {
			$agent  = Site::connect();
			$signal = uniqid();
			$title  = "Written by a stopped agent $signal";
			$from   = AuditTrail::size();
			try {
				$answer = Http::during(
					$agent->prepare( 'fixture_wait', [ 'how' => $how, 'signal' => $signal, 'title' => $title ] ),
					static function () use ( $signal, $stop, $agent ): bool {
						clearstatcache();
						if ( ! is_file( Site::folder() . "/tmp/fixture-$signal-begun" ) ) {
							return false;
						}
						$stop( $agent );
						touch( Site::folder() . "/tmp/fixture-$signal-go" );
						return true;
					}
				);
			} finally {
				Plugin::composition()->kill_switch()->set( false );
			}
			// A client whose connection has ended only learns that its token is invalid.
			self::assertSame( 'connection_revoked' === $reason ? 'invalid_token' : $reason, $answer->reason(), $answer->body );
			self::assertSame( [], get_posts( [ 'title' => $title, 'post_status' => 'any' ] ) );
			$rows = array_values( array_filter( AuditTrail::since( $from ), static fn( array $row ): bool => 'fixture_wait' === $row['action'] ) );
			self::assertSame( [ [ 'intent', null ], [ 'outcome', $reason ] ], array_map( static fn( array $row ): array => [ $row['kind'], $row['reason'] ], $rows ) );
		}
	}

	public function test_last_use_is_stored_at_most_once_a_minute(): void {
		global $wpdb;
		$agent = Site::connect();
		self::assertSame( 0, $agent->connection()->last_used_at );
		$agent->do( 'whoami' );
		$used = $agent->connection();
		self::assertEqualsWithDelta( time(), $used->last_used_at, 5 );
		self::assertSame( '127.0.0.1', $used->last_used_ip );
		$wpdb->update( Site::table( 'connections' ), [ 'last_used_at' => time() - 50, 'last_used_ip' => 'x' ], [ 'id' => $agent->id ] );
		$agent->do( 'whoami' );
		self::assertSame( 'x', $agent->connection()->last_used_ip );
		$wpdb->update( Site::table( 'connections' ), [ 'last_used_at' => time() - 61 ], [ 'id' => $agent->id ] );
		$agent->send( 'tools/list' );
		self::assertSame( '127.0.0.1', $agent->connection()->last_used_ip );
	}

	public function test_a_refused_request_does_not_count_as_use(): void {
		$agent = Site::connect();
		self::manager()->pause( $agent->connection() );
		$agent->call( 'whoami' );
		self::assertSame( 0, $agent->connection()->last_used_at );
	}

	public function test_the_limit_of_a_connection_is_exact_across_workers(): void {
		$agent = Site::connect();
		$other = Site::connect();
		self::manager()->set_limit( $agent->connection(), [ 'max' => 5, 'window' => 3600 ] );
		$from    = AuditTrail::size();
		$answers = Http::all( array_map( static fn(): Pending => $agent->prepare( 'whoami' ), range( 1, 16 ) ) );
		$by      = array_count_values( array_map( static fn( $answer ): string => "$answer->status {$answer->reason()}", $answers ) );
		ksort( $by );
		self::assertSame( [ '200 ' => 5, '200 rate_limited_connection' => 5, '429 rate_limited_connection' => 6 ], $by, 'a model reads the refusals up to twice the limit' );
		foreach ( $answers as $answer ) {
			if ( null !== $answer->reason() ) {
				self::assertGreaterThan( 3000, (int) $answer->header( 'Retry-After' ) );
				self::assertSame( '5', $answer->header( 'RateLimit-Limit' ) );
				self::assertSame( '0', $answer->header( 'RateLimit-Remaining' ) );
			}
		}
		self::assertCount( 1, array_filter( AuditTrail::since( $from ), static fn( array $row ): bool => 'rate_limited_connection' === $row['reason'] ), 'one entry for all refusals of the burst' );
		$other->do( 'whoami' );
	}

	public function test_the_limit_of_failures_of_an_ip_address_is_exact_across_workers(): void {
		$agent   = Site::connect();
		$unknown = new Agent( 1, 'csat_nonsense' );
		Site::settings( [ 'ip_limit' => [ 'max' => 6, 'window' => 3600 ] ] + Site::ROOMY );
		// An address that no other test uses.
		$address = '127.1.' . random_int( 0, 255 ) . '.' . random_int( 2, 250 );
		$sent    = array_map( static fn( int $n ): Pending => ( 0 === $n % 4 ? $agent : $unknown )->prepare( 'whoami' )->from( $address ), range( 1, 20 ) );
		$answers = Http::all( $sent );
		$by      = array_count_values( array_map( static fn( $answer ): int => $answer->status, $answers ) );
		ksort( $by );
		self::assertSame( [ 200 => 5, 401 => 6, 429 => 9 ], $by, 'the agent behind the same address goes on' );
		$refused = array_values( array_filter( $answers, static fn( $answer ): bool => 429 === $answer->status ) )[0];
		self::assertSame( 'rate_limited_ip', $refused->reason() );
		self::assertSame( '6;w=3600', $refused->header( 'RateLimit-Policy' ) );
		$elsewhere = Http::all( [ $unknown->prepare( 'whoami' )->from( '127.2.' . random_int( 0, 255 ) . '.' . random_int( 2, 250 ) ) ] )[0];
		self::assertSame( 401, $elsewhere->status, 'another address has its own limit' );
		self::assertSame( $address, $agent->connection()->last_used_ip );
	}
}

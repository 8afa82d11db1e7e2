<?php

declare(strict_types=1);

namespace Countersign\Tests\Records;

use Countersign\Plugin\Connections\Connection;
use Countersign\Plugin\Site\SealedOptions;
use Countersign\Plugin\Site\Settings;
use Countersign\Tests\Agent;
use Countersign\Tests\Person;
use Countersign\Tests\PersistentCache;
use Countersign\Tests\Schedules;
use Countersign\Tests\Site;
use Countersign\Tests\StateTest;
use Countersign\Tests\Worker;

/**
 * Honest sites with a persistent object cache, which all processes of the site share: the workers of the web server, and two
 * processes that live longer than a request. What a person decides in one holds at once in the others, whatever the cache holds.
 */
final class ObjectCacheTest extends StateTest {

	private static PersistentCache $cache;

	private Worker $one;

	private Worker $other;

	public static function setUpBeforeClass(): void {
		self::$cache = new PersistentCache();
	}

	public static function tearDownAfterClass(): void {
		self::$cache->remove();
	}

	protected function setUp(): void {
		parent::setUp();
		// What this process has just written is not in the cache of the others.
		self::$cache->flush();
		$this->one   = new Worker();
		$this->other = new Worker();
		foreach ( [ $this->one, $this->other ] as $worker ) {
			self::assertTrue( $worker->run( 'return wp_using_ext_object_cache();' ) );
			$worker->run( 'wp_set_current_user( get_user_by( "login", "admin" )->ID );' );
		}
	}

	protected function tearDown(): void {
		$this->one->end();
		$this->other->end();
		self::$cache->flush();
		parent::tearDown();
	}

	/** Decides something in a process of the site. @param string $what Code with the connection `$it`, the manager and `$c`. */
	private static function decide( Worker $worker, int $connection, string $what ): void {
		$worker->run( '$c = Countersign\Plugin\Plugin::composition(); $manager = $c->manager(); $it = $c->connections()->find( ' . $connection . ' ); ' . $what . ';' );
	}

	/** @return array{string, string|null, string, list<string>} What a process says: state and fault of a connection, kill switch, groups. */
	private static function told( Worker $worker, int $connection ): array {
		return $worker->run( '$c = Countersign\Plugin\Plugin::composition(); $it = $c->connections()->find( ' . $connection . ' ); return [ $it->state, $it->fault, $c->kill_switch()->state(), $it->groups ];' );
	}

	/** Reads all that decisions depend on, so that it is cached: in the shared cache and in each process. */
	private function warm_up( Agent ...$agents ): void {
		foreach ( [ $this->one, $this->other ] as $worker ) {
			foreach ( $agents as $agent ) {
				self::told( $worker, $agent->id );
			}
			foreach ( [ SealedOptions::SITE, SealedOptions::KILL_SWITCH, SealedOptions::SETTINGS, SealedOptions::BEACON, 'countersign_no_such_option' ] as $option ) {
				// As other plugins do that list options.
				$worker->run( "return get_option( '$option', null );" );
			}
			$worker->run( 'return count( wp_load_alloptions() );' );
		}
		foreach ( $agents as $agent ) {
			$agent->do( 'whoami' );
			$agent->tools();
		}
		self::assertArrayHasKey( 'options:alloptions', self::$cache->dump() );
		self::assertArrayHasKey( 'options:' . SealedOptions::KILL_SWITCH, self::$cache->dump() );
	}

	/** Sends a call with 5,000 bytes of arguments. */
	private static function long_call( Agent $agent ): int {
		return $agent->call( 'search_content', [ 'query' => str_repeat( 'x', 5000 ) ] )->status;
	}

	private static function refusal( Agent $agent ): ?string {
		return $agent->call( 'whoami' )->reason();
	}

	/** @return array<string, array{string}> */
	public function caches(): array {
		return [ 'a cache that is up to date' => [ 'kept' ], 'a cache that is flushed' => [ 'flushed' ], 'a cache from before' => [ 'stale' ], 'a cache from before the plugin' => [ 'without' ] ];
	}

	/**
	 * Decides each thing in one process, and looks at it in the others. After each decision the cache is as it is, empty, or what it
	 * was before anything was decided.
	 *
	 * @dataProvider caches
	 */
	public function test_decisions_hold_in_all_processes( string $cache ): void {
		$agent = Site::connect( 'editor', 'content_manager' );
		$this->warm_up( $agent );
		$before = self::$cache->dump();
		$decide = function ( Worker $in, string $what ) use ( $agent, $cache, $before ): void {
			self::decide( $in, $agent->id, $what );
			match ( $cache ) {
				'flushed' => self::$cache->flush(),
				'stale'   => self::$cache->restore( $before ),
				'without' => self::$cache->restore( self::without_plugin( $before ) ),
				default   => null,
			};
		};
		$told   = fn(): array => array_map( static fn( Worker $worker ): array => array_slice( self::told( $worker, $agent->id ), 0, 3 ), [ $this->one, $this->other ] );
		$both   = static fn( string $state, string $switch = 'off' ): array => [ [ $state, null, $switch ], [ $state, null, $switch ] ];

		$decide( $this->one, '$manager->pause( $it )' );
		self::assertSame( [ 'connection_paused', $both( Connection::PAUSED ) ], [ self::refusal( $agent ), $told() ] );
		$decide( $this->other, '$manager->resume( $it )' );
		self::assertSame( $both( Connection::ACTIVE ), $told() );
		$agent->do( 'whoami' );

		$decide( $this->one, '$manager->set_groups( $it, [ "read", "create_edit" ] )' );
		self::assertSame( [ [ 'read', 'create_edit' ], [ 'read', 'create_edit' ] ], [ self::told( $this->one, $agent->id )[3], self::told( $this->other, $agent->id )[3] ] );
		self::assertSame( [ true, false ], [ in_array( 'create_draft', $agent->tools(), true ), in_array( 'publish_post', $agent->tools(), true ) ] );
		self::assertSame( 'tool_unknown', $agent->call( 'publish_post', [ 'id' => 1 ] )->reason() );

		$decide( $this->other, 'countersign_kill_switch( true )' );
		self::assertSame( [ 'kill_switch', $both( Connection::ACTIVE, 'on' ) ], [ self::refusal( $agent ), $told() ] );
		$decide( $this->one, 'countersign_kill_switch( false )' );
		self::assertSame( $both( Connection::ACTIVE ), $told() );
		$agent->do( 'whoami' );

		self::assertNotSame( 413, self::long_call( $agent ) );
		$decide( $this->one, '$c->site_records()->store( "countersign_settings", array_merge( $c->settings()->with(), [ "max_body" => 3000 ] ), Countersign\Plugin\Audit\EntryDraft::admin( "setting", "settings.changed", "settings" ) )' );
		self::assertSame( 413, self::long_call( $agent ) );

		$decide( $this->other, '$manager->revoke( $it )' );
		self::assertSame( $both( Connection::REVOKED ), $told() );
		self::assertSame( 401, $agent->call( 'whoami' )->status );
		// Nobody is locked out: a person uses the dashboard, and a new client connects.
		$page = Person::anew( 'admin' )->page( 'countersign' );
		self::assertSame( [ 200, false ], [ $page->status, str_contains( $page->body, 'countersign-question' ) ] );
		Site::connect()->do( 'whoami' );
		self::assertNull( self::state() );
	}

	/** @param array<string, string> $cache @return array<string, string> The same without the plugin's options, which are said not to exist. */
	private static function without_plugin( array $cache ): array {
		$ours    = static fn( mixed $ignored, string $name ): bool => str_contains( $name, 'countersign' );
		$options = unserialize( $cache['options:alloptions'] );
		$names   = array_filter( $options, $ours, ARRAY_FILTER_USE_BOTH ) + array_fill_keys( [ SealedOptions::SITE, SealedOptions::KILL_SWITCH, SealedOptions::SETTINGS, SealedOptions::BEACON, SealedOptions::WATCH ], true );
		return [
			'options:alloptions' => serialize( array_diff_key( $options, $names ) ),
			'options:notoptions' => serialize( array_fill_keys( array_keys( $names ), true ) ),
		] + array_filter( $cache, static fn( string $key ): bool => ! str_contains( $key, 'countersign' ), ARRAY_FILTER_USE_KEY );
	}

	/** What a person does on the dashboard holds in processes that have been running for long, and the other way round. */
	public function test_the_dashboard_and_long_running_processes(): void {
		$agent = Site::connect();
		$admin = Person::anew( 'admin' );
		$this->warm_up( $agent );
		$press = static function ( string $action, array $more = [] ) use ( $admin ): void {
			$page = $admin->page( 'countersign' );
			$form = [] === $more ? Person::form( $page, $action ) : [ 'action' => $action, '_wpnonce' => $admin->nonce( "{$action}_{$more['connection']}" ) ] + $more;
			self::assertSame( 302, $admin->post( admin_url( 'admin-post.php' ), $form )->status );
		};
		$press( 'countersign_kill_switch' );
		self::assertSame( [ 'on', 'on' ], [ self::told( $this->one, $agent->id )[2], self::told( $this->other, $agent->id )[2] ] );
		$this->one->run( 'countersign_kill_switch( false );' );
		self::assertStringContainsString( 'Stop all agents', wp_strip_all_tags( $admin->page( 'countersign' )->body ) );
		$press( 'countersign_pause', [ 'connection' => $agent->id ] );
		self::assertSame( Connection::PAUSED, self::told( $this->other, $agent->id )[0] );
		self::decide( $this->other, $agent->id, '$manager->resume( $it )' );
		$agent->do( 'whoami' );
	}

	/** A process that read the old state and stores it again, which WordPress's cache cannot prevent. */
	public function test_a_process_that_caches_the_old_state_again(): void {
		$agent = Site::connect();
		$this->warm_up( $agent );
		$old = $this->other->run( 'return [ wp_load_alloptions( true ), get_option( "' . SealedOptions::KILL_SWITCH . '" ), get_option( "' . SealedOptions::SITE . '" ) ];' );
		countersign_kill_switch( true );
		self::$cache->set( 'options:alloptions', $old[0] + [ SealedOptions::KILL_SWITCH => $old[1] ] );
		self::$cache->set( 'options:' . SealedOptions::KILL_SWITCH, $old[1] );
		self::$cache->set( 'options:' . SealedOptions::SITE, $old[2] );
		self::assertSame( 'kill_switch', self::refusal( $agent ) );
		self::assertSame( [ 'on', 'on' ], [ self::told( $this->one, $agent->id )[2], self::told( $this->other, $agent->id )[2] ] );
		// Agents are stopped, although the cache says that nothing changes; and continue.
		self::assertFalse( $this->one->run( 'return countersign_kill_switch( false );' ) );
		$agent->do( 'whoami' );
		self::$cache->set( 'options:' . SealedOptions::KILL_SWITCH, SealedOptions::STOPPED );
		self::assertTrue( $this->one->run( 'return countersign_kill_switch( true );' ) );
		self::assertSame( 'kill_switch', self::refusal( $agent ) );
		self::assertFalse( $this->other->run( 'return countersign_kill_switch( false );' ) );
		$agent->do( 'whoami' );
	}

	/** A request that looked for the identity just before the site got it can be the last to write the cache. */
	public function test_a_cache_that_says_that_the_site_has_no_identity(): void {
		$agent = Site::connect();
		$this->warm_up( $agent );
		$names = [ Settings::SITE_ID, Settings::AUDIT_HOST ];
		self::$cache->set( 'options:alloptions', array_diff_key( self::$cache->get( 'options:alloptions' ), array_flip( $names ) ) );
		self::$cache->set( 'options:notoptions', array_fill_keys( $names, true ) );
		$agent->do( 'whoami' );
		self::assertArrayNotHasKey( Settings::SITE_ID, self::$cache->get( 'options:notoptions' ) ?? [] );
	}

	/** The server of the cache is gone for a while, and comes back empty. */
	public function test_a_cache_that_is_gone(): void {
		$agent = Site::connect();
		$this->warm_up( $agent );
		self::$cache->stop();
		try {
			self::decide( $this->one, $agent->id, '$manager->pause( $it )' );
			self::assertSame( 'connection_paused', self::refusal( $agent ) );
			self::assertSame( Connection::PAUSED, self::told( $this->other, $agent->id )[0] );
		} finally {
			self::$cache->start();
		}
		self::assertSame( 'connection_paused', self::refusal( $agent ) );
		self::decide( $this->other, $agent->id, '$manager->resume( $it )' );
		$agent->do( 'whoami' );
	}

	/** A cached copy of a post from before a person changed it: the person's words stay, and what visitors see stays. */
	public function test_a_cached_copy_of_a_post(): void {
		$agent = Site::connect( 'editor', 'draft_only' );
		$id    = Site::post();
		$edit  = $agent->edit( $id, [ 'title' => 'By the agent' ] );
		$old   = self::cached( $id );
		self::assertArrayHasKey( "posts:$id", $old );
		// In a request of its own and without a cache, because WordPress stores again what it believes to know of the other fields.
		$save  = static function ( string $fields ) use ( $id ): void {
			self::$cache->flush();
			Site::php( "wp_set_current_user( 1 ); wp_update_post( [ 'ID' => $id ] + $fields );" );
		};
		$stale = static fn() => array_map( self::$cache->set( ... ), array_keys( $old ), array_map( unserialize( ... ), $old ) );
		$save( '[ "post_content" => "By a person" ]' );
		$stale();
		self::assertSame( 'target_changed', $agent->call( 'update_content', $edit )->reason() );
		// What the agent reads past the cache has the words of the person, and so does what it stores.
		$stale();
		$agent->do( 'update_content', $agent->edit( $id, [ 'title' => 'By the agent' ] ) );
		self::assertSame( [ 'By the agent', 'By a person' ], self::texts( $id ) );
		$save( '[ "post_status" => "publish" ]' );
		$stale();
		self::assertSame( 'needs_publish', $agent->call( 'update_content', $agent->edit( $id, [ 'title' => 'Public' ] ) )->reason() );
		// A person opens the editor. Nobody sees it in the cache.
		$save( '[ "post_status" => "draft" ]' );
		$edit = $agent->edit( $id, [ 'title' => 'Again' ] );
		$this->other->run( 'require_once ABSPATH . "wp-admin/includes/admin.php"; return wp_set_post_lock( ' . $id . ' );' );
		$stale();
		self::assertSame( 'target_locked', $agent->call( 'update_content', $edit )->reason() );
		self::assertSame( [ 'By the agent', 'By a person' ], self::texts( $id ) );
	}

	/** A cached copy from before a person hid a post: agents do not see it, and neither what belongs to it. */
	public function test_a_cached_copy_of_a_post_that_was_hidden(): void {
		$word  = 'zebra' . bin2hex( random_bytes( 4 ) );
		$agent = Site::connect( 'author', 'content_manager' );
		$id    = Site::post( [ 'post_status' => 'publish', 'post_title' => "A $word", 'post_excerpt' => $word ] );
		$media = wp_insert_attachment( [ 'post_title' => "Of $word", 'post_mime_type' => 'image/png', 'post_author' => Site::user( 'editor' ) ], false, $id );
		$looks = static fn(): array => [
			$agent->call( 'get_post', [ 'id' => $id ] )->reason(),
			array_column( $agent->do( 'list_posts', [ 'per_page' => 20 ] )['posts'], 'excerpt', 'id' )[ $id ] ?? null,
			array_column( $agent->do( 'search_content', [ 'query' => $word ] )['posts'], 'id' ),
			$agent->call( 'get_media', [ 'id' => $media ] )->reason(),
			array_column( $agent->do( 'list_media', [ 'query' => $word ] )['media'], 'id' ),
		];
		self::assertSame( [ null, $word, [ $id ], null, [ $media ] ], $looks() );
		$looks();
		$old = self::$cache->dump();
		self::assertArrayHasKey( "posts:$id", $old );
		self::$cache->flush();
		Site::php( "wp_set_current_user( 1 ); wp_update_post( [ 'ID' => $id, 'post_status' => 'private' ] );" );
		self::$cache->restore( $old );
		$now = $looks();
		self::assertNotSame( $word, $now[1] );
		unset( $now[1] );
		self::assertSame( [ 'target_not_found', [], 'target_not_found', [] ], array_values( $now ) );
		// Hidden by a password.
		self::$cache->flush();
		Site::php( "wp_set_current_user( 1 ); wp_update_post( [ 'ID' => $id, 'post_status' => 'publish', 'post_password' => 'secret' ] );" );
		self::$cache->restore( $old );
		self::assertSame( '', array_column( $agent->do( 'list_posts', [ 'per_page' => 20 ] )['posts'], 'excerpt', 'id' )[ $id ] );
		self::$cache->restore( $old );
		self::assertSame( '', $agent->do( 'get_post', [ 'id' => $id ] )['content'] );
	}

	/** @return array<string, array{string, string}> How code publishes a post, and the status that the cache has. */
	public function publications(): array {
		return [
			'cron'                => [ 'do_action( "publish_future_post", $id )', 'future' ],
			'code that saves'     => [ 'wp_update_post( [ "ID" => $id, "post_status" => "publish" ] )', 'draft' ],
			'code that publishes' => [ 'wp_publish_post( $id )', 'draft' ],
		];
	}

	/** @dataProvider publications */
	public function test_a_cached_copy_of_a_scheduled_post( string $publish, string $status ): void {
		$agent = Site::connect( 'editor', 'content_manager' );
		$id    = Schedules::due( $agent );
		$other = Schedules::due( $agent );
		// This process has made them due past the cache.
		self::$cache->flush();
		$this->other->run( "return [ get_post( $id ), get_post( $other ) ];" );
		$old = self::cached( $id ) + self::cached( $other );
		self::decide( $this->one, $agent->id, '$manager->revoke( $it )' );
		self::assertSame( [ 'done' ], Site::php( "do_action( 'publish_future_post', $id ); echo 'done';" ) );
		self::assertSame( 'pending', Site::status( $id ) );
		// A person takes the other one back.
		self::$cache->flush();
		$person = '$_SERVER["REQUEST_METHOD"] = "POST"; wp_set_current_user( 1 );';
		Site::php( "$person wp_update_post( [ 'ID' => $other, 'post_status' => 'draft' ] );" );
		self::assertSame( [ 'draft', null ], [ Site::status( $other ), Schedules::of( $other ) ] );
		foreach ( [ $id, $other ] as $post ) {
			foreach ( $old as $key => $text ) {
				$copy = unserialize( $text );
				if ( $copy instanceof \WP_Post || $copy instanceof \stdClass ) {
					$copy->post_status = $status;
				}
				self::$cache->set( $key, $copy );
			}
			if ( $id === $post || 'future' === $status ) {
				Site::php( "\$_SERVER['REQUEST_METHOD'] = 'GET'; \$id = $post; $publish;" );
			}
		}
		self::assertSame( [ 'pending', 'draft' ], [ Site::status( $id ), Site::status( $other ) ] );
		self::assertSame( 'connection_revoked', Schedules::of( $id )?->reason );
	}

	/** @return array<string, string> What is cached of a post. */
	private static function cached( int $id ): array {
		return array_intersect_key( self::$cache->dump(), [ "posts:$id" => 1, "post_meta:$id" => 1 ] );
	}

	/** @return list<string> Title and content in the database. */
	private static function texts( int $id ): array {
		global $wpdb;
		return $wpdb->get_row( $wpdb->prepare( "SELECT post_title, post_content FROM $wpdb->posts WHERE ID = %d", $id ), ARRAY_N );
	}
}

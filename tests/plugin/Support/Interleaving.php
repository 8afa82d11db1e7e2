<?php

declare(strict_types=1);

namespace Countersign\Tests;

use Countersign\Plugin\Audit\ChangeFailed;
use Countersign\Plugin\Audit\Unavailable;
use Countersign\Plugin\Audit\Unprotected;
use Countersign\Plugin\Connections\Connection;
use Countersign\Plugin\Plugin;
use Countersign\Plugin\Records\SiteState;
use Countersign\Plugin\Site\Failure;

/**
 * What people, agents, backups and cron do with a site, one step after the other, and a small model of it: what people were told.
 * A step that the model forbids throws a {@see Violation}. Agents act over HTTP; people act in this process.
 *
 * The model: for each connection the last state and the groups that a person was told, and whether all agents are stopped. It
 * knows nothing of versions, epochs, witnesses and logs. A backup that is put back does not change it.
 */
final class Interleaving {

	/** Step => how often it is chosen, in relation to the others. */
	public const STEPS = [
		'call'           => 6,
		'write'          => 3,
		'refresh'        => 5,
		'revoke'         => 3,
		'pause'          => 3,
		'resume'         => 4,
		'narrow'         => 2,
		'stop'           => 2,
		'go_on'          => 3,
		'backup'         => 4,
		'restore'        => 3,
		'restore_tables' => 2,
		'restore_place'  => 1,
		'answer'         => 4,
		'schedule'       => 3,
		'cron'           => 3,
		'move'           => 1,
		'copy'           => 1,
		'connect'        => 1,
	];

	private const TOOLS = [
		'whoami'       => 'read',
		'create_draft' => 'create_edit',
	];

	/** @var list<HonestClient> */
	private array $clients = [];

	/** @var list<int> */
	private array $posts = [];

	/** @var array<int, HonestClient> Post => who scheduled it. */
	private array $scheduled = [];

	private ?Backup $backup = null;

	private bool $is_stopped = false;

	private bool $was_restored = false;

	private bool $was_copied = false;

	private readonly string $home;

	/** @var list<string> */
	private readonly array $witnesses;

	/** @param \Closure(): void $fresh Makes this process forget what it read, as a new request does. */
	public function __construct( private readonly OAuthClient $client, private readonly \Closure $fresh ) {
		$this->home      = (string) Site::stored( 'home' );
		$this->witnesses = Site::witnesses();
	}

	/**
	 * Does all steps on two new connections, then checks that people can get the site going again.
	 *
	 * @param list<array{string, int}> $steps Name and a number that varies it.
	 *
	 * @throws Violation If something happened that must not.
	 */
	public function run( array $steps ): void {
		wp_set_current_user( Site::user( 'admin' ) );
		try {
			$this->connect();
			$this->connect();
			foreach ( $steps as [ $name, $number ] ) {
				( $this->fresh )();
				$this->$name( $number );
			}
			$this->end();
		} finally {
			$this->clean();
		}
	}

	/** The consent page connects nobody while a person is asked something. */
	private function connect(): void {
		if ( ! $this->is_in_doubt() ) {
			$this->clients[] = HonestClient::connect( $this->client );
		}
	}

	private function pick( int $number ): HonestClient {
		return $this->clients[ $number % count( $this->clients ) ];
	}

	private static function find( HonestClient $client ): ?Connection {
		return Plugin::composition()->connections()->find( $client->id );
	}

	/**
	 * Lets a person change a connection.
	 *
	 * @param \Closure(Connection): bool $change Returns whether the person is told that it is done.
	 */
	private function change( HonestClient $client, \Closure $change ): bool {
		try {
			$connection = self::find( $client );
			return null !== $connection && $change( $connection );
		} catch ( Unprotected $error ) {
			// The person is told that a restored backup can undo it.
			self::must( $this->is_in_doubt(), "not protected, although nothing is in doubt: {$error->getMessage()}" );
			$client->is_protected = false;
			return true;
		} catch ( Unavailable | ChangeFailed | Failure | \Countersign\Exception ) {
			return false;
		}
	}

	private function revoke( int $number ): void {
		$client = $this->pick( $number );
		$revoke = static function ( Connection $connection ): bool {
			Plugin::composition()->manager()->revoke( $connection );
			return true;
		};
		if ( $this->change( $client, $revoke ) ) {
			$client->told = Connection::REVOKED;
		}
	}

	private function pause( int $number ): void {
		$client = $this->pick( $number );
		if ( $this->change( $client, Plugin::composition()->manager()->pause( ... ) ) ) {
			self::must( Connection::REVOKED !== $client->told, 'a revoked connection was active' );
			$client->told = Connection::PAUSED;
		}
	}

	private function resume( int $number ): void {
		$client = $this->pick( $number );
		if ( $this->change( $client, Plugin::composition()->manager()->resume( ... ) ) ) {
			self::must( Connection::REVOKED !== $client->told, 'a revoked connection was resumed' );
			$client->told = Connection::ACTIVE;
		}
	}

	private function narrow( int $number ): void {
		$client = $this->pick( $number );
		$groups = array_slice( [ 'read', 'create_edit' ], 0, 1 + intdiv( $number, 7 ) % 2 );
		if ( $this->change( $client, static fn( Connection $connection ): bool => Plugin::composition()->manager()->set_groups( $connection, $groups )->isAllowed() ) ) {
			$client->groups = array_values( array_intersect( $client->groups, $groups ) );
		}
	}

	/** The kill switch. Stopping works in every state of the site. */
	private function stop(): void {
		countersign_kill_switch( true );
		self::must( countersign_kill_switch(), 'agents are not stopped, although that was said' );
		$this->is_stopped = true;
	}

	private function go_on(): void {
		try {
			self::must( ! countersign_kill_switch( false ), 'agents are stopped, although the opposite was said' );
			$this->is_stopped = false;
		} catch ( Unavailable | Failure $error ) {
			self::must( $this->is_in_doubt(), 'agents cannot continue, although nothing is in doubt: ' . $error->getMessage() );
		}
	}

	private function backup(): void {
		$this->backup = Backup::of( array_column( $this->clients, 'id' ), $this->posts );
	}

	private function restore(): void {
		$this->put_back( true );
	}

	/** Somebody puts back tables, but not the audit log. */
	private function restore_tables(): void {
		$this->put_back( false );
	}

	/** Somebody puts back the whole database, with the address that the site had then. */
	private function restore_place(): void {
		$this->put_back( true, true );
	}

	private function put_back( bool $with_log, bool $with_place = false ): void {
		$this->backup?->restore( array_column( $this->clients, 'id' ), $this->posts, $with_log, $with_place );
		$this->was_restored = $this->was_restored || null !== $this->backup;
		foreach ( null === $this->backup ? [] : $this->clients as $client ) {
			( $this->fresh )();
			$client->undo_unprotected( self::find( $client )?->state );
		}
	}

	/** Tells whether a person is asked something about the state of the site, or about the log. */
	private function is_in_doubt(): bool {
		( $this->fresh )();
		try {
			Plugin::composition()->log()->check();
		} catch ( \Countersign\Exception ) {
			return true;
		}
		return null !== Plugin::composition()->site_state()->current()->reason();
	}

	/** A person answers all questions that the site asks. */
	private function answer( int $number = 0 ): void {
		$composition = Plugin::composition();
		try {
			$composition->log()->check();
		} catch ( \Countersign\Exception $error ) {
			self::must( 'audit_rollback' === $error->reason(), "the log cannot be used: {$error->reason()}" );
			$composition->log()->acknowledge_rollback();
			if ( in_array( $composition->site_state()->current()->reason(), [ null, 'record_rolled_back' ], true ) ) {
				$composition->site_state()->restored();
			}
		}
		for ( $i = 0; $i < 3; $i++ ) {
			( $this->fresh )();
			$state  = Plugin::composition()->site_state();
			$reason = $state->current()->reason();
			match ( true ) {
				null === $reason                                      => null,
				'site_moved' === $reason                              => $state->moved(),
				'record_rolled_back' === $reason                      => $state->restored(),
				in_array( $reason, SiteState::UNWITNESSED, true )     => $state->confirm_current(),
				default                                               => throw new Violation( "nobody can answer $reason" ),
			};
		}
		self::must( ! $this->is_in_doubt(), 'the answers did not help' );
		foreach ( $this->clients as $client ) {
			$client->is_protected = true;
		}
	}

	private function call( int $number ): void {
		$this->try_to( $this->pick( $number ), 'whoami' );
	}

	private function write( int $number ): void {
		$answer = $this->try_to( $this->pick( $number ), 'create_draft', [ 'title' => 'Interleaved', 'content' => 'Words.' ] );
		if ( HonestClient::is_allowed( $answer ) ) {
			$this->posts[] = (int) $answer->content()['id'];
		}
	}

	/** @param array<string, mixed> $arguments */
	private function try_to( HonestClient $client, string $tool, array $arguments = [] ): Answer {
		$answer = $client->call( $tool, $arguments );
		if ( HonestClient::is_allowed( $answer ) ) {
			$this->must_be_free( $client, self::TOOLS[ $tool ], "a call of $tool" );
		}
		return $answer;
	}

	/** Asserts that nothing that a person was told forbids what a connection has just done. */
	private function must_be_free( HonestClient $client, string $group, string $what ): void {
		self::must( ! $this->is_stopped, "$what was allowed, although all agents are stopped" );
		self::must( Connection::ACTIVE === $client->told, "$what was allowed, although the connection is $client->told" );
		self::must( in_array( $group, $client->groups, true ), "$what was allowed, although the connection has lost the group $group" );
	}

	private function refresh( int $number ): void {
		$client = $this->pick( $number );
		$answer = $client->refresh();
		if ( in_array( $answer->status, [ 400, 401 ], true ) && ! $client->is_elsewhere() && null !== self::find( $client ) ) {
			self::must( Connection::REVOKED === $client->told, "an honest client has to connect again: $answer->body" );
		}
	}

	private function schedule( int $number ): void {
		$client        = $this->pick( $number );
		$post          = Site::post();
		$this->posts[] = $post;
		$arguments     = [ 'id' => $post, 'date' => gmdate( 'Y-m-d\TH:i:s\Z', time() + YEAR_IN_SECONDS ) ];
		$review        = $client->call( 'request_review', [ 'tool' => 'schedule_post', 'arguments' => (object) $arguments ] );
		if ( ! HonestClient::is_allowed( $review ) ) {
			return;
		}
		$answer = $client->call( 'schedule_post', $arguments + [ 'confirmation_token' => $review->content()['confirmation_token'] ] );
		if ( HonestClient::is_allowed( $answer ) ) {
			$this->must_be_free( $client, 'publish', 'scheduling' );
			$this->scheduled[ $post ] = $client;
			Schedules::make_due( $post, $client->agent() );
		}
	}

	private function cron(): void {
		foreach ( $this->scheduled as $post => $client ) {
			( $this->fresh )();
			if ( 'future' === Site::status( $post ) && 'publish' === Schedules::run_cron( $post ) ) {
				$this->must_be_free( $client, 'publish', 'publishing at its time' );
			}
		}
	}

	/** The address changes. {@see answer()} says that the site has moved. */
	private function move(): void {
		$is_home = Site::stored( 'home' ) === $this->home;
		Site::plant( 'home', $is_home ? str_replace( '127.0.0.1', 'localhost', $this->home ) : $this->home );
	}

	/** Somebody makes a copy of the site, which says that it is one. Then the original goes on. */
	private function copy( int $number ): void {
		if ( $this->is_in_doubt() ) {
			return;
		}
		$ids      = array_column( $this->clients, 'id' );
		$original = Backup::of( $ids, $this->posts );
		$this->move();
		( $this->fresh )();
		$reason = Plugin::composition()->site_state()->current()->reason();
		if ( 'record_rolled_back' === $reason ) {
			// The place had a newer copy before, so the person is asked about a restored database.
			Plugin::composition()->site_state()->restored();
		} else {
			self::must( 'site_moved' === $reason, "a copy is asked $reason" );
			Plugin::composition()->site_state()->copied();
		}
		self::must( ! $this->is_in_doubt(), 'a copy remains in doubt' );
		$this->was_copied = true;
		( $this->fresh )();
		foreach ( $this->clients as $client ) {
			$epoch = Plugin::composition()->extension()->records()->siteEpoch();
			foreach ( [ $client->agent(), new Agent( $client->id, Agent::issue( $client->id, self::find( $client )?->epoch ?? 0 ) ) ] as $agent ) {
				self::must( $epoch > 0 && ! HonestClient::is_allowed( $agent->call( 'whoami' ) ), 'a token of the original works on the copy' );
			}
		}
		$this->move();
		$original->restore( $ids, $this->posts, false );
		// The copy has used the log of the original, because there is one database only.
		( $this->fresh )();
		self::must( ! $this->is_in_doubt(), 'a copy has put the original in doubt' );
	}

	/** People do what they can to let agents act again. */
	private function end(): void {
		( $this->fresh )();
		$this->answer();
		( $this->fresh )();
		$this->go_on( 0 );
		self::must( ! $this->is_stopped, 'agents cannot continue' );
		foreach ( $this->clients as $client ) {
			( $this->fresh )();
			$connection = self::find( $client );
			if ( null !== $connection?->fault ) {
				// A database that was put where another one had been begins anew, so its connections have to be made again.
				$is_expected = 'record_foreign' === $connection->fault ? $this->was_restored || $this->was_copied : $this->was_restored && 'record_rolled_back' === $connection->fault;
				self::must( $is_expected, "the connection is $connection->fault" );
				Plugin::composition()->manager()->revoke( $connection );
				$client->told = Connection::REVOKED;
			} elseif ( null !== $connection && ! $connection->is_revoked() && Connection::REVOKED !== $client->told ) {
				$this->must_work( $client, $connection );
			}
			$epoch = Plugin::composition()->extension()->records()->siteEpoch() + ( self::find( $client )?->epoch ?? 0 );
			foreach ( Connection::REVOKED === $client->told ? range( 0, 2 ) : [] as $back ) {
				$agent = new Agent( $client->id, Agent::issue( $client->id, max( 0, $epoch - $back ) ) );
				self::must( ! HonestClient::is_allowed( $agent->call( 'whoami' ) ), 'a revoked connection acts with another token' );
			}
		}
		( $this->fresh )();
		self::must( HonestClient::is_allowed( HonestClient::connect( $this->client )->call( 'whoami' ) ), 'a new connection cannot act' );
	}

	private function must_work( HonestClient $client, Connection $connection ): void {
		if ( Connection::PAUSED === $connection->state ) {
			self::must( Plugin::composition()->manager()->resume( $connection ), 'a paused connection cannot be resumed' );
			$client->told = Connection::ACTIVE;
		}
		if ( $client->is_elsewhere() ) {
			return;
		}
		$answer = $client->call( 'whoami' );
		( $this->fresh )();
		$connection = self::find( $client );
		if ( ! HonestClient::is_allowed( $answer ) && 'record_rolled_back' === $connection?->state_reason ) {
			// Its refresh token has just shown that the database is older, which paused the connection.
			self::must( Plugin::composition()->manager()->resume( $connection ), 'a connection that was behind cannot be resumed' );
			$answer = $client->call( 'whoami' );
		}
		self::must( HonestClient::is_allowed( $answer ), "a client cannot act again: HTTP $answer->status $answer->body" );
	}

	private function clean(): void {
		global $wpdb;
		Site::plant( 'home', $this->home );
		( $this->fresh )();
		foreach ( $this->posts as $post ) {
			wp_delete_post( $post, true );
		}
		foreach ( array_column( $this->clients, 'id' ) as $id ) {
			$wpdb->delete( Site::table( 'grants' ), [ 'connection_id' => $id ] );
			$wpdb->delete( Site::table( 'connections' ), [ 'id' => $id ] );
		}
		if ( $this->is_in_doubt() ) {
			$this->answer();
		}
		countersign_kill_switch( false );
		// Another sequence moves to a place that it does not know.
		array_map( unlink( ... ), array_diff( Site::witnesses(), $this->witnesses ) );
		wp_set_current_user( 0 );
	}

	private static function must( bool $holds, string $else ): void {
		if ( ! $holds ) {
			throw new Violation( $else );
		}
	}
}

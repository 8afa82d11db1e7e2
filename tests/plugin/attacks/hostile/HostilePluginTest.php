<?php
/**
 * Who: C, hostile PHP on the site.
 * Has: `AUTH_KEY`, the public functions of the extension, every file of PHP's user, and the database.
 * Does: all that we can think of, before, in and after a call.
 * Gets: what the table in docs/security.md says, and is found by what it says. A line that is no longer true fails here.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks\hostile;

use Countersign\Plugin\Audit\Log;
use Countersign\Plugin\Plugin;
use Countersign\Plugin\Records\Verification;
use Countersign\Tests\Agent;
use Countersign\Tests\Answer;
use Countersign\Tests\AuditTrail;
use Countersign\Tests\Fixtures\Hostile;
use Countersign\Tests\Site;
use Countersign\Tests\TestCase;

/** The list of what hostile PHP achieves is true. */
final class HostilePluginTest extends TestCase {

	private const PAGE = __DIR__ . '/../../../../docs/security.md';

	private const CODE = __DIR__ . '/../../fixtures/hostile.php';

	protected function setUp(): void {
		parent::setUp();
		require_once self::CODE;
	}

	/** @return array<string, array{string, string}> Id of the line => method of this class, and the result that the page states. */
	public function lines(): array {
		preg_match_all( '/^\| `([a-z-]+)` \| [^|]+ \| [^|]+ \| ([^|]+) \| ([^|]+) \|$/m', (string) file_get_contents( self::PAGE ), $lines, PREG_SET_ORDER );
		$cases = [];
		foreach ( $lines as [ , $id, $result, $found ] ) {
			// The drill with two restarts is in tests/e2e.
			if ( ! str_contains( $found, '../tests/e2e/' ) ) {
				$cases[ $id ] = [ strtr( $id, '-', '_' ), str_replace( '`', '', $result ) ];
			}
		}
		return $cases;
	}

	/** @dataProvider lines */
	public function test_a_line_of_the_page_is_true( string $method, string $result ): void {
		self::assertTrue( method_exists( $this, $method ), "this class has no method $method()" );
		self::assertSame( $result, $this->$method() );
	}

	public function test_the_page_has_a_line_for_each_attempt(): void {
		$methods = array_filter( ( new \ReflectionClass( $this ) )->getMethods( \ReflectionMethod::IS_PROTECTED ), static fn( \ReflectionMethod $method ): bool => self::class === $method->class && [] === $method->getParameters() && 'setUp' !== $method->name );
		$names   = array_map( static fn( \ReflectionMethod $method ): string => $method->name, $methods );
		self::assertEqualsCanonicalizing( array_column( $this->lines(), 0 ), $names );
	}

	/** Runs hostile code in the process of a call, by a tool of the hostile plugin. @param array<string, mixed> $with */
	private static function in_call( Agent $agent, string $what, array $with = [] ): string {
		$arguments = [ 'what' => $what, 'id' => $agent->id, 'post' => Site::post() ] + $with;
		$answer    = $agent->send( 'tools/call', [ 'name' => 'hostile', 'arguments' => $arguments ], [ 'X-Hostile' => (string) realpath( self::CODE ) ] );
		return $answer->content()['result'] ?? $answer->body;
	}

	/** Returns the outcome of a call: `succeeds`, or its reason. */
	private static function outcome( Answer $answer ): string {
		return 200 === $answer->status && null === $answer->reason() ? 'succeeds' : 'refused: ' . ( $answer->reason() ?? $answer->status );
	}

	/** Writes the text of a record into the row of a connection. */
	private static function store( int $id, string $text ): void {
		Hostile\sql( 'UPDATE ' . Site::table( 'connections' ) . " SET record = '$text' WHERE id = $id" );
	}

	private static function epoch( Agent $agent ): int {
		return $agent->connection()->epoch + Plugin::composition()->extension()->records()->siteEpoch();
	}

	/** Ends what a test has widened, so that the next verification is clean. */
	private static function end( Agent $agent ): void {
		Plugin::composition()->manager()->revoke( $agent->connection() );
		Plugin::composition()->records_verification()->run();
	}

	protected function token_before(): string {
		$agent  = Site::connect( preset: 'read_only' );
		$size   = AuditTrail::size();
		$result = self::outcome( ( new Agent( $agent->id, Hostile\token( $agent->id, self::epoch( $agent ) ) ) )->call( 'whoami' ) );
		self::assertSame( [ (string) $agent->id ], array_unique( array_column( AuditTrail::since( $size ), 'connection' ) ), 'the log names the connection' );
		self::end( $agent );
		self::assertSame( 401, ( new Agent( $agent->id, Hostile\token( $agent->id, self::epoch( $agent ) ) ) )->call( 'whoami' )->status, 'revoking the connection ends it' );
		return $result;
	}

	protected function token_in_call(): string {
		return self::in_call( Site::connect(), 'token' );
	}

	protected function token_handle(): string {
		return self::in_call( Site::connect(), 'token_handle' );
	}

	protected function record_before(): string {
		$agent = Site::connect( 'admin', 'read_only' );
		Plugin::composition()->records_verification()->run();
		self::store( $agent->id, Hostile\wider( $agent->id, false ) );
		$result = self::outcome( $agent->call( 'create_draft', [ 'title' => 'Hostile', 'content' => 'x' ] ) );
		self::assertContains( 'record_unexplained', Plugin::composition()->records_verification()->run()['faults'] );
		self::end( $agent );
		return $result;
	}

	protected function record_with_entry(): string {
		$agent = Site::connect( 'admin', 'read_only' );
		$size  = AuditTrail::size();
		Hostile\wider( $agent->id, true );
		self::assertSame( 'connection.changed', AuditTrail::since( $size )[0]['action'], 'its entry is in the log' );
		$result = self::outcome( $agent->call( 'create_draft', [ 'title' => 'Hostile', 'content' => 'x' ] ) );
		self::assertNotContains( 'record_unexplained', Plugin::composition()->records_verification()->run()['faults'] );
		self::end( $agent );
		return $result;
	}

	protected function record_in_call(): string {
		return self::in_call( Site::connect(), 'record' );
	}

	protected function record_handle(): string {
		return self::in_call( Site::connect(), 'record_handle' );
	}

	protected function record_by_hand(): string {
		$agent = Site::connect( 'admin', 'read_only' );
		$text  = Hostile\wider( $agent->id, false );
		// The bytes of a real record with another tag: what can be made without the key of records.
		self::store( $agent->id, substr( $text, 0, 20 ) . strrev( substr( $text, 20, 20 ) ) . substr( $text, 40 ) );
		$agent->call( 'whoami' );
		return 'refused: ' . $agent->connection()->fault;
	}

	protected function log_acknowledged_in_call(): string {
		return self::in_call( Site::connect(), 'acknowledge' );
	}

	protected function private_properties(): string {
		$found = [];
		foreach ( [ Plugin::composition()->extension()->keyring(), Plugin::composition()->extension()->records(), new \Countersign\Tokens( Hostile\keyring() ) ] as $handle ) {
			$found[] = array_filter( ( new \ReflectionObject( $handle ) )->getProperties() ) ?: (array) $handle;
			foreach ( [ static fn() => serialize( $handle ), static fn() => clone $handle ] as $copy ) {
				try {
					$copy();
					$found[] = [ 'a copy' ];
				} catch ( \Throwable ) {
					$found[] = [];
				}
			}
		}
		return [] === array_filter( $found ) ? 'gains nothing' : 'succeeds';
	}

	protected function other_process(): string {
		$agent = Site::connect();
		$file  = Site::folder() . '/tmp/hostile-token';
		$code  = sprintf( 'require %s; file_put_contents( %s, Countersign\Tests\Fixtures\Hostile\token( %d, %d ) );', var_export( (string) realpath( self::CODE ), true ), var_export( $file, true ), $agent->id, self::epoch( $agent ) );
		$state = Site::folder() . '/state';
		self::assertSame(
			'succeeds',
			self::in_call(
				$agent,
				'process',
				[ 'command' => implode( ' ', array_map( escapeshellarg( ... ), [ PHP_BINARY, '-d', 'extension=' . Site::folder() . '/extension.so', '-d', "countersign.state_dir=$state", dirname( __DIR__, 3 ) . '/site/php/run.php', rtrim( ABSPATH, '/' ), $_SERVER['HTTP_HOST'], '-r', $code ] ) ) ]
			)
		);
		$size   = AuditTrail::size();
		$result = self::outcome( ( new Agent( $agent->id, (string) file_get_contents( $file ) ) )->call( 'whoami' ) );
		unlink( $file );
		self::assertSame( [ (string) $agent->id ], array_unique( array_column( AuditTrail::since( $size ), 'connection' ) ) );
		return $result;
	}

	protected function login(): string {
		$page = Hostile\log_in( Site::user( 'admin' ), admin_url( 'admin.php?page=countersign' ) );
		self::assertNotEmpty( \WP_Session_Tokens::get_instance( Site::user( 'admin' ) )->get_all(), 'the session is in the list of the account' );
		return str_contains( $page, 'countersign_kill_switch' ) ? 'succeeds' : 'refused';
	}

	protected function file_written(): string {
		$file = WPMU_PLUGIN_DIR . '/hostile-written.php';
		try {
			$result = self::in_call( Site::connect(), 'file', [ 'file' => $file, 'content' => "<?php // Hostile.\n" ] );
			self::assertFileExists( $file );
			return $result;
		} finally {
			@unlink( $file );
		}
	}

	protected function entry_added(): string {
		$size = AuditTrail::size();
		AuditTrail::append( 1, 'post.published' );
		self::assertSame( $size + 1, AuditTrail::size() );
		self::assertTrue( AuditTrail::verify()['ok'] );
		return 'succeeds';
	}

	protected function entry_removed(): string {
		$agent = Site::connect();
		$size  = AuditTrail::size();
		[ $table, $head ] = [ Site::table( 'audit_entry' ), Site::table( 'audit_head' ) ];
		$text  = Log::head()->text;
		AuditTrail::append( 3 );
		$newer = Log::head()->text;
		$rows  = AuditTrail::since( $size );
		// What the log looked like before, with all its signatures.
		Hostile\sql( "DELETE FROM $table WHERE seq >= $size" );
		Hostile\sql( "UPDATE $head SET size = $size, head = '$text' WHERE id = 1" );
		$this->expected_error = '~the audit log cannot be written~';
		$result = self::outcome( $agent->call( 'whoami' ) );
		self::assertSame( 'truncated_tail', AuditTrail::verify()['verdict'] );
		global $wpdb;
		foreach ( $rows as $row ) {
			$wpdb->insert( $table, $row );
		}
		Hostile\sql( "UPDATE $head SET size = " . ( $size + 3 ) . ", head = '$newer' WHERE id = 1" );
		self::assertNull( $agent->call( 'whoami' )->reason() );
		return $result;
	}

	/** Sets the role of new accounts in a call, and returns what the option holds afterwards. @param array<string, mixed> $with */
	private static function new_role( string $what, array $with = [] ): string {
		$size = AuditTrail::size();
		try {
			self::assertSame( 'succeeds', self::in_call( Site::connect( 'admin' ), $what, $with ) );
			wp_cache_flush();
			self::assertContains( 'refusal call.write denied write_refused', AuditTrail::lines( $size ), 'it is found at the end of the request' );
			return 'administrator' === Site::option( 'default_role' ) ? 'succeeds' : 'taken back';
		} finally {
			update_option( 'default_role', 'subscriber' );
		}
	}

	protected function own_connection(): string {
		global $wpdb;
		return self::new_role( 'sql', [ 'statement' => "UPDATE $wpdb->options SET option_value = 'administrator' WHERE option_name = 'default_role'" ] );
	}

	protected function hooks_removed(): string {
		return self::new_role( 'hooks' );
	}

	/** Does something with each witness of the site, one for each address that it had, and puts all back. */
	private static function witness( callable $do ): string {
		$agent = Site::connect();
		$files = Site::witnesses();
		$bytes = array_map( file_get_contents( ... ), $files );
		try {
			array_map( $do, $files );
			return self::outcome( $agent->call( 'whoami' ) );
		} finally {
			array_map( file_put_contents( ... ), $files, $bytes );
			array_map( static fn( string $file ): bool => chmod( $file, 0600 ), $files );
			self::assertNull( $agent->call( 'whoami' )->reason() );
		}
	}

	protected function witness_changed(): string {
		return self::witness( static fn( string $file ) => file_put_contents( $file, strrev( (string) file_get_contents( $file ) ) ) );
	}

	protected function witness_deleted(): string {
		return self::witness( unlink( ... ) );
	}

	protected function class_first(): string {
		$switch = Plugin::composition()->kill_switch();
		$agent  = Site::connect();
		$file   = WPMU_PLUGIN_DIR . '/a-hostile-class.php';
		file_put_contents( $file, "<?php namespace Countersign\\Plugin\\Connections; final class KillSwitch { public const OPTION = ''; public function __construct( mixed ...\$any ) {} public function __call( string \$name, array \$arguments ): bool { return false; } }\n" );
		$switch->set( true );
		try {
			return self::outcome( $agent->call( 'whoami' ) );
		} finally {
			unlink( $file );
			self::assertSame( 'kill_switch', $agent->call( 'whoami' )->reason(), 'without the file' );
			$switch->set( false );
		}
	}
}

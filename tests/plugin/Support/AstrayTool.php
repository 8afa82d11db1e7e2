<?php

declare(strict_types=1);

namespace Countersign\Tests;

/** Attacks by a tool of a plugin that has gone astray: it runs what an attacker chose, in the call of an administrator's agent. */
abstract class AstrayTool extends TestCase {

	/** How often a test looks whether something that happens after the answer has happened, and the pause in between. */
	private const LOOKS = 100;
	private const PAUSE = 50000;

	private static ?Agent $agent = null;

	protected function setUp(): void {
		parent::setUp();
		// Before a test looks at the site and its log: a new connection changes both.
		self::agent();
	}

	/** Returns the agent of an administrator, with every permission. */
	protected static function agent(): Agent {
		return self::$agent ??= Site::connect( 'admin', 'full_access' );
	}

	/** Runs code in a call. `$wpdb` is defined there. */
	protected static function run_code( string $code, string $tool = 'fixture_php', ?Agent $agent = null ): Answer {
		return ( $agent ?? self::agent() )->call( $tool, [ 'code' => $code ] );
	}

	/** Runs code and returns what it returned. */
	protected static function value( string $code, ?Agent $agent = null ): mixed {
		return self::run_code( $code, 'fixture_php', $agent )->content()['returned'];
	}

	/** Asserts that code ends its call with a refusal, which is recorded, and that nothing has changed. */
	protected static function assertStopped( string $code, string $reason = 'write_refused', string $tool = 'fixture_php' ): void {
		$agent             = self::agent();
		[ $before, $from ] = [ Fingerprint::of_site( true ), AuditTrail::size() ];
		$answer            = self::run_code( $code, $tool, $agent );
		self::assertSame( [], $before->difference( Fingerprint::of_site( true ) ), "$code: $answer->body" );
		self::assertSame( $reason, $answer->reason(), "$code: $answer->body" );
		self::assertRecorded( [ "intent $tool", "outcome $tool denied $reason" ], $from );
	}

	/** Asserts that an SQL statement is refused like that. */
	protected static function assertStatementStopped( string $sql, string $tool = 'fixture_php' ): void {
		self::assertStopped( 'return $wpdb->query( ' . var_export( $sql, true ) . ' );', 'write_refused', $tool );
	}

	/** Asserts that code returns a value and has changed nothing. */
	protected static function assertWithoutEffect( mixed $expected, string $code, string $tool = 'fixture_php' ): void {
		$agent  = self::agent();
		$before = Fingerprint::of_site( true );
		$answer = self::run_code( $code, $tool, $agent );
		self::assertSame( [], $before->difference( Fingerprint::of_site( true ) ), "$code: $answer->body" );
		self::assertSame( $expected, $answer->content()['returned'], "$code: $answer->body" );
	}

	/** Asserts that what code does after the answer is refused and recorded, and that nothing has changed. */
	protected static function assertStoppedLater( string $code, string $target ): void {
		$agent             = self::agent();
		[ $before, $from ] = [ Fingerprint::of_site( true ), AuditTrail::size() ];
		self::assertSame( 1, self::value( "$code return 1;", $agent ) );
		self::assertRecordedLater( [ 'intent fixture_php', 'outcome fixture_php ok', 'refusal call.write denied write_refused' ], $from );
		self::assertSame( $target, AuditTrail::since( $from )[2]['target'] );
		self::assertSame( [], $before->difference( Fingerprint::of_site( true ) ), $code );
	}

	/**
	 * Asserts that a tool which has written once, and then tries ten more writes and catches each refusal, writes nothing more
	 * after something was done, and that its call ends with a reason.
	 *
	 * @param callable(Agent): void $act   What is done after the first write.
	 * @param string                $first A statement that the tool sends after that.
	 */
	protected static function assertInterrupted( string $reason, Agent $agent, callable $act, string $first = 'SELECT 1' ): void {
		global $wpdb;
		$signal = Site::folder() . '/tmp/fixture-' . bin2hex( random_bytes( 8 ) );
		$title  = basename( $signal );
		$code   = "wp_insert_post( [ 'post_title' => '$title' ] ); \$wpdb->query( '$first' ); \$wpdb->get_var( \"SELECT COUNT(*) FROM \$wpdb->posts\" ); touch( '$signal-begun' );
			for ( \$i = 0; \$i < 2000 && ! is_file( '$signal-go' ); \$i++ ) { usleep( 10000 ); clearstatcache(); }
			for ( \$i = 0; \$i < 5; \$i++ ) {
				try { wp_insert_post( [ 'post_title' => '$title' ] ); } catch ( Throwable ) {}
				try { \$wpdb->query( \"UPDATE \$wpdb->posts SET post_status = 'publish' WHERE post_title = '$title'\" ); } catch ( Throwable ) {}
			}
			return 1;";
		$from   = AuditTrail::size();
		$answer = Http::during(
			$agent->prepare( 'fixture_php', [ 'code' => $code ] ),
			static function () use ( $signal, $act, $agent ): bool {
				clearstatcache();
				if ( ! is_file( "$signal-begun" ) ) {
					return false;
				}
				$act( $agent );
				touch( "$signal-go" );
				return true;
			}
		);
		self::assertSame( [ 'draft' ], $wpdb->get_col( $wpdb->prepare( "SELECT post_status FROM $wpdb->posts WHERE post_title = %s", $title ) ), 'nothing was written after the first' );
		$lines = AuditTrail::lines( $from );
		self::assertSame( "outcome fixture_php denied $reason", end( $lines ), $answer->body );
	}

	/** Waits until as many entries as expected are recorded. @param list<string> $expected */
	protected static function assertRecordedLater( array $expected, int $from ): void {
		for ( $look = 0; $look < self::LOOKS && AuditTrail::size() < $from + count( $expected ); $look++ ) {
			usleep( self::PAUSE );
		}
		self::assertRecorded( $expected, $from );
	}

	/**
	 * Returns a data provider of texts, each with itself as its name.
	 *
	 * @return array<string, array{string}>
	 */
	protected static function each( string ...$texts ): array {
		return array_combine( array_map( static fn( string $text ): string => addcslashes( $text, "\0..\37\177..\377" ), $texts ), array_map( static fn( string $text ): array => [ $text ], $texts ) );
	}
}

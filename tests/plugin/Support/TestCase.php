<?php

declare(strict_types=1);

namespace Countersign\Tests;

/** Resets caches and settings before each test, and fails a test during which PHP logged a warning or an error. */
abstract class TestCase extends \PHPUnit\Framework\TestCase {

	/** Regular expression for the log lines that a test provokes, or null. */
	protected ?string $expected_error = null;

	/** @var array<string, int> Log file => its size when the test began. */
	private array $logs = [];

	protected function setUp(): void {
		global $wpdb;
		wp_cache_flush();
		wp_roles()->for_site();
		wp_set_current_user( 0 );
		Site::settings( Site::ROOMY );
		$wpdb->last_error = '';
		foreach ( $this->log_files() as $file ) {
			$this->logs[ $file ] = (int) filesize( $file );
		}
	}

	protected function tearDown(): void {
		wp_set_current_user( 0 );
	}

	/** Fails if PHP logged a warning or an error, in this process or in a worker. */
	protected function assertPostConditions(): void {
		clearstatcache();
		foreach ( $this->log_files() as $file ) {
			$new = (string) file_get_contents( $file, false, null, $this->logs[ $file ] ?? 0 );
			foreach ( explode( "\n", $new ) as $line ) {
				$is_error = preg_match( '~PHP (?:Warning|Notice|Deprecated|Fatal error|Parse error|Recoverable fatal error)|WordPress database error~', $line );
				if ( $is_error && ( null === $this->expected_error || ! preg_match( $this->expected_error, $line ) ) ) {
					self::fail( "PHP logged an error: $line" );
				}
			}
		}
	}

	/** Returns what was logged since the test began. */
	protected function logged(): string {
		clearstatcache();
		$new = '';
		foreach ( $this->log_files() as $file ) {
			$new .= file_get_contents( $file, false, null, $this->logs[ $file ] ?? 0 );
		}
		return $new;
	}

	/** @return list<string> */
	private function log_files(): array {
		return array_values( array_filter( [ WP_DEBUG_LOG, (string) ini_get( 'error_log' ) ], is_file( ... ) ) );
	}

	/** Asserts that a call is refused with a reason code and that only the audit log changes. */
	protected static function assertRefused( string $reason, Agent $agent, string $tool, array $arguments = [], int $status = 200 ): Answer {
		$before = Fingerprint::of_site();
		$answer = $agent->call( $tool, $arguments );
		self::assertSame( $status, $answer->status, $answer->body );
		self::assertSame( $reason, $answer->reason(), $answer->body );
		self::assertSiteUnchanged( $before );
		return $answer;
	}

	/**
	 * Asserts that nothing but the audit log has changed since a fingerprint was taken.
	 *
	 * @param string ...$except Regular expressions, without delimiters, for changes that may be there; see
	 *                          {@see Fingerprint::difference()}.
	 */
	protected static function assertSiteUnchanged( Fingerprint $before, string ...$except ): void {
		$changes = $before->difference( Fingerprint::of_site() );
		foreach ( $except as $pattern ) {
			$changes = preg_grep( "~$pattern~", $changes, PREG_GREP_INVERT );
		}
		self::assertSame( [], array_values( $changes ), 'the site has changed' );
	}

	/** @param list<string> $expected */
	protected static function assertRecorded( array $expected, int $since ): void {
		self::assertSame( $expected, AuditTrail::lines( $since ) );
	}
}

<?php

declare(strict_types=1);

namespace Countersign\Tests\Audit;

use Countersign\Plugin\Audit\Log;
use Countersign\Tests\AuditTrail;
use Countersign\Tests\Site;
use Countersign\Tests\TestCase;

/** Changes that an attacker with write access to the database makes to the log. Each runs in a transaction that is rolled back. */
final class TamperTest extends TestCase {

	/** First entry of the test. Entries of other tests can precede it. */
	private const COUNT = 12;

	private int $first;

	protected function setUp(): void {
		parent::setUp();
		$this->first = AuditTrail::size();
		AuditTrail::append( self::COUNT );
		self::assertSame( 'ok', AuditTrail::verify()['verdict'], 'the log is valid before the attack' );
	}

	/**
	 * @param callable(): void $attack
	 *
	 * @return array<string, mixed> What verification says.
	 */
	private static function after( callable $attack ): array {
		global $wpdb;
		$wpdb->query( 'START TRANSACTION' );
		try {
			$attack();
			self::assertSame( '', $wpdb->last_error );
			return AuditTrail::verify();
		} finally {
			$wpdb->query( 'ROLLBACK' );
			wp_cache_flush();
		}
	}

	/** @param array<string, mixed> $fields */
	private static function set( int $seq, array $fields ): void {
		global $wpdb;
		$set = [];
		foreach ( $fields as $column => $value ) {
			$set[] = "`$column` = " . ( null === $value ? 'NULL' : ( is_int( $value ) ? $value : ( in_array( $column, [ 'leaf', 'body' ], true ) ? self::bytes( $value ) : $wpdb->prepare( '%s', $value ) ) ) );
		}
		self::assertSame( 1, $wpdb->query( 'UPDATE ' . Site::table( 'audit_entry' ) . ' SET ' . implode( ', ', $set ) . " WHERE seq = $seq" ) );
	}

	private static function bytes( string $value ): string {
		return "UNHEX('" . bin2hex( $value ) . "')";
	}

	private static function delete( string $where ): void {
		global $wpdb;
		self::assertGreaterThan( 0, $wpdb->query( 'DELETE FROM ' . Site::table( 'audit_entry' ) . " WHERE $where" ) );
	}

	private static function copy( int $from, int $to ): void {
		global $wpdb;
		$columns = 'leaf, body, time, kind, actor, connection, user, client, action, target, outcome, reason, correlation';
		$entry   = Site::table( 'audit_entry' );
		self::assertSame( 1, $wpdb->query( "INSERT INTO $entry (seq, $columns) SELECT $to, $columns FROM $entry WHERE seq = $from" ) );
	}

	/** @param array<string, mixed> $report */
	private static function assertFound( string $verdict, ?int $first_bad, array $report ): void {
		self::assertSame( $verdict, $report['verdict'] );
		self::assertFalse( $report['ok'] );
		if ( null !== $first_bad ) {
			self::assertSame( $first_bad, $report['first_bad'] );
		}
	}

	/** @return array<string, array{string, mixed}> */
	public function columns(): array {
		$columns = [];
		foreach (
			[
				'time'        => 1,
				'kind'        => 'outcome',
				'actor'       => 'somebody else',
				'connection'  => 8,
				'user'        => 2,
				'client'      => 'Another client',
				'action'      => 'test.harmless',
				'target'      => 'post:13',
				'outcome'     => 'ok',
				'reason'      => 'token_forged',
				'correlation' => 'ffffffffffffffff',
			] as $column => $value
		) {
			$columns[ $column ] = [ $column, $value ];
		}
		foreach ( [ 'connection', 'user', 'client', 'target', 'outcome', 'reason', 'correlation' ] as $column ) {
			$columns[ "$column emptied" ] = [ $column, null ];
		}
		$columns['outcome in another case']   = [ 'outcome', 'Denied' ];
		$columns['target with a space at the end'] = [ 'target', 'post:12 ' ];
		return $columns;
	}

	/** @dataProvider columns */
	public function test_a_changed_column_is_detected( string $column, mixed $value ): void {
		$seq = $this->first + 4;
		self::assertFound( 'index_column_mismatch', $seq, self::after( static fn() => self::set( $seq, [ $column => $value ] ) ) );
	}

	public function test_a_changed_entry_is_detected(): void {
		$seq  = $this->first + 4;
		$body = AuditTrail::since( $seq )[0]['body'];
		self::assertFound( 'entry_modified', $seq, self::after( static fn() => self::set( $seq, [ 'body' => str_replace( '"denied"', '"ok"', $body ) ] ) ) );
		// Bytes that decode to the same JSON.
		self::assertFound( 'entry_modified', $seq, self::after( static fn() => self::set( $seq, [ 'body' => $body . ' ' ] ) ) );
		self::assertFound( 'entry_modified', $seq, self::after( static fn() => self::set( $seq, [ 'body' => '' ] ) ) );
		self::assertFound( 'entry_modified', $seq, self::after( static fn() => self::set( $seq, [ 'body' => "\xff\xfe" ] ) ) );
	}

	public function test_a_changed_leaf_hash_is_detected(): void {
		$seq = $this->first + 4;
		self::assertFound( 'entry_modified', $seq, self::after( static fn() => self::set( $seq, [ 'leaf' => str_repeat( "\0", 32 ) ] ) ) );
	}

	public function test_an_entry_rewritten_with_its_leaf_and_columns_is_detected(): void {
		$seq    = $this->first + 4;
		$body   = str_replace( '"denied"', '"ok"', AuditTrail::since( $seq )[0]['body'] );
		$report = self::after( static fn() => self::set( $seq, [ 'body' => $body, 'leaf' => hash( 'sha256', "\0$body", true ), 'outcome' => 'ok' ] ) );
		self::assertFound( 'fork', null, $report );
		self::assertLessThanOrEqual( $seq, $report['first_bad'] );
	}

	public function test_removed_entries_are_detected(): void {
		$seq = $this->first + 4;
		self::assertFound( 'missing_range', $seq, self::after( static fn() => self::delete( "seq = $seq" ) ) );
		self::assertFound( 'missing_range', $seq, self::after( static fn() => self::delete( "seq BETWEEN $seq AND " . ( $seq + 3 ) ) ) );
		self::assertFound( 'missing_range', 0, self::after( static fn() => self::delete( 'seq = 0' ) ) );
		self::assertFound( 'missing_range', 0, self::after( static fn() => self::delete( "seq < $seq" ) ) );
	}

	public function test_a_truncated_log_is_detected(): void {
		$end = AuditTrail::size();
		self::assertFound( 'truncated_tail', $end - 1, self::after( static fn() => self::delete( 'seq = ' . ( $end - 1 ) ) ) );
		self::assertFound( 'truncated_tail', $this->first, self::after( fn() => self::delete( "seq >= $this->first" ) ) );
		self::assertFound( 'truncated_tail', 0, self::after( static fn() => self::delete( 'seq >= 0' ) ) );
	}

	public function test_a_truncated_log_with_a_matching_head_is_detected(): void {
		$head = Log::head();
		AuditTrail::append( 3 );
		$report = self::after(
			static function () use ( $head ): void {
				global $wpdb;
				self::delete( "seq >= $head->size" );
				$wpdb->update( Site::table( 'audit_head' ), [ 'head' => $head->text, 'size' => $head->size ], [ 'id' => 1 ] );
				$wpdb->query( 'DELETE FROM ' . Site::table( 'audit_checkpoint' ) . " WHERE size > $head->size" );
			}
		);
		self::assertFound( 'truncated_tail', $head->size, $report );
	}

	public function test_an_emptied_log_is_detected_by_the_mark_outside_the_database(): void {
		$report = self::after(
			static function (): void {
				global $wpdb;
				self::delete( 'seq >= 0' );
				$wpdb->query( 'UPDATE ' . Site::table( 'audit_head' ) . ' SET head = NULL, size = 0' );
				$wpdb->query( 'DELETE FROM ' . Site::table( 'audit_checkpoint' ) );
			}
		);
		self::assertFound( 'truncated_tail', 0, $report );
	}

	public function test_inserted_entries_are_detected(): void {
		$end = AuditTrail::size();
		$seq = $this->first + 4;
		self::assertFound( 'inserted', $end, self::after( static fn() => self::copy( $seq, $end ) ) );
		// A row far after the end can also be reported as the last row of a range whose other rows are missing.
		self::assertContains( self::after( static fn() => self::copy( $seq, $end + 1000 ) )['verdict'], [ 'inserted', 'missing_range' ] );
		// A row in the middle, with all later rows moved by one.
		$report = self::after(
			static function () use ( $seq, $end ): void {
				global $wpdb;
				for ( $n = $end - 1; $n >= $seq; $n-- ) {
					self::set( $n, [ 'seq' => $n + 1 ] );
				}
				self::copy( $seq - 1, $seq );
			}
		);
		self::assertFound( 'inserted', $seq, $report );
	}

	public function test_moved_entries_are_detected(): void {
		$seq    = $this->first + 4;
		$report = self::after(
			static function () use ( $seq ): void {
				self::set( $seq, [ 'seq' => 1 << 40 ] );
				self::set( $seq + 1, [ 'seq' => $seq ] );
				self::set( 1 << 40, [ 'seq' => $seq + 1 ] );
			}
		);
		self::assertFound( 'inserted', $seq, $report );
	}

	public function test_a_changed_head_is_detected(): void {
		$head = Log::head();
		AuditTrail::append();
		$set = static function ( ?string $text, int $size ): callable {
			return static function () use ( $text, $size ): void {
				global $wpdb;
				$wpdb->update( Site::table( 'audit_head' ), [ 'head' => $text, 'size' => $size ], [ 'id' => 1 ] );
			};
		};
		self::assertFound( 'head_mismatch', null, self::after( $set( $head->text, $head->size ) ) );
		self::assertFound( 'head_mismatch', null, self::after( $set( $head->text, $head->size + 1 ) ) );
	}

	public function test_a_changed_checkpoint_is_detected(): void {
		global $wpdb;
		$checkpoint = Site::table( 'audit_checkpoint' );
		$note       = $wpdb->get_var( "SELECT note FROM $checkpoint ORDER BY size DESC LIMIT 1" );
		self::assertNotNull( $note, 'a verification stores a checkpoint' );
		$replace = static fn( string $with ): callable => static fn() => $wpdb->query( $wpdb->prepare( "UPDATE $checkpoint SET note = %s WHERE note = %s", $with, $note ) );
		self::assertFound( 'checkpoint_invalid', null, self::after( $replace( 'nonsense' ) ) );
		$lines    = explode( "\n", $note );
		$lines[2] = base64_encode( str_repeat( 'x', 32 ) );
		self::assertFound( 'checkpoint_invalid', null, self::after( $replace( implode( "\n", $lines ) ) ) );
	}
}

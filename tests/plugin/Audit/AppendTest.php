<?php

declare(strict_types=1);

namespace Countersign\Tests\Audit;

use Countersign\Plugin\Audit\EntryDraft;
use Countersign\Plugin\Audit\Log;
use Countersign\Plugin\Audit\Unavailable;
use Countersign\Plugin\Plugin;
use Countersign\Tests\AuditTrail;
use Countersign\Tests\Site;
use Countersign\Tests\TestCase;

/** Appended entries: their stored bytes, their columns, and the redaction of secrets. */
final class AppendTest extends TestCase {

	private static function log(): Log {
		return Plugin::composition()->log();
	}

	public function test_sequence_numbers_have_no_gap(): void {
		AuditTrail::append( 3 );
		AuditTrail::append();
		$rows = AuditTrail::since( 0 );
		self::assertSame( range( 0, count( $rows ) - 1 ), array_map( static fn( array $row ): int => (int) $row['seq'], $rows ) );
		self::assertSame( count( $rows ), AuditTrail::size() );
	}

	public function test_every_column_matches_its_entry(): void {
		self::log()->append(
			AuditTrail::draft(),
			AuditTrail::draft( 'test.empty', [ 'actor' => [ 'kind' => 'system' ], 'target' => null, 'change' => null, 'outcome' => null, 'reason' => null, 'correlation' => null ] ),
			AuditTrail::draft( 'test.unicode', [ 'target' => 'Žluťoučký kůň 🐎 ' . str_repeat( 'ß', 300 ), 'actor' => [ 'kind' => 'agent', 'client' => "O'Neil \\ \"quoted\" 🤖 " . str_repeat( '中', 300 ) ] ] ),
		);
		$site = Site::option( 'countersign_site_id' );
		foreach ( AuditTrail::since( max( 0, AuditTrail::size() - 200 ) ) as $row ) {
			$entry = json_decode( $row['body'], true, 64, JSON_THROW_ON_ERROR );
			self::assertSame( hash( 'sha256', "\0" . $row['body'], true ), $row['leaf'], "leaf of $row[seq]" );
			self::assertSame( [ 'v', 'seq', 'time', 'site', 'kind', 'actor', 'action', 'target', 'change', 'outcome', 'reason', 'approval', 'correlation', 'ref' ], array_keys( array_diff_key( $entry, [ 'records' => 1, 'texts' => 1 ] ) ) );
			self::assertSame( $site, $entry['site'] );
			$expected = [
				'seq'         => $entry['seq'],
				'time'        => $entry['time'],
				'kind'        => $entry['kind'],
				'connection'  => $entry['actor']['connection'] ?? null,
				'user'        => $entry['actor']['user'] ?? null,
				'client'      => $entry['actor']['client'] ?? null,
				'action'      => $entry['action'],
				'target'      => $entry['target'],
				'outcome'     => $entry['outcome'],
				'reason'      => $entry['reason'],
				'correlation' => $entry['correlation'],
			];
			foreach ( $expected as $column => $value ) {
				self::assertSame( null === $value ? null : (string) $value, null === $row[ $column ] ? null : (string) $row[ $column ], "$column of $row[seq]" );
			}
			self::assertNotSame( '', $row['actor'] );
		}
	}

	public function test_several_drafts_are_stored_in_order(): void {
		$from = AuditTrail::size();
		self::log()->append( AuditTrail::draft( 'test.one' ), null, AuditTrail::draft( 'test.two' ), AuditTrail::draft( 'test.three' ) );
		self::assertSame( [ 'test.one', 'test.two', 'test.three' ], array_column( AuditTrail::since( $from ), 'action' ) );
	}

	public function test_an_append_without_drafts_stores_nothing(): void {
		$from = AuditTrail::size();
		self::log()->append();
		self::log()->append( null, null );
		self::assertSame( $from, AuditTrail::size() );
	}

	public function test_a_malformed_draft_stores_nothing_and_later_appends_work(): void {
		$from = AuditTrail::size();
		foreach ( [ '{', '[]', '{"kind":"system"}', '"x"', '{"kind":"no such kind","actor":{"kind":"system"},"action":"x"}' ] as $draft ) {
			try {
				self::log()->append( AuditTrail::draft( 'test.good' ), $draft );
				self::fail( "the draft was accepted: $draft" );
			} catch ( Unavailable $error ) {
				self::assertContains( $error->reason, [ 'misuse', 'audit_unavailable' ], $draft );
			}
			self::assertSame( $from, AuditTrail::size(), $draft );
			self::assertSame( [], AuditTrail::since( $from ), $draft );
		}
		AuditTrail::append();
		self::assertSame( $from + 1, AuditTrail::size() );
	}

	/** @return array<string, array{string}> */
	public function secrets(): array {
		$body = str_repeat( 'Ab3_-xyZ', 20 );
		return [
			'an access token'       => [ "csat_$body" ],
			'a refresh token'       => [ "csrt_$body" ],
			'a code'                => [ "csac_$body" ],
			'a confirmation'        => [ "cscf_$body" ],
			'a token in upper case' => [ 'CSAT_' . strtoupper( $body ) ],
			'a bearer header'       => [ "Authorization: Bearer $body" ],
			'a JWT'                 => [ 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U' ],
			'a token with a zero-width character in it' => [ 'csat_' . substr( $body, 0, 10 ) . "\u{200b}" . substr( $body, 10 ) ],
		];
	}

	/** @dataProvider secrets */
	public function test_a_secret_is_redacted_in_every_field( string $secret ): void {
		$from = AuditTrail::size();
		self::log()->append(
			AuditTrail::draft(
				'test.secret',
				[
					'actor'  => [
						'kind'   => 'agent',
						'client' => "x $secret",
					],
					'target' => "y $secret z",
					'change' => [
						'deep'          => [ [ 'text' => "before $secret after" ] ],
						"key $secret"   => 1,
					],
				]
			)
		);
		$row  = AuditTrail::since( $from )[0];
		$bare = str_replace( "\u{200b}", '', $secret );
		$tail = substr( $bare, -30 );
		foreach ( $row as $column => $value ) {
			self::assertStringNotContainsString( $tail, (string) $value, $column );
			self::assertStringNotContainsString( strtolower( $tail ), strtolower( (string) $value ), $column );
		}
		self::assertStringContainsString( '[redacted]', $row['body'] );
		self::assertStringContainsString( '[redacted]', $row['target'] );
	}

	public function test_control_and_direction_characters_are_removed(): void {
		$from = AuditTrail::size();
		self::log()->append( AuditTrail::draft( 'test.marks', [ 'target' => "a\u{202e}b\nc\u{200b}d\x1be" ] ) );
		self::assertSame( 'abcde', AuditTrail::since( $from )[0]['target'] );
	}

	public function test_long_text_is_cut_and_the_log_stays_valid(): void {
		$from = AuditTrail::size();
		self::log()->append( AuditTrail::draft( 'test.long', [ 'target' => str_repeat( '🦔', 3000 ), 'change' => array_fill_keys( array_map( static fn( int $n ): string => "key$n", range( 1, 300 ) ), str_repeat( 'x', 3000 ) ) ] ) );
		$row = AuditTrail::since( $from )[0];
		self::assertLessThan( 20000, strlen( $row['body'] ) );
		self::assertLessThanOrEqual( 191, mb_strlen( $row['target'] ) );
		self::assertSame( 'ok', AuditTrail::verify()['verdict'] );
	}

	public function test_the_plugins_own_drafts_name_the_actor(): void {
		$from = AuditTrail::size();
		$_SERVER['REMOTE_ADDR'] = '192.0.2.44';
		wp_set_current_user( Site::user( 'admin' ) );
		self::log()->append( EntryDraft::admin( 'connection', 'connection.paused', 'connection:7' ) );
		wp_set_current_user( 0 );
		self::log()->append(
			EntryDraft::admin( 'kill_switch', 'kill_switch.on', 'site' ),
			EntryDraft::admin( 'refusal', 'oauth.consent', null, [], 'consent_denied' )
		);
		$_SERVER['REMOTE_ADDR'] = '127.0.0.1';
		$actors = array_map( static fn( array $row ): array => array_filter( json_decode( $row['body'], true )['actor'] ), AuditTrail::since( $from ) );
		self::assertEquals( [ 'kind' => 'admin', 'user' => Site::user( 'admin' ) ], $actors[0] );
		self::assertEquals( [ 'kind' => 'system' ], $actors[1] );
		self::assertSame( array_fill( 0, 3, '192.0.2.44' ), AuditTrail::addresses( $from ) );
		self::assertSame( [ 'ok', 'ok', 'denied' ], array_column( AuditTrail::since( $from ), 'outcome' ) );
	}

	public function test_no_method_changes_or_removes_an_entry(): void {
		$methods = [];
		foreach ( [ Log::class, \Countersign\Plugin\Audit\Storage::class, \Countersign\AuditLog::class ] as $class ) {
			array_push( $methods, ...get_class_methods( $class ) );
		}
		self::assertSame( [], preg_grep( '/delete|remove|update|edit|change|prune|truncate|write|replace/i', $methods ) );
	}
}

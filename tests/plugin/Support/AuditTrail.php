<?php

declare(strict_types=1);

namespace Countersign\Tests;

use Countersign\Plugin\Audit\Entries;
use Countersign\Plugin\Audit\Head;
use Countersign\Plugin\Audit\Log;
use Countersign\Plugin\Audit\Told;
use Countersign\Plugin\Audit\Verification;
use Countersign\Plugin\Plugin;

/** Reads and writes the audit log of the site under test. */
final class AuditTrail {

	public static function size(): int {
		return Log::head()->size;
	}

	/**
	 * Returns the entries from a sequence number on.
	 *
	 * @return list<array<string, string|null>>
	 */
	public static function since( int $seq ): array {
		global $wpdb;
		$rows = $wpdb->get_results( $wpdb->prepare( 'SELECT * FROM ' . Site::table( 'audit_entry' ) . ' WHERE seq >= %d ORDER BY seq', $seq ), ARRAY_A ); // phpcs:ignore
		return array_values( $rows );
	}

	/**
	 * Returns the same entries as short texts: kind, action, outcome and reason.
	 *
	 * @return list<string>
	 */
	public static function lines( int $seq ): array {
		return array_map(
			static fn( array $row ): string => trim( implode( ' ', array_filter( [ $row['kind'], $row['action'], $row['outcome'], $row['reason'] ] ) ) ),
			self::since( $seq )
		);
	}

	/**
	 * Returns what the same entries tell in words.
	 *
	 * @return list<Told>
	 */
	public static function told( int $seq ): array {
		return array_map( static fn( array $row ): Told => new Told( $row ), Entries::range( $seq, PHP_INT_MAX, 1000 ) );
	}

	/**
	 * Returns the addresses of the clients of the same entries.
	 *
	 * @return list<string|null>
	 */
	public static function addresses( int $seq ): array {
		return array_map( static fn( Told $told ): ?string => $told->address, self::told( $seq ) );
	}

	/** Appends entries with sample values. */
	public static function append( int $count = 1, string $action = 'test.entry' ): void {
		Plugin::composition()->log()->append( ...array_fill( 0, $count, self::draft( $action ) ) );
	}

	/** Cuts the log back to an earlier head, because what a test appended since belongs to another site. */
	public static function cut( Head $head ): void {
		global $wpdb;
		$wpdb->query( $wpdb->prepare( 'DELETE FROM ' . Site::table( 'audit_entry' ) . ' WHERE seq >= %d', $head->size ) ); // phpcs:ignore
		self::forget_checkpoints_after( $head->size );
		$wpdb->update( Site::table( 'audit_head' ), [ 'head' => $head->text, 'size' => $head->size ], [ 'id' => 1 ] );
	}

	/** Removes the checkpoints of a longer log than this, which other keys have signed: the log would stay unverifiable. */
	public static function forget_checkpoints_after( int $size ): void {
		global $wpdb;
		$wpdb->query( $wpdb->prepare( 'DELETE FROM ' . Site::table( 'audit_checkpoint' ) . ' WHERE size > %d', $size ) ); // phpcs:ignore
	}

	/** @param array<string, mixed> $fields */
	public static function draft( string $action = 'test.entry', array $fields = [] ): string {
		return json_encode(
			$fields + [
				'kind'    => 'system',
				'actor'   => [
					'kind'       => 'agent',
					'connection' => 7,
					'user'       => 1,
					'client'     => 'A client',
					'ip'         => '192.0.2.7',
				],
				'action'  => $action,
				'target'  => 'post:12',
				'change'  => [ 'title' => 'x' ],
				'outcome' => 'denied',
				'reason'  => 'token_expired',
				'correlation' => '00112233445566aa',
			],
			JSON_THROW_ON_ERROR | JSON_UNESCAPED_UNICODE
		);
	}

	/**
	 * Verifies the log with the plugin's own verification and returns the result.
	 *
	 * @return array{verdict: string, ok: bool, first_bad: int|null, checked: int, vouched: int, root: string, time: int}
	 */
	public static function verify(): array {
		wp_cache_flush();
		delete_option( 'countersign_verification' );
		if ( ! ( new Verification( Plugin::composition()->extension()->audit_log() ) )->run( 60.0 ) ) {
			throw new \LogicException( 'the verification did not finish' );
		}
		return Verification::last();
	}
}

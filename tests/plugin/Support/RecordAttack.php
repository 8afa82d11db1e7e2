<?php

declare(strict_types=1);

namespace Countersign\Tests;

use Countersign\Plugin\Connections\Manager;
use Countersign\Plugin\Plugin;

/** The base of the attacks on sealed records: attacker A, who writes and restores rows of the database. */
abstract class RecordAttack extends TestCase {

	protected static function manager(): Manager {
		return Plugin::composition()->manager();
	}

	/** Returns a row as it is in the database. @return array<string, string|null> */
	protected static function row( string $table, int|string $id ): array {
		global $wpdb;
		return $wpdb->get_row( $wpdb->prepare( 'SELECT * FROM ' . Site::table( $table ) . ' WHERE id = %s', $id ), ARRAY_A ) ?? throw new \LogicException( 'no such row' ); // phpcs:ignore
	}

	/** Writes columns of a row, as an SQL injection elsewhere would. @param array<string, mixed> $columns */
	protected static function write( string $table, int|string $id, array $columns ): void {
		global $wpdb;
		if ( false === $wpdb->update( Site::table( $table ), $columns, [ 'id' => $id ] ) ) {
			throw new \RuntimeException( $wpdb->last_error );
		}
	}

	/** Puts rows back as they were, as a restored backup would. @param array<string, string|null> ...$rows */
	protected static function restore( string $table, array ...$rows ): void {
		global $wpdb;
		foreach ( $rows as $row ) {
			$wpdb->delete( Site::table( $table ), [ 'id' => $row['id'] ] );
			if ( false === $wpdb->insert( Site::table( $table ), $row ) ) {
				throw new \RuntimeException( $wpdb->last_error );
			}
		}
	}

	/** Asserts that a call of the agent is refused, that the log has an entry with the reason, and that nothing else changed. */
	protected static function assertDenied( string $reason, Agent $agent, int $status = 200 ): void {
		$size   = AuditTrail::size();
		$before = Fingerprint::of_site();
		$answer = $agent->call( 'whoami' );
		self::assertSame( $status, $answer->status, $answer->body );
		self::assertContains( $reason, array_column( AuditTrail::since( $size ), 'reason' ), $answer->body );
		self::assertSiteUnchanged( $before );
	}

	/** Asserts that the client has to connect again: the record is refused like that of a connection that has ended. */
	protected static function assertForged( Agent $agent, string $reason = 'record_forged' ): void {
		self::assertDenied( $reason, $agent, 401 );
		self::assertSame( $reason, $agent->connection()->fault );
		self::assertSame( [], $agent->connection()->groups );
	}

	/** Asserts that the client is refused, but keeps its tokens: the record was removed. */
	protected static function assertMissing( Agent $agent ): void {
		self::assertDenied( 'record_missing', $agent );
		self::assertSame( 'record_missing', $agent->connection()->fault );
		self::assertSame( [], $agent->connection()->groups );
	}

	/** Asserts that the client is refused, but keeps its tokens: the database shows an older state. */
	protected static function assertRolledBack( Agent $agent ): void {
		self::assertDenied( 'record_rolled_back', $agent );
		self::assertSame( 'record_rolled_back', $agent->connection()->fault );
	}
}

<?php

declare(strict_types=1);

namespace Countersign\Plugin\Records;

defined( 'ABSPATH' ) || exit;

/**
 * Remembers since when a record is behind its witness, so that people are told only if that lasts. Nothing is decided from it:
 * whoever changes it changes what a notice says.
 */
final class Sightings {

	/** Seconds that a record has to be behind before people are told. A replica catches up in less. */
	public const LASTS = MINUTE_IN_SECONDS;

	private const TRANSIENT = 'countersign_behind';

	/** Seconds after its last sighting that a record is forgotten. */
	private const KEEP = HOUR_IN_SECONDS;

	/** Records that are remembered. */
	private const MAX = 20;

	/** Remembers that a record is behind. */
	public function note( string $name ): void {
		$seen = self::seen();
		$now  = time();
		// Writes at most once a minute for each record.
		if ( isset( $seen[ $name ] ) && $seen[ $name ][1] > $now - self::LASTS ) {
			return;
		}
		$seen[ $name ] = [ $seen[ $name ][0] ?? $now, $now ];
		set_transient( self::TRANSIENT, array_slice( $seen, -self::MAX, null, true ), self::KEEP );
	}

	/**
	 * Returns the records that have been behind for longer than {@see LASTS}.
	 *
	 * @return array<string, int> Name of the record, such as `connection:7` => Unix seconds of the first sighting.
	 */
	public function lasting(): array {
		$since = array_map( static fn( array $times ): int => $times[0], self::seen() );
		return array_filter( $since, static fn( int $first ): bool => $first <= time() - self::LASTS );
	}

	/** @return array<string, array{int, int}> Name => Unix seconds of the first and of the last sighting. */
	private static function seen(): array {
		$seen = get_transient( self::TRANSIENT );
		$good = [];
		foreach ( is_array( $seen ) ? $seen : [] as $name => $times ) {
			if ( is_array( $times ) && is_int( $times[0] ?? null ) && is_int( $times[1] ?? null ) && $times[1] > time() - self::KEEP ) {
				$good[ (string) $name ] = [ $times[0], $times[1] ];
			}
		}
		return $good;
	}
}

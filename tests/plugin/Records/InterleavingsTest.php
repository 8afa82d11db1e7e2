<?php

declare(strict_types=1);

namespace Countersign\Tests\Records;

use Countersign\Tests\Interleaving;
use Countersign\Tests\OAuthClient;
use Countersign\Tests\StateTest;

/**
 * Random sequences of what people, agents, backups and cron do, compared with a small model: what people were told. A sequence
 * that breaks a rule is shortened as far as it still does, and printed.
 *
 * INTERLEAVINGS=N runs N sequences, and INTERLEAVINGS_FROM=SEED begins at another one; `make interleavings` runs a thousand.
 *
 * @group mysql
 */
final class InterleavingsTest extends StateTest {

	/** Sequences that are run if nothing else is asked for. */
	private const COUNT = 25;

	/** Steps of the longest sequence. */
	private const LONGEST = 18;

	/** Runs that shortening a sequence takes at most. */
	private const ATTEMPTS = 80;

	public function test_no_sequence_gives_more_than_people_were_told(): void {
		$client = OAuthClient::registered();
		$count  = (int) ( getenv( 'INTERLEAVINGS' ) ?: self::COUNT );
		$from   = (int) ( getenv( 'INTERLEAVINGS_FROM' ) ?: 1 );
		for ( $seed = $from; $seed < $from + $count; $seed++ ) {
			$steps = self::steps( $seed );
			$wrong = $this->violation( $client, $steps );
			if ( null !== $wrong ) {
				[ $steps, $wrong ] = $this->shortened( $client, $steps, $wrong );
				self::fail( "Seed $seed: $wrong\n" . implode( "\n", array_map( static fn( array $step ): string => "  $step[0] $step[1]", $steps ) ) );
			}
		}
		$this->addToAssertionCount( $count );
	}

	/** @return array<string, array{string}> Sequences that are rare, or that once broke a rule. */
	public function known(): array {
		return [
			'a copy at a place that had a newer copy'          => [ 'copy restore copy' ],
			'a move to the place of a copy'                    => [ 'copy move answer call' ],
			'the same backup put back twice'                   => [ 'backup call restore answer restore answer call' ],
			'refreshed before a restore'                       => [ 'backup refresh refresh restore answer refresh resume call' ],
			'tables put back after a revocation'               => [ 'backup revoke restore_tables call refresh' ],
			'a backup from before a move, after a revocation'  => [ 'backup move answer revoke restore answer call refresh' ],
			'a backup from before a move, after a restriction' => [ 'backup move answer narrow restore answer write' ],
			'a database from before a move, with its address'  => [ 'backup move answer revoke restore_place call answer call refresh' ],
			'moved back by a database from before the move'    => [ 'backup move answer narrow stop restore_place answer write' ],
			'stopped while a question is open'                 => [ 'move stop answer call go_on call' ],
			'scheduled, then restricted'                       => [ 'schedule narrow cron' ],
			'scheduled, revoked, put back'                     => [ 'schedule backup revoke restore answer cron' ],
		];
	}

	/** @dataProvider known */
	public function test_a_known_sequence( string $steps ): void {
		$client = OAuthClient::registered();
		self::assertNull( $this->violation( $client, array_map( static fn( string $name ): array => [ $name, 0 ], explode( ' ', $steps ) ) ) );
	}

	/** A sequence that breaks a rule on purpose is found, and shortened to the steps that are needed. */
	public function test_shortening_keeps_what_is_needed(): void {
		$steps = [ [ 'call', 1 ], [ 'backup', 0 ], [ 'pause', 0 ], [ 'call', 0 ], [ 'restore', 0 ] ];
		$needs = static fn( array $steps ): ?string => [] === array_diff( [ 'pause', 'restore' ], array_column( $steps, 0 ) ) ? 'broken' : null;
		self::assertSame( [ [ [ 'pause', 0 ], [ 'restore', 0 ] ], 'broken' ], self::shorten( $steps, 'broken', $needs ) );
	}

	/** @return list<array{string, int}> The steps of a seed. */
	private static function steps( int $seed ): array {
		$random = new \Random\Randomizer( new \Random\Engine\Xoshiro256StarStar( $seed ) );
		$names  = array_merge( ...array_map( static fn( string $name, int $weight ): array => array_fill( 0, $weight, $name ), array_keys( Interleaving::STEPS ), Interleaving::STEPS ) );
		$steps  = [];
		for ( $i = $random->getInt( 4, self::LONGEST ); $i > 0; $i-- ) {
			$steps[] = [ $names[ $random->getInt( 0, count( $names ) - 1 ) ], $random->getInt( 0, 99 ) ];
		}
		return $steps;
	}

	/** @param list<array{string, int}> $steps */
	private function violation( OAuthClient $client, array $steps ): ?string {
		try {
			( new Interleaving( $client, self::fresh( ... ) ) )->run( $steps );
			return null;
		} catch ( \Throwable $error ) {
			return $error::class . ': ' . $error->getMessage() . ' (' . basename( $error->getFile() ) . ':' . $error->getLine() . ')';
		}
	}

	/** @param list<array{string, int}> $steps @return array{list<array{string, int}>, string} */
	private function shortened( OAuthClient $client, array $steps, string $wrong ): array {
		return self::shorten( $steps, $wrong, fn( array $fewer ): ?string => $this->violation( $client, $fewer ) );
	}

	/**
	 * Drops steps, many at once and then single ones, as long as something is still wrong.
	 *
	 * @param list<array{string, int}>                          $steps
	 * @param \Closure(list<array{string, int}>): (string|null) $run   Runs steps, and tells what is wrong.
	 *
	 * @return array{list<array{string, int}>, string}
	 */
	private static function shorten( array $steps, string $wrong, \Closure $run ): array {
		$left = self::ATTEMPTS;
		for ( $size = max( 1, intdiv( count( $steps ), 2 ) ); $size >= 1 && $left > 0; ) {
			$is_shorter = false;
			for ( $at = 0; $at < count( $steps ) && $left > 0; ) {
				$fewer = array_values( array_merge( array_slice( $steps, 0, $at ), array_slice( $steps, $at + $size ) ) );
				--$left;
				$said = $run( $fewer );
				if ( null === $said ) {
					$at += $size;
				} else {
					[ $steps, $wrong, $is_shorter ] = [ $fewer, $said, true ];
				}
			}
			$size = $is_shorter && 1 === $size ? 1 : intdiv( $size, 2 );
		}
		return [ $steps, $wrong ];
	}
}

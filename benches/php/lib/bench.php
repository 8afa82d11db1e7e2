<?php
/**
 * Measures two implementations alternately in one process, and computes the ratio of their times.
 *
 * Other load on the machine affects both, so the ratio is more reliable than the times.
 */

declare(strict_types=1);

final class Bench {

	private const ROUNDS = 21;

	/** @var list<array<string, mixed>> */
	private array $rows = array();

	/**
	 * @param string                $what  The name of the row.
	 * @param float                 $goal  The ratio to reach.
	 * @param callable(int): void   $ours  Countersign. Called with a different number each time.
	 * @param callable(int): void   $peer  The comparable PHP code, called in the same way.
	 * @param string                $name  The name of the comparable code.
	 * @param int                   $times The number of calls in a round.
	 * @param int                   $slow  The number of calls of $peer in a round if it is much slower; 0 means $times.
	 */
	public function compare( string $what, float $goal, callable $ours, callable $peer, string $name, int $times = 2000, int $slow = 0 ): void {
		$slow   = $slow ?: $times;
		$number = 0;
		$took   = array( array(), array() );
		$ratios = array();
		for ( $round = 0; $round < self::ROUNDS; $round++ ) {
			$one   = $this->run( $ours, $times, $number );
			$other = $this->run( $peer, $slow, $number );
			// The first round warms caches, connections and the processor.
			if ( $round > 0 ) {
				$took[0][] = $one;
				$took[1][] = $other;
				$ratios[]  = $other / $one;
			}
		}
		$row          = array(
			'what'  => $what,
			'ours'  => $this->median( $took[0] ),
			'peer'  => $this->median( $took[1] ),
			'name'  => $name,
			'ratio' => $this->median( $ratios ),
			'goal'  => $goal,
		);
		$this->rows[] = $row;
		fprintf( STDERR, "  %s: %.2f µs, %s %.2f µs: %.1f times (goal %s)\n", $what, $row['ours'], $name, $row['peer'], $row['ratio'], $goal );
	}

	/** Returns the rows of a Markdown table. */
	public function rows(): string {
		$text = '';
		foreach ( $this->rows as $row ) {
			$text .= sprintf(
				"| %s | %.2f | %s | %.2f | %.1f | %s | %s |\n",
				$row['what'],
				$row['ours'],
				$row['name'],
				$row['peer'],
				$row['ratio'],
				$row['goal'],
				$row['ratio'] >= $row['goal'] ? 'met' : 'missed'
			);
		}
		return $text;
	}

	/** Returns the microseconds for each call. */
	private function run( callable $work, int $times, int &$number ): float {
		$start = hrtime( true );
		for ( $i = 0; $i < $times; $i++ ) {
			$work( $number++ );
		}
		return ( hrtime( true ) - $start ) / $times / 1000;
	}

	/** @param list<float> $numbers */
	private function median( array $numbers ): float {
		sort( $numbers );
		return $numbers[ intdiv( count( $numbers ), 2 ) ];
	}
}

/** Stops the benchmark if the measured code does not work. */
function must( bool $holds ): void {
	if ( ! $holds ) {
		throw new RuntimeException( 'the measured code returned a wrong result' );
	}
}

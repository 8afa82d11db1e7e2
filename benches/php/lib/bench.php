<?php
/**
 * Measures two ways to do one thing, in turns in one process, and says how they compare.
 *
 * What else the machine does meets both alike, so the ratio means more than the times do.
 */

declare(strict_types=1);

final class Bench {

	private const ROUNDS = 21;

	/** @var list<array<string, mixed>> */
	private array $rows = array();

	/**
	 * @param string                $what  The row's name.
	 * @param float                 $goal  How many times faster ours is meant to be.
	 * @param callable(int): void   $ours  Called with a number that never comes twice.
	 * @param callable(int): void   $peer  What a PHP developer would write instead; likewise.
	 * @param string                $name  What the peer is.
	 * @param int                   $times Calls a round.
	 * @param int                   $slow  Calls a round of the peer, where it is much slower.
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

	/** The rows of a Markdown table. */
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

	/** Microseconds a call. */
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

/** Stops a benchmark that measures something that does not work. */
function must( bool $holds ): void {
	if ( ! $holds ) {
		throw new RuntimeException( 'what is measured does not work' );
	}
}

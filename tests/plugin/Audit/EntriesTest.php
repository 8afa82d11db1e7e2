<?php

declare(strict_types=1);

namespace Countersign\Tests\Audit;

use Countersign\Plugin\Audit\Entries;
use Countersign\Plugin\Plugin;
use Countersign\Tests\AuditTrail;
use Countersign\Tests\TestCase;

/** The entries that the Audit page lists. */
final class EntriesTest extends TestCase {

	/**
	 * @dataProvider logs
	 *
	 * @param list<array{string, string}> $steps    Kind and action of the entries of one correlation id.
	 * @param list<int>                   $expected Positions of the entries that the list of outcomes shows.
	 */
	public function test_the_list_of_outcomes_shows_intents_without_an_outcome( array $steps, array $expected ): void {
		$from        = AuditTrail::size();
		$correlation = bin2hex( random_bytes( 8 ) );
		foreach ( $steps as [ $kind, $action ] ) {
			$outcome = 'outcome' === $kind ? 'ok' : null;
			$reason  = null;
			Plugin::composition()->log()->append( AuditTrail::draft( $action, compact( 'kind', 'outcome', 'reason', 'correlation' ) ) );
		}
		$filters = [
			'correlation' => $correlation,
			'steps'       => 'ended',
		];
		$shown   = array_map( static fn( array $row ): int => (int) $row['seq'] - $from, Entries::page( $filters, null, 50 ) );
		self::assertSame( $expected, array_reverse( $shown ) );
	}

	/** @return array<string, array{list<array{string, string}>, list<int>}> */
	public static function logs(): array {
		$review = [ [ 'intent', 'request_review' ], [ 'outcome', 'request_review' ] ];
		$call   = [ 'intent', 'publish_post' ];
		$end    = [ 'outcome', 'publish_post' ];
		return [
			'a running review'                                       => [ [ $review[0] ], [ 0 ] ],
			'a finished review'                                      => [ $review, [ 1 ] ],
			'a finished call'                                        => [ [ ...$review, $call, $end ], [ 1, 3 ] ],
			'an interrupted call'                                    => [ [ ...$review, $call ], [ 1, 2 ] ],
			'an interrupted call, repeated with the same token'      => [ [ ...$review, $call, $call, $end ], [ 1, 2, 4 ] ],
			'a finished call, repeated with the same token'          => [ [ ...$review, $call, $end, $call, $end ], [ 1, 3, 5 ] ],
			'two calls with the same token at the same time'         => [ [ ...$review, $call, $call, $end, $end ], [ 1, 4, 5 ] ],
		];
	}
}

<?php
/**
 * Who: somebody with the stolen access token of a connection.
 * Has: a genuine token. The connection is paused, or all agents are stopped.
 * Does: floods the site with calls, lists, notifications, GET requests and what is no message.
 * Gets: as many answers as the limits admit requests, as many refusals by the limits, then 429. A few entries, and no change.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Plugin\Plugin;
use Countersign\Plugin\Site\Urls;
use Countersign\Tests\Agent;
use Countersign\Tests\AuditTrail;
use Countersign\Tests\Http;
use Countersign\Tests\Pending;
use Countersign\Tests\RecordAttack;
use Countersign\Tests\Site;

/** A refusal that is an answer is limited like the answer to a call. */
final class PausedFloodTest extends RecordAttack {

	/** @return array<string, array{\Closure(Agent): mixed, string}> */
	public function states(): array {
		return [
			'paused'  => [ static fn( Agent $agent ) => self::manager()->pause( $agent->connection() ), 'connection_paused' ],
			'stopped' => [ static fn() => countersign_kill_switch( true ), 'kill_switch' ],
		];
	}

	/** @dataProvider states */
	public function test_a_flood_ends_in_429( \Closure $stop, string $reason ): void {
		$agent = Site::connect();
		self::manager()->set_limit( $agent->connection(), [ 'max' => 2, 'window' => 3600 ] );
		$stop( $agent );
		try {
			[ $size, $before ] = [ AuditTrail::size(), Site::digest() ];
			$headers           = $agent->headers( 'tools/list' );
			$note              = '{"jsonrpc":"2.0","method":"notifications/initialized"}';
			$other             = [
				static fn(): Pending => $agent->request( 'tools/list' ),
				static fn(): Pending => new Pending( 'POST', Urls::mcp(), array_diff_key( $headers, [ 'MCP-Protocol-Version' => 1, 'Mcp-Method' => 1 ] ), $note ),
				static fn(): Pending => new Pending( 'GET', Urls::mcp(), $headers ),
				static fn(): Pending => new Pending( 'POST', Urls::mcp(), $headers, '{"id":1,' ),
			];
			self::assertSame( [ "200 $reason" => 2, '200 rate_limited_connection' => 2, '429 rate_limited_connection' => 4 ], self::tally( array_fill( 0, 8, static fn(): Pending => $agent->prepare( 'whoami' ) ) ) );
			$said = self::tally( array_map( static fn( int $n ): \Closure => $other[ $n % 4 ], range( 0, 59 ) ) );
			self::assertSame( 20, $said['429 rate_limited_connection'] ?? 0, json_encode( $said ) );
			self::assertSame( $before, Site::digest() );
			self::assertLessThanOrEqual( 8, AuditTrail::size() - $size, 'a few entries' );
		} finally {
			countersign_kill_switch( false );
		}
	}

	/**
	 * Sends requests at once, and counts the answers.
	 *
	 * @param list<\Closure(): Pending> $requests
	 * @return array<string, int>
	 */
	private static function tally( array $requests ): array {
		$answers = [];
		foreach ( array_chunk( $requests, 10 ) as $some ) {
			array_push( $answers, ...Http::all( array_map( static fn( \Closure $request ): Pending => $request(), $some ) ) );
		}
		$counts = array_count_values( array_map( static fn( $answer ): string => $answer->status . ( '' === $answer->body ? '' : ' ' . $answer->reason() ), $answers ) );
		ksort( $counts );
		return $counts;
	}
}

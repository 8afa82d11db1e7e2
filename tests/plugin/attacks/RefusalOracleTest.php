<?php
/**
 * Who: somebody without a genuine token; and the agent of a connection that may only read.
 * Has: the address of the site; a forged token, one of another site; a genuine token.
 * Does: compares answers, to learn whether an administrator has stopped all agents, which tools exist, and whether a token was
 *       genuine once.
 * Gets: the same answer in each case.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Plugin\Site\Urls;
use Countersign\Tests\Agent;
use Countersign\Tests\Answer;
use Countersign\Tests\Http;
use Countersign\Tests\Pending;
use Countersign\Tests\Site;
use Countersign\Tests\TestCase;

/** Refusals tell nothing that the sender may not know. */
final class RefusalOracleTest extends TestCase {

	public function test_nobody_without_a_token_learns_that_all_agents_are_stopped(): void {
		$ask  = static function (): array {
			$stranger = Http::stranger();
			$forged   = new Agent( 1, 'csat_nonsense' );
			$requests = [
				new Pending( 'POST', Urls::mcp(), [ 'Content-Type' => 'application/json' ], '{"jsonrpc":"2.0","id":1,"method":"tools/list"}' ),
				new Pending( 'GET', Urls::mcp() ),
				$forged->request( 'tools/call', [ 'name' => 'whoami' ], id: 7 ),
				$forged->request( 'ping', [], [ 'Origin' => 'null' ], 7 ),
			];
			return array_map(
				static fn( Answer $answer ): array => [ $answer->status, $answer->header( 'WWW-Authenticate' ), $answer->header( 'Retry-After' ), $answer->body ],
				Http::all( array_map( static fn( Pending $request ): Pending => $request->from( $stranger ), $requests ) )
			);
		};
		$runs = $ask();
		self::assertSame( [ 401, 401, 401, 403 ], array_column( $runs, 0 ) );
		countersign_kill_switch( true );
		try {
			self::assertSame( $runs, $ask() );
		} finally {
			countersign_kill_switch( false );
		}
	}

	public function test_a_tool_outside_the_permissions_is_answered_like_one_that_does_not_exist(): void {
		$agent  = Site::connect( 'admin', 'read_only' );
		$answer = static fn( string $tool ): Answer => Http::all( [ $agent->request( 'tools/call', [ 'name' => $tool, 'arguments' => [ 'id' => 1 ] ], id: 7 ) ] )[0];
		$none   = $answer( 'no_such_tool' );
		self::assertSame( 'tool_unknown', $none->reason() );
		foreach ( [ 'trash_post', 'publish_post', 'create_draft', 'request_review' ] as $tool ) {
			self::assertSame( [ $none->status, $none->body ], [ $answer( $tool )->status, $answer( $tool )->body ], $tool );
		}
	}
}

<?php
/**
 * Who: B, an agent whose calls end before their time.
 * Has: a plugin's tool that names a post, and whose handler ends the request or runs out of memory.
 * Does: calls it for many posts, so that each stays locked for people and for other agents.
 * Gets: `tool_failed`. No lock is left, and the next call and a person can change the post at once.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Tests\PostAttack;
use Countersign\Tests\Site;

/** The edit lock of a call ends with its request. */
final class LockOfEndedCallTest extends PostAttack {

	/** @return array<string, array{string}> */
	public function ends(): array {
		return [ 'exit' => [ 'redirect' ], 'memory' => [ 'memory' ], 'an error' => [ 'error' ], 'wp_die' => [ 'wp_die' ] ];
	}

	/** @dataProvider ends */
	public function test_no_lock_is_left( string $how ): void {
		$this->expected_error = '~fixture~';
		$agent                = Site::connect( 'admin', 'draft_only' );
		$id                   = Site::post();
		self::assertSame( 'tool_failed', $agent->call( 'fixture_die_on_post', [ 'id' => $id, 'how' => $how ] )->reason() );
		for ( $look = 0; $look < 100 && [] !== self::locks( $id ); $look++ ) {
			usleep( 50000 );
		}
		self::assertSame( [], self::locks( $id ) );
		self::assertSame( 'Next', $agent->do( 'update_content', $agent->edit( $id, [ 'title' => 'Next' ] ) )['title'] );
	}

	/** @return list<string> */
	private static function locks( int $id ): array {
		wp_cache_flush();
		return get_post_meta( $id, '_edit_lock' );
	}
}

<?php
/**
 * Who: an agent that does not look (attacker B).
 * Has: posts that a person has open in the editor: another person, and the person whose account the agent has.
 * Does: updates, publishes, schedules and trashes them.
 * Gets: `target_locked`, with the name of the person and the time. After the time that WordPress sets the call succeeds, and leaves no lock.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Tests\PostAttack;
use Countersign\Tests\Site;

/** A person who is editing is not overwritten. */
final class LockedByPersonTest extends PostAttack {

	/** @return array<string, array{string, string}> */
	public function calls(): array {
		$calls = [];
		foreach ( [ 'author', 'admin' ] as $person ) {
			foreach ( [ 'update_content', 'publish_post', 'schedule_post', 'trash_post', 'fixture_save' ] as $tool ) {
				$calls[ "$tool of $person" ] = [ $person, $tool ];
			}
		}
		return $calls;
	}

	/** @dataProvider calls */
	public function test_a_call( string $person, string $tool ): void {
		$agent     = Site::connect( 'admin', 'full_access' );
		$id        = Site::post();
		$arguments = match ( $tool ) {
			'update_content' => $agent->edit( $id, [ 'title' => 'x' ] ),
			'schedule_post'  => [ 'id' => $id, 'date' => '2099-01-01T00:00:00Z' ],
			'fixture_save'   => [ 'id' => $id, 'fields' => [ 'post_title' => 'x' ] ],
			default          => [ 'id' => $id ],
		};
		$token = $agent->review( $tool, $arguments );
		update_post_meta( $id, '_edit_lock', time() . ':' . Site::user( $person ) );
		$answer = self::assertDenied( 'target_locked', $agent, $tool, $arguments + [ 'confirmation_token' => $token ] );
		self::assertStringContainsString( get_userdata( Site::user( $person ) )->display_name . ' is editing it', $answer->body );
		$stale = ( time() - 151 ) . ':' . Site::user( $person );
		update_post_meta( $id, '_edit_lock', $stale );
		$agent->act( $tool, $arguments )->content();
		wp_cache_flush();
		self::assertSame( $stale, get_post_meta( $id, '_edit_lock', true ) );
	}

	public function test_a_call_leaves_no_lock(): void {
		$agent = Site::connect( 'admin', 'full_access' );
		$id    = Site::post();
		$agent->do( 'update_content', $agent->edit( $id, [ 'title' => 'x' ] ) );
		wp_cache_flush();
		self::assertSame( [], get_post_meta( $id, '_edit_lock' ) );
	}
}

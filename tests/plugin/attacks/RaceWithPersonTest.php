<?php
/**
 * Who: nobody: a person saves a post at the moment at which an agent's change of it is written.
 * Has: a confirmation for the state before.
 * Does: lets the person's save come after every check but the last.
 * Gets: `target_changed`. What the person saved stays, and nothing of the call is left.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Tests\Fingerprint;
use Countersign\Tests\PostAttack;
use Countersign\Tests\Site;

/** The last check comes directly before the statement. */
final class RaceWithPersonTest extends PostAttack {

	/** @return array<string, array{string}> */
	public function tools(): array {
		return [ 'publish' => [ 'publish_post' ], 'update' => [ 'update_content' ], 'schedule' => [ 'schedule_post' ], 'trash' => [ 'trash_post' ], 'restore' => [ 'restore_post' ], 'a plugin' => [ 'fixture_save' ] ];
	}

	/** @dataProvider tools */
	public function test_the_person_wins( string $tool ): void {
		$agent     = Site::connect( 'admin', 'full_access' );
		$id        = Site::post();
		if ( 'restore_post' === $tool ) {
			self::overwrite( $id, [ 'post_name' => "slug-$id" ] );
			wp_trash_post( $id );
		}
		$name      = self::row( $id )['post_name'];
		$arguments = match ( $tool ) {
			'update_content' => $agent->edit( $id, [ 'content' => 'By the agent' ] ),
			'schedule_post'  => [ 'id' => $id, 'date' => '2099-01-01T00:00:00Z' ],
			'fixture_save'   => [ 'id' => $id, 'fields' => [ 'post_content' => 'By the agent' ] ],
			default          => [ 'id' => $id ],
		};
		$token = $agent->review( $tool, $arguments );
		update_option( 'fixture_race', [ 'id' => $id, 'fields' => [ 'post_title' => 'By a person' ] ] );
		$meta   = get_post_meta( $id );
		$before = Fingerprint::of_site();
		$answer = $agent->call( $tool, $arguments + [ 'confirmation_token' => $token ] );
		self::assertSame( 'target_changed', $answer->reason(), $answer->body );
		wp_cache_flush();
		// The metadata of the trash is written again, with the same values.
		$changed = preg_grep( '/, _wp_(trash_meta|desired)_/', $before->difference( Fingerprint::of_site() ), PREG_GREP_INVERT );
		self::assertSame( [ "posts $id (post, $name): post_title" ], array_values( $changed ) );
		self::assertSame( $meta, get_post_meta( $id ) );
		self::assertSame( 'By a person', self::row( $id )['post_title'] );
	}

	public function test_a_draft_that_a_person_publishes_meanwhile(): void {
		$agent = Site::connect( 'admin', 'draft_only' );
		$id    = Site::post();
		$edit  = $agent->edit( $id, [ 'content' => 'By the agent' ] );
		update_option( 'fixture_race', [ 'id' => $id, 'fields' => [ 'post_status' => 'publish' ] ] );
		$answer = $agent->call( 'update_content', $edit );
		self::assertSame( 'needs_publish', $answer->reason(), $answer->body );
		self::assertStringContainsString( 'Words.', self::row( $id )['post_content'] );
	}
}

<?php
/**
 * Who: an agent that changes a post again and again (attacker B).
 * Has: sites that keep all, no, one or three revisions, and a type without revisions.
 * Does: overwrites a text with markup that the agent may not write, twelve times.
 * Gets: each change, and every answer names a copy of the state before. A person can restore the original byte for byte.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Tests\PostAttack;
use Countersign\Tests\Site;

/** The state before an agent's change is kept unfiltered. */
final class LostOriginalTest extends PostAttack {

	/** @return array<string, array{string, int|null}> */
	public function sites(): array {
		return [
			'all revisions'              => [ 'post', null ],
			'no revisions'               => [ 'post', 0 ],
			'one revision'               => [ 'post', 1 ],
			'three revisions'            => [ 'post', 3 ],
			'a type without revisions'   => [ 'fixture_book', null ],
		];
	}

	/** @dataProvider sites */
	public function test_the_original_can_be_restored( string $type, ?int $keep ): void {
		if ( null !== $keep ) {
			update_option( 'fixture_revisions', $keep );
		}
		$agent    = Site::connect( 'admin', 'full_access' );
		$id       = self::plant( [ 'post_type' => $type, 'post_content' => self::MARKUP, 'post_title' => '<script>t</script> &lt; \\ \'' ] );
		$original = self::row( $id );
		$first    = null;
		for ( $n = 0; $n < 12; $n++ ) {
			$before   = self::row( $id );
			$done     = $agent->do( 'update_content', $agent->edit( $id, [ 'content' => "Version $n" ] ) );
			$revision = self::row( $done['revision'] );
			self::assertSame( [ 'revision', (string) $id, $before['post_content'], $before['post_title'] ], [ $revision['post_type'], $revision['post_parent'], $revision['post_content'], $revision['post_title'] ] );
			$first  ??= $done['revision'];
		}
		$copies = count( wp_get_post_revisions( $id, [ 'check_enabled' => false ] ) );
		self::assertLessThanOrEqual( null === $keep && 'post' === $type ? 13 : 10 + (int) $keep, $copies, 'the number of copies is bounded' );
		wp_set_current_user( Site::user( 'admin' ) );
		kses_remove_filters();
		wp_restore_post_revision( $first );
		self::assertSame( [ $original['post_content'], $original['post_title'] ], [ self::row( $id )['post_content'], self::row( $id )['post_title'] ] );
	}
}

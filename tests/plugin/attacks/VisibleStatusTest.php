<?php
/**
 * Who: a tool gone astray in an agent's call (attacker B), with arguments that an attacker chose.
 * Has: a connection with the preset "Drafts only", and one that may publish.
 * Does: changes items that are scheduled, private or of a status that another plugin has made.
 * Gets: `needs_publish` for the first, `confirmation_missing` for the second. Drafts and pending items are changed.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Tests\PostAttack;
use Countersign\Tests\Site;

/** Whatever is no draft counts as what visitors see. */
final class VisibleStatusTest extends PostAttack {

	/** @return array<string, array{string, bool}> */
	public function statuses(): array {
		return [
			'scheduled' => [ 'future', true ],
			'private'   => [ 'private', true ],
			'published' => [ 'publish', true ],
			'draft'     => [ 'draft', false ],
			'pending'   => [ 'pending', false ],
		];
	}

	/** @dataProvider statuses */
	public function test_a_status( string $status, bool $visible ): void {
		$id    = self::plant( [ 'post_status' => $status, 'post_date' => 'future' === $status ? '2099-01-01 00:00:00' : '2026-01-01 00:00:00' ] );
		$few   = Site::connect( 'admin', 'draft_only' );
		$write = $few->edit( $id, [ 'title' => 'Changed' ] );
		if ( $visible ) {
			self::assertDenied( 'needs_publish', $few, 'update_content', $write );
			self::assertDenied( 'confirmation_missing', Site::connect( 'admin' ), 'update_content', $write );
		} else {
			self::assertSame( 'Changed', $few->do( 'update_content', $write )['title'] );
		}
	}

	public function test_an_unknown_status(): void {
		$this->expected_error = '~functions.php~'; // WordPress reports a status that is not registered.
		$id                   = self::plant( [ 'post_status' => 'fixture_unknown' ] );
		self::assertDenied( 'needs_publish', Site::connect( 'admin', 'draft_only' ), 'fixture_save', [ 'id' => $id, 'fields' => [ 'post_title' => 'x' ] ] );
		self::assertDenied( 'confirmation_missing', Site::connect( 'admin' ), 'fixture_save', [ 'id' => $id, 'fields' => [ 'post_title' => 'x' ] ] );
	}
}

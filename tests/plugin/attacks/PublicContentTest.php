<?php
/**
 * Who: a tool gone astray in an agent's call (attacker B), with arguments that an attacker chose.
 * Has: a connection with the preset "Drafts only", whose account is an administrator.
 * Does: changes each field of a published post and a published page with update_content.
 * Gets: `needs_publish`, which says what to do instead, and an entry. What visitors see is unchanged.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Tests\PostAttack;
use Countersign\Tests\Site;

/** A connection for drafts never changes what is public. */
final class PublicContentTest extends PostAttack {

	/** @return array<string, array{string, string, mixed}> */
	public function fields(): array {
		$fields = [];
		foreach ( [ 'post', 'page', 'fixture_book' ] as $type ) {
			foreach ( [ 'title' => 'Owned', 'content' => '<p>Owned</p>', 'excerpt' => 'Owned', 'slug' => 'owned' ] as $field => $value ) {
				$fields[ "$field of a $type" ] = [ $type, $field, $value ];
			}
		}
		return $fields;
	}

	/** @dataProvider fields */
	public function test_a_public_field_stays( string $type, string $field, mixed $value ): void {
		$agent  = Site::connect( 'admin', 'draft_only' );
		$id     = self::plant( [ 'post_type' => $type, 'post_status' => 'publish', 'post_content' => self::MARKUP ] );
		$answer = self::assertDenied( 'needs_publish', $agent, 'update_content', $agent->edit( $id, [ $field => $value ] ) );
		self::assertStringContainsString( 'create a draft instead', $answer->body );
	}
}

<?php
/**
 * Who: a tool gone astray (B) that changes what a post belongs to after it was reviewed.
 * Has: a confirmation token for publishing a draft.
 * Does: adds a tag, another category, another featured image or a template, then publishes.
 * Gets: `target_changed`, which names the part.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Tests\PostAttack;
use Countersign\Tests\Site;

/** Terms, featured image and template are part of what was reviewed. */
final class DriftOfTermsTest extends PostAttack {

	/** @return array<string, array{string, callable(int): mixed}> */
	public function changes(): array {
		return [
			'a tag'            => [ 'terms', static fn( int $id ) => wp_set_object_terms( $id, [ 'worse' ], 'post_tag', true ) ],
			'a category'       => [ 'terms', static fn( int $id ) => wp_set_object_terms( $id, [ 'worse' ], 'category' ) ],
			'a featured image' => [ 'meta', static fn( int $id ) => update_post_meta( $id, '_thumbnail_id', '77' ) ],
			'a template'       => [ 'template', static fn( int $id ) => update_post_meta( $id, '_wp_page_template', 'worse.php' ) ],
		];
	}

	/** @dataProvider changes */
	public function test_a_part( string $part, callable $change ): void {
		$agent = Site::connect( 'admin', 'full_access' );
		$id    = Site::post();
		$token = $agent->review( 'publish_post', [ 'id' => $id ] );
		$change( $id );
		$answer = self::assertDenied( 'target_changed', $agent, 'publish_post', [ 'id' => $id, 'confirmation_token' => $token ] );
		self::assertStringContainsString( "Changed: $part.", $answer->body );
	}

	public function test_the_metadata_that_a_plugins_tool_concerns(): void {
		$agent     = Site::connect( 'admin', 'seo_specialist' );
		$id        = self::plant( [ 'post_status' => 'publish' ] );
		$arguments = [ 'id' => $id, 'text' => 'Mine' ];
		$token     = $agent->review( 'fixture_seo', $arguments );
		update_post_meta( $id, 'fixture_seo', 'By a person' );
		self::assertDenied( 'target_changed', $agent, 'fixture_seo', $arguments + [ 'confirmation_token' => $token ] );
	}
}

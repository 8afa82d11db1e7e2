<?php
/**
 * Who: a tool gone astray in an agent's call (attacker B), with arguments that an attacker chose.
 * Has: a connection with the preset "Drafts only", and a plugin's tool that can write any column.
 * Does: gives a published page another parent, slug, template, date, password or author.
 * Gets: `needs_publish`, and an entry.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Tests\PostAttack;
use Countersign\Tests\Site;

/** Where a public page is and how it looks is what visitors see. */
final class PublicPageTreeTest extends PostAttack {

	/** @return array<string, array{array<string, mixed>}> */
	public function columns(): array {
		return [
			'parent'   => [ [ 'post_parent' => 1 ] ],
			'slug'     => [ [ 'post_name' => 'owned' ] ],
			'template' => [ [ 'page_template' => 'default' ] ],
			'date'     => [ [ 'post_date' => '2001-01-01 00:00:00', 'edit_date' => true ] ],
			'password' => [ [ 'post_password' => 'locked out' ] ],
			'author'   => [ [ 'post_author' => 0 ] ],
			'status'   => [ [ 'post_status' => 'draft' ] ],
		];
	}

	public function test_seo_fields_and_media(): void {
		$id    = self::plant( [ 'post_type' => 'page', 'post_status' => 'publish' ] );
		$image = Site::post( [ 'post_type' => 'attachment', 'post_status' => 'inherit', 'post_parent' => $id, 'post_mime_type' => 'image/png' ] );
		$agent = Site::connect( 'admin', 'draft_only' );
		self::assertDenied( 'needs_publish', $agent, 'fixture_seo', [ 'id' => $id, 'text' => 'Owned' ] );
		self::assertDenied( 'needs_publish', $agent, 'fixture_caption', [ 'id' => $image, 'fields' => [ 'post_excerpt' => 'Owned' ] ] );
	}

	/** @dataProvider columns */
	public function test_a_column( array $fields ): void {
		$id = self::plant( [ 'post_type' => 'page', 'post_status' => 'publish' ] );
		update_post_meta( $id, '_wp_page_template', 'wide.php' );
		self::assertDenied( 'needs_publish', Site::connect( 'admin', 'draft_only' ), 'fixture_save', [ 'id' => $id, 'fields' => $fields ] );
	}
}

<?php

declare(strict_types=1);

namespace Countersign\Tests\Tools;

use Countersign\Tests\Agent;
use Countersign\Tests\AuditTrail;
use Countersign\Tests\Site;
use Countersign\Tests\TestCase;

/** A draft with everything that it needs in one call; if one part cannot be used, nothing is created. */
final class DraftTest extends TestCase {

	/** @var array<string, Agent> */
	private static array $agents = [];

	private static function as( string $user, string $preset = 'full_access' ): Agent {
		return self::$agents[ "$user $preset" ] ??= Site::connect( $user, $preset );
	}

	/** @return array{term_id: int, slug: string, name: string} */
	private static function term( string $taxonomy ): array {
		$name = 'Term ' . wp_generate_uuid4();
		$id   = wp_insert_term( $name, $taxonomy )['term_id'];
		return [ 'term_id' => $id, 'slug' => get_term( $id )->slug, 'name' => $name ];
	}

	/** @group tools-main */
	public function test_a_brief_becomes_a_draft_in_one_call(): void {
		[ $one, $two, $three ] = [ self::term( 'category' ), self::term( 'category' ), self::term( 'category' ) ];
		$tag                   = self::term( 'post_tag' );
		$image                 = Site::image();
		$agent                 = self::as( 'author' );
		$from                  = AuditTrail::size();
		$draft                 = $agent->do(
			'create_draft',
			[
				'title'          => 'The brief',
				'content'        => '<!-- wp:paragraph --><p>Words</p><!-- /wp:paragraph -->',
				'excerpt'        => 'In short',
				'slug'           => 'the-brief-' . wp_rand(),
				'categories'     => [ (string) $one['term_id'], $two['slug'], $three['name'] ],
				'tags'           => [ $tag['slug'] ],
				'featured_media' => $image,
				'date'           => '2099-03-01T10:00:00+02:00',
			]
		);
		$ids = static fn( string $taxonomy ): array => wp_get_object_terms( $draft['id'], $taxonomy, [ 'fields' => 'ids', 'orderby' => 'term_id' ] );
		wp_cache_flush();
		self::assertSame( [ $one['term_id'], $two['term_id'], $three['term_id'] ], $ids( 'category' ) );
		self::assertSame( [ $tag['term_id'] ], $ids( 'post_tag' ) );
		self::assertSame( $image, get_post_thumbnail_id( $draft['id'] ) );
		self::assertSame( [ 'draft', '2099-03-01 08:00:00' ], [ get_post( $draft['id'] )->post_status, get_post( $draft['id'] )->post_date_gmt ] );
		self::assertEqualsCanonicalizing( [ $one['slug'], $two['slug'], $three['slug'] ], array_column( $draft['terms']['category'], 'slug' ) );
		self::assertRecorded( [ 'intent create_draft', 'outcome create_draft ok' ], $from );
	}

	public function test_a_draft_gets_terms_of_its_own_taxonomies_and_a_template(): void {
		$genre = self::term( 'fixture_genre' );
		$book  = self::as( 'editor' )->do( 'create_draft', [ 'title' => 'B', 'type' => 'fixture_book', 'terms' => (object) [ 'fixture_genre' => [ $genre['slug'] ] ] ] );
		self::assertSame( [ [ 'id' => $genre['term_id'], 'name' => $genre['name'], 'slug' => $genre['slug'] ] ], $book['terms']['fixture_genre'] );
		$templates = array_keys( wp_get_theme()->get_page_templates( null, 'page' ) );
		self::assertNotSame( [], $templates, 'the theme of the tests has templates for pages' );
		$page = self::as( 'editor' )->do( 'create_draft', [ 'title' => 'P', 'type' => 'page', 'template' => $templates[0] ] );
		self::assertSame( $templates[0], get_post_meta( $page['id'], '_wp_page_template', true ) );
	}

	/** @return array<string, array{string, string, array<string, mixed>}> User, reason, arguments. */
	public function unusable(): array {
		return [
			'a category that does not exist'   => [ 'editor', 'arguments_invalid', [ 'categories' => [ 'no-such-category' ] ] ],
			'an id of another taxonomy'        => [ 'editor', 'arguments_invalid', [ 'tags' => [ '1' ] ] ],
			'a taxonomy of another type'       => [ 'editor', 'arguments_invalid', [ 'terms' => [ 'fixture_genre' => [ 'x' ] ] ] ],
			'a taxonomy that does not exist'   => [ 'editor', 'arguments_invalid', [ 'terms' => [ 'wp_theme' => [ 'x' ] ] ] ],
			'a menu'                           => [ 'admin', 'arguments_invalid', [ 'terms' => [ 'nav_menu' => [ 'x' ] ] ] ],
			'terms that are no list'           => [ 'editor', 'arguments_invalid', [ 'terms' => [ 'category' => 'x' ] ] ],
			'an image that does not exist'     => [ 'editor', 'arguments_invalid', [ 'featured_media' => 999999999 ] ],
			'an image that is a post'          => [ 'editor', 'arguments_invalid', [ 'featured_media' => 1 ] ],
			'a template that does not exist'   => [ 'editor', 'arguments_invalid', [ 'template' => '../../wp-config.php' ] ],
			'a date that is none'              => [ 'editor', 'arguments_invalid', [ 'date' => 'tomorrow' ] ],
			'a type without an image'          => [ 'editor', 'arguments_invalid', [ 'type' => 'fixture_book', 'featured_media' => 1 ] ],
			'a user who cannot write'          => [ 'subscriber', 'capability_denied', [ 'categories' => [ '1' ] ] ],
			'a connection that only reads'     => [ 'editor read_only', 'tool_unknown', [] ],
		];
	}

	/** @dataProvider unusable */
	public function test_nothing_is_created_if_a_part_cannot_be_used( string $user, string $reason, array $arguments ): void {
		self::assertRefused( $reason, self::as( ...explode( ' ', $user ) ), 'create_draft', [ 'title' => 'x' ] + $arguments );
	}

	public function test_terms_need_the_right_to_assign_them_and_images_the_right_to_see_them(): void {
		$tag = self::term( 'post_tag' );
		update_option( 'fixture_no_terms', '1' );
		try {
			self::assertRefused( 'capability_denied', self::as( 'author' ), 'create_draft', [ 'title' => 'x', 'tags' => [ $tag['slug'] ] ] );
		} finally {
			delete_option( 'fixture_no_terms' );
		}
		$private = Site::post( [ 'post_status' => 'private' ], 'admin' );
		$image   = Site::image();
		$before  = get_post( $image )->post_parent;
		wp_update_post( [ 'ID' => $image, 'post_parent' => $private ] );
		try {
			self::assertRefused( 'arguments_invalid', self::as( 'contributor' ), 'create_draft', [ 'title' => 'x', 'featured_media' => $image ] );
		} finally {
			wp_update_post( [ 'ID' => $image, 'post_parent' => $before ] );
		}
	}
}

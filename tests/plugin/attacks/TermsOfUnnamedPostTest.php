<?php
/**
 * Who: B, a tool of a plugin gone astray.
 * Has: a tool that names no post, and arguments that an attacker chose: in the call of an agent that may write drafts only, in
 *   the unconfirmed call of one that may publish, and in that of one for SEO fields.
 * Does: gives terms to a published post or takes them away, by functions of WordPress and by SQL.
 * Gets: `needs_publish` or `confirmation_missing`, an entry in the audit log, and a site that is unchanged.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Tests\PostAttack;
use Countersign\Tests\Site;

/** What a post belongs to is as visible as the post. */
final class TermsOfUnnamedPostTest extends PostAttack {

	/** @return array<string, array{string}> `$public` has the tag `$tag`. `$other` is another tag. */
	public function ways(): array {
		$ways = [
			'wp_set_object_terms( $public, [ $other ], "post_tag" );',
			'wp_set_object_terms( $public, [ $other ], "post_tag", true );',
			'wp_set_object_terms( $public, [], "post_tag" );',
			'wp_set_post_categories( $public, [ $category ] );',
			'wp_remove_object_terms( $public, $tag, "post_tag" );',
			'wp_delete_object_term_relationships( $public, [ "post_tag" ] );',
			'wp_set_object_terms( 999999999, [ $other ], "post_tag" );',
			'set_post_format( $public, "aside" );',
			'$wpdb->insert( $wpdb->term_relationships, [ "object_id" => $public, "term_taxonomy_id" => $other ] );',
			'$wpdb->query( "UPDATE $wpdb->term_relationships SET term_taxonomy_id = $other WHERE object_id = $public AND term_taxonomy_id = $tag" );',
			'$wpdb->query( "UPDATE $wpdb->term_relationships SET object_id = $public WHERE object_id = $draft" );',
			'$wpdb->query( "DELETE FROM $wpdb->term_relationships WHERE object_id IN ( $draft, $public )" );',
			'$wpdb->query( "DELETE FROM $wpdb->term_relationships WHERE term_taxonomy_id = $tag" );',
			'$wpdb->query( "INSERT INTO $wpdb->term_relationships ( object_id, term_taxonomy_id, term_order ) VALUES ( $draft, $other, 1 ), ( $public, $other, 2 ) ON DUPLICATE KEY UPDATE term_order = VALUES(term_order)" );',
		];
		return self::each( ...$ways );
	}

	/** @dataProvider ways */
	public function test_relations( string $way ): void {
		$public = self::plant( [ 'post_status' => 'publish' ] );
		$draft  = Site::post();
		$term   = static fn( string $taxonomy ): int => wp_insert_term( 'Term ' . wp_generate_uuid4(), $taxonomy )['term_id'];
		$ids    = [ '$public' => $public, '$draft' => $draft, '$tag' => $term( 'post_tag' ), '$other' => $term( 'post_tag' ), '$category' => $term( 'category' ) ];
		wp_insert_term( 'post-format-aside', 'post_format' );
		wp_set_object_terms( $public, [ $ids['$tag'] ], 'post_tag' );
		wp_set_object_terms( $draft, [ $ids['$tag'] ], 'post_tag' );
		self::assertCodeDenied( self::filled( $way, $ids ) );
	}

	public function test_a_new_term_stays_without_a_post(): void {
		$public = self::plant( [ 'post_status' => 'publish' ] );
		$name   = wp_generate_uuid4();
		$answer = Site::connect( 'admin', 'draft_only' )->call( 'fixture_php', [ 'code' => "return wp_set_post_tags( $public, '$name' );" ] );
		self::assertSame( 'needs_publish', $answer->reason(), $answer->body );
		wp_cache_flush();
		self::assertSame( [], wp_get_object_terms( $public, 'post_tag' ) );
		self::assertSame( 0, get_term_by( 'name', $name, 'post_tag' )->count );
	}
}

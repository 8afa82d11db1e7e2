<?php
/**
 * Who: B, a tool of a plugin gone astray.
 * Has: a tool that names no post, and arguments that an attacker chose: in the call of an agent that may write drafts only, in
 *   the unconfirmed call of one that may publish, and in that of one for SEO fields.
 * Does: renames, moves, describes or deletes a category of a published post, one above it, or one that a menu shows, or
 *   changes its metadata, by functions of WordPress and by SQL.
 * Gets: `needs_publish` or `confirmation_missing`, an entry in the audit log, and a site that is unchanged.
 */

declare(strict_types=1);

namespace Countersign\Tests\attacks;

use Countersign\Tests\PostAttack;
use Countersign\Tests\Site;

/** A term is as visible as the posts that have it or a term below it. */
final class RenamedTermTest extends PostAttack {

	/** @return array<string, array{string}> `$term` is one of the three terms, and `$meta` metadata of it. */
	public function ways(): array {
		$ways = [
			'wp_update_term( $term, "category", [ "name" => "Owned" ] );',
			'wp_update_term( $term, "category", [ "slug" => "owned" ] );',
			'wp_update_term( $term, "category", [ "description" => "Owned" ] );',
			'wp_update_term( $term, "category", [ "parent" => $hidden ] );',
			'wp_delete_term( $term, "category" );',
			'wp_delete_category( $term );',
			'update_term_meta( $term, "fixture_seo", "Owned" );',
			'add_term_meta( $term, "fixture_seo", "Owned" );',
			'delete_term_meta( $term, "fixture_seo" );',
			'update_metadata_by_mid( "term", $meta, "Owned" );',
			'$wpdb->update( $wpdb->terms, [ "name" => "Owned" ], [ "term_id" => $term ] );',
			'$wpdb->query( "UPDATE $wpdb->terms SET name = CONCAT( name, \' owned\' )" );',
			'$wpdb->query( "UPDATE $wpdb->terms SET term_id = 999999999 WHERE term_id = $hidden" );',
			'$wpdb->delete( $wpdb->terms, [ "term_id" => $term ] );',
			'$wpdb->update( $wpdb->term_taxonomy, [ "taxonomy" => "post_tag" ], [ "term_id" => $term ] );',
			'$wpdb->query( "DELETE FROM $wpdb->term_taxonomy WHERE term_id IN ( $hidden, $term )" );',
			'$wpdb->insert( $wpdb->term_taxonomy, [ "term_taxonomy_id" => 999999999, "term_id" => $hidden, "taxonomy" => "fixture" ] );',
			'$wpdb->query( "INSERT INTO $wpdb->term_taxonomy ( term_id, taxonomy, description ) VALUES ( $term, \'category\', \'Owned\' ) ON DUPLICATE KEY UPDATE description = VALUES(description)" );',
		];
		return self::each( ...$ways );
	}

	/** Creates a term of a published post. */
	private static function seen( int $parent = 0 ): int {
		$term = self::unused( $parent );
		wp_set_object_terms( self::plant( [ 'post_status' => 'publish' ] ), [ $term ], 'category' );
		return $term;
	}

	private static function unused( int $parent = 0 ): int {
		return wp_insert_term( 'Term ' . wp_generate_uuid4(), 'category', [ 'parent' => $parent ] )['term_id'];
	}

	/** @dataProvider ways */
	public function test_a_term( string $way ): void {
		$term = self::seen();
		self::assertCodeDenied( self::filled( $way, [ '$term' => $term, '$hidden' => self::unused(), '$meta' => (int) add_term_meta( $term, 'fixture_seo', 'By a person' ) ] ) );
	}

	public function test_a_term_above_one_of_a_post_and_one_in_a_menu(): void {
		$above = self::unused();
		self::seen( self::unused( $above ) );
		$menu = self::unused();
		add_post_meta( Site::post( [ 'post_type' => 'nav_menu_item', 'post_status' => 'publish' ] ), '_menu_item_object_id', (string) $menu );
		foreach ( [ $above, $menu ] as $term ) {
			self::assertCodeDenied( "wp_update_term( $term, 'category', [ 'name' => 'Owned' ] );" );
			self::assertCodeDenied( "wp_delete_term( $term, 'category' );" );
		}
	}

	public function test_terms_below_each_other(): void {
		global $wpdb;
		$one = self::unused();
		$two = self::seen( $one );
		$wpdb->update( $wpdb->term_taxonomy, [ 'parent' => $two ], [ 'term_id' => $one ] );
		try {
			self::assertCodeDenied( sprintf( '$wpdb->update( $wpdb->terms, [ "name" => "Owned" ], [ "term_id" => %d ] );', $one ) );
		} finally {
			$wpdb->update( $wpdb->term_taxonomy, [ 'parent' => 0 ], [ 'term_id' => $one ] );
		}
	}
}

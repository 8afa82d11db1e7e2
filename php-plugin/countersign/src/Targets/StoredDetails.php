<?php

declare(strict_types=1);

namespace Countersign\Plugin\Targets;

defined( 'ABSPATH' ) || exit;

/**
 * What belongs to posts, as it is stored: metadata, terms, and the posts around them in a hierarchy. Reads it past all caches, with
 * the same number of queries for many posts as for one.
 */
final class StoredDetails {

	/** How many parents of an attachment are read. The extension counts longer chains as visible. */
	private const DEPTH = 9;

	/**
	 * Returns metadata and terms of posts.
	 *
	 * @param list<int>    $ids
	 * @param list<string> $keys Names of metadata.
	 *
	 * @return array<int, array{meta: array<string, list<string>>, terms: list<int>}> Id => values by key, and ids of relations.
	 */
	public static function meta_and_terms( array $ids, array $keys ): array {
		global $wpdb;
		$found = array_fill_keys(
			$ids,
			[
				'meta'  => [],
				'terms' => [],
			]
		);
		// One that is about to be stored has none.
		$ids = array_values( array_filter( $ids ) );
		if ( [] === $ids ) {
			return $found;
		}
		$posts = self::places( $ids, '%d' );
		$names = [] === $keys ? "''" : self::places( $keys, '%s' );
		$sql   = "SELECT meta_id AS place, post_id AS post, meta_key AS name, meta_value AS value FROM $wpdb->postmeta WHERE post_id IN ($posts) AND meta_key IN ($names)"
			. " UNION ALL SELECT 0, object_id, '', CAST(term_taxonomy_id AS CHAR) FROM $wpdb->term_relationships WHERE object_id IN ($posts) ORDER BY place";
		foreach ( $wpdb->get_results( $wpdb->prepare( $sql, ...$ids, ...$keys, ...$ids ), ARRAY_A ) as $row ) { // phpcs:ignore WordPress.DB -- Only placeholders; a cache could be older than what a person has just saved.
			$post = (int) $row['post'];
			if ( '' === (string) $row['name'] && 0 === (int) $row['place'] ) {
				$found[ $post ]['terms'][] = (int) $row['value'];
			} elseif ( in_array( $row['name'], $keys, true ) ) {
				// The database can match keys that differ in letter case or accents.
				$found[ $post ]['meta'][ $row['name'] ][] = (string) $row['value'];
			}
		}
		return $found;
	}

	/**
	 * Returns the posts to which attachments belong, as the extension reads them.
	 *
	 * @param list<StoredPost> $posts
	 *
	 * @return array<int, array<string, mixed>> Id => type and status of the post to which it belongs, and `under` that. Without posts
	 *                                          that are no attachments or belong to none.
	 */
	public static function under( array $posts ): array {
		global $wpdb;
		$known = [];
		$next  = array_map( self::parent( ... ), array_map( static fn( StoredPost $post ): array => $post->row, $posts ) );
		for ( $depth = self::DEPTH; $depth > 0; $depth-- ) {
			$next = array_values( array_diff( array_unique( array_filter( $next ) ), array_keys( $known ) ) );
			if ( [] === $next ) {
				break;
			}
			$places = self::places( $next, '%d' );
			$rows   = $wpdb->get_results( $wpdb->prepare( "SELECT ID, post_type, post_status, post_parent FROM $wpdb->posts WHERE ID IN ($places)", ...$next ), ARRAY_A ); // phpcs:ignore WordPress.DB -- As above.
			$known += array_column( $rows, null, 'ID' );
			$next   = array_map( self::parent( ... ), $rows );
		}
		$under = [];
		foreach ( $posts as $post ) {
			$holder = self::holder( $post->row, $known, self::DEPTH );
			if ( null !== $holder ) {
				$under[ $post->id ] = $holder;
			}
		}
		return $under;
	}

	/**
	 * Returns the types and statuses of the posts below posts: the slug of each is a part of their addresses.
	 *
	 * @param list<StoredPost> $posts
	 *
	 * @return array<int, list<array{type: string, status: string}>> Id => each type and status once. Without posts that have none below.
	 */
	public static function above( array $posts ): array {
		global $wpdb;
		// Id of a post => the posts above it that are asked about, which have its type.
		$next  = [];
		$types = [];
		foreach ( $posts as $post ) {
			if ( $post->id > 0 && is_post_type_hierarchical( $post->row['post_type'] ) ) {
				$next[ $post->id ]  = [ $post->id ];
				$types[ $post->id ] = $post->row['post_type'];
			}
		}
		$seen  = [];
		$above = [];
		while ( [] !== $next ) {
			$places = self::places( array_keys( $next ), '%d' );
			$kinds  = self::places( array_unique( $types ), '%s' );
			$rows   = $wpdb->get_results( $wpdb->prepare( "SELECT ID, post_parent, post_type, post_status FROM $wpdb->posts WHERE post_parent IN ($places) AND post_type IN ($kinds)", ...[ ...array_keys( $next ), ...array_values( array_unique( $types ) ) ] ), ARRAY_A ); // phpcs:ignore WordPress.DB -- As above.
			$below  = [];
			foreach ( $rows as $row ) {
				foreach ( $next[ (int) $row['post_parent'] ] ?? [] as $root ) {
					if ( $types[ $root ] === $row['post_type'] && ! isset( $seen[ $root ][ $row['ID'] ] ) ) {
						$seen[ $root ][ $row['ID'] ]            = true;
						$below[ (int) $row['ID'] ][]            = $root;
						$above[ $root ][ $row['post_status'] ] = [
							'type'   => $row['post_type'],
							'status' => $row['post_status'],
						];
					}
				}
			}
			$next = $below;
		}
		return array_map( array_values( ... ), $above );
	}

	/**
	 * @param array<string, string>                         $row
	 * @param array<array-key, array<string, mixed>> $known Id => columns.
	 *
	 * @return array<string, mixed>|null
	 */
	private static function holder( array $row, array $known, int $depth ): ?array {
		$holder = $depth > 0 ? $known[ self::parent( $row ) ] ?? null : null;
		if ( null === $holder ) {
			return null;
		}
		$under = self::holder( array_map( strval( ... ), $holder ), $known, $depth - 1 );
		return [
			'type'   => $holder['post_type'],
			'status' => $holder['post_status'],
		] + ( null === $under ? [] : [ 'under' => $under ] );
	}

	/**
	 * Returns the id of the post to which an attachment belongs, or 0.
	 *
	 * @param array<string, mixed> $row
	 */
	private static function parent( array $row ): int {
		return 'attachment' === $row['post_type'] ? (int) $row['post_parent'] : 0;
	}

	/** @param array<array-key, mixed> $values */
	private static function places( array $values, string $place ): string {
		return implode( ', ', array_fill( 0, count( $values ), $place ) );
	}
}

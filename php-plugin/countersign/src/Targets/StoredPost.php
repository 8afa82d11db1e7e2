<?php

declare(strict_types=1);

namespace Countersign\Plugin\Targets;

use Countersign\Plugin\Site\Json;

defined( 'ABSPATH' ) || exit;

/** A post as the database has it: read past all caches, and without the filters through which WordPress shows it. */
final class StoredPost {

	/** Metadata that every tool concerns: the featured image, and the alternative text of an image. */
	private const META = [ '_thumbnail_id', '_wp_attachment_image_alt' ];

	private const TEMPLATE = '_wp_page_template';

	/** How many parents of an attachment are read. The extension counts longer chains as visible. */
	private const DEPTH = 9;

	/**
	 * @param array<string, string> $row     Column => value.
	 * @param bool                  $is_seen Whether metadata that this request has read is taken too.
	 */
	private function __construct(
		public readonly int $id,
		public readonly array $row,
		private readonly bool $is_seen = false,
	) {}

	/** Returns the post with an id, or null if there is none. */
	public static function read( int $id ): ?self {
		global $wpdb;
		$row = $wpdb->get_row( $wpdb->prepare( "SELECT * FROM $wpdb->posts WHERE ID = %d", $id ), ARRAY_A ); // phpcs:ignore WordPress.DB -- A cache could be older than what a person has just saved.
		return is_array( $row ) ? new self( $id, array_map( strval( ... ), $row ) ) : null;
	}

	/**
	 * Returns WordPress's object of a post, for decisions about what the current user may do with it. A cache that outlives the request
	 * does not know what people have decided since: the post, and those to which an attachment belongs, are read anew.
	 */
	public static function current( int $id ): ?\WP_Post {
		if ( wp_using_ext_object_cache() ) {
			$next = $id;
			for ( $depth = 0; $depth <= self::DEPTH && $next > 0; $depth++ ) {
				wp_cache_delete( $next, 'posts' );
				$post = get_post( $next );
				$next = 'attachment' === $post?->post_type ? $post->post_parent : 0;
			}
		}
		$post = get_post( $id );
		return $post instanceof \WP_Post ? $post : null;
	}

	/**
	 * Returns a post as this request has read it, for an agent that only reads. A cache that outlives the request is not used.
	 *
	 * @param \WP_Post $post As `get_post()` returned it.
	 */
	public static function seen( \WP_Post $post ): ?self {
		if ( wp_using_ext_object_cache() ) {
			return self::read( $post->ID );
		}
		$columns = array_filter( get_object_vars( $post ), static fn( mixed $value, string $name ): bool => 'ID' !== $name && 'filter' !== $name && is_scalar( $value ), ARRAY_FILTER_USE_BOTH );
		return new self( $post->ID, [ 'ID' => (string) $post->ID ] + array_map( strval( ... ), $columns ), true );
	}

	/**
	 * Returns a post that is about to be stored.
	 *
	 * @param array<string, string> $columns Column => value.
	 */
	public static function fresh( array $columns ): self {
		$row = array_fill_keys( [ 'post_status', 'post_title', 'post_content', 'post_excerpt', 'post_name', 'post_date', 'post_date_gmt', 'post_password' ], '' );
		return new self(
			0,
			$columns + $row + [
				'post_type'   => 'post',
				'post_author' => '0',
				'post_parent' => '0',
			]
		);
	}

	/**
	 * Returns the post with other values.
	 *
	 * @param array<string, string> $columns Column => value.
	 */
	public function with( array $columns ): self {
		return new self( $this->id, $columns + $this->row );
	}

	/**
	 * Returns the post with the slug of an earlier state, if its own is that slug with the suffix that WordPress adds before it
	 * moves a post to the trash.
	 */
	public function before_trashing( self $earlier ): self {
		$slug = $earlier->row['post_name'];
		return _truncate_post_slug( $slug, 191 ) . '__trashed' === $this->row['post_name']
			? new self( $this->id, [ 'post_name' => $slug ] + $this->row )
			: $this;
	}

	/** Returns the post as WordPress's object, for functions that take one. */
	public function post(): \WP_Post {
		return new \WP_Post( sanitize_post( (object) $this->row, 'raw' ) );
	}

	/**
	 * Returns the post in the form that {@see \Countersign\McpCall::consider()} describes.
	 *
	 * @param list<string> $keys Further metadata that the tool concerns.
	 */
	public function to_json( array $keys = [] ): string {
		$meta = $this->meta( [ self::TEMPLATE, ...self::META, ...$keys ] );
		return $this->report(
			[
				'author'   => (int) $this->row['post_author'],
				'title'    => $this->row['post_title'],
				'content'  => $this->row['post_content'],
				'excerpt'  => $this->row['post_excerpt'],
				'slug'     => $this->row['post_name'],
				'template' => $meta[ self::TEMPLATE ][0] ?? '',
				'date'     => $this->row['post_date'],
				'date_gmt' => $this->row['post_date_gmt'],
				'password' => $this->row['post_password'],
				'terms'    => $this->terms(),
				'meta'     => (object) array_diff_key( $meta, [ self::TEMPLATE => true ] ),
			]
		);
	}

	/** Returns the post in the form of {@see to_json()} with nothing but what decides whether visitors see it. */
	public function visibility(): string {
		$texts = [ 'title', 'content', 'excerpt', 'slug', 'template', 'date', 'date_gmt', 'password' ];
		return $this->report(
			array_fill_keys( $texts, '' ) + [
				'author' => 0,
				'terms'  => [],
				'meta'   => (object) [],
			]
		);
	}

	/** @param array<string, mixed> $state What the post is, beside what decides whether visitors see it. */
	private function report( array $state ): string {
		$state += [
			'id'     => $this->id,
			'type'   => $this->row['post_type'],
			'status' => $this->row['post_status'],
			'parent' => (int) $this->row['post_parent'],
		];
		$under  = $this->under( self::DEPTH );
		$above  = $this->above();
		return Json::encode( $state + ( null === $under ? [] : [ 'under' => $under ] ) + ( [] === $above ? [] : [ 'above' => $above ] ) );
	}

	/** @return list<int> The ids by which the post has its terms. */
	private function terms(): array {
		global $wpdb;
		return 0 === $this->id ? [] : array_map( intval( ... ), $wpdb->get_col( $wpdb->prepare( "SELECT term_taxonomy_id FROM $wpdb->term_relationships WHERE object_id = %d", $this->id ) ) ); // phpcs:ignore WordPress.DB -- As above.
	}

	/**
	 * Tells whether the parents of an attachment never end. WordPress's `get_post_status()` would not return.
	 *
	 * @param int $id Id of the attachment.
	 */
	public static function is_in_circle( int $id ): bool {
		$seen = [];
		for ( $post = self::read( $id ); null !== $post && 'attachment' === $post->row['post_type'] && 'inherit' === $post->row['post_status']; $post = self::read( (int) $post->row['post_parent'] ) ) {
			if ( isset( $seen[ $post->id ] ) ) {
				return true;
			}
			if ( (int) $post->row['post_parent'] === $post->id ) {
				// For WordPress, its own parent is none.
				return false;
			}
			$seen[ $post->id ] = true;
		}
		return false;
	}

	/**
	 * Returns the types and statuses of the posts below this one: its slug is a part of their addresses.
	 *
	 * @return list<array{type: string, status: string}>
	 */
	private function above(): array {
		global $wpdb;
		$type  = $this->row['post_type'];
		$above = [];
		$seen  = [];
		for ( $ids = is_post_type_hierarchical( $type ) && $this->id > 0 ? [ $this->id ] : []; [] !== $ids; $ids = array_diff( $ids, $seen ) ) {
			$seen   = [ ...$seen, ...$ids ];
			$places = implode( ', ', array_fill( 0, count( $ids ), '%d' ) );
			$rows   = $wpdb->get_results( $wpdb->prepare( "SELECT ID, post_status FROM $wpdb->posts WHERE post_type = %s AND post_parent IN ($places)", $type, ...$ids ), ARRAY_A ); // phpcs:ignore WordPress.DB -- Only placeholders; past the cache as above.
			$ids    = array_map( intval( ... ), array_column( $rows, 'ID' ) );
			foreach ( array_unique( array_column( $rows, 'post_status' ) ) as $status ) {
				$above[ $status ] = [
					'type'   => $type,
					'status' => $status,
				];
			}
		}
		return array_values( $above );
	}

	/**
	 * Returns the type and status of the post to which an attachment belongs, or null if this is no attachment or belongs to none.
	 *
	 * @return array<string, mixed>|null
	 */
	private function under( int $depth ): ?array {
		$holder = 'attachment' === $this->row['post_type'] && $this->row['post_parent'] && $depth > 0 ? self::read( (int) $this->row['post_parent'] ) : null;
		if ( null === $holder ) {
			return null;
		}
		$under = $holder->under( $depth - 1 );
		return [
			'type'   => $holder->row['post_type'],
			'status' => $holder->row['post_status'],
		] + ( null === $under ? [] : [ 'under' => $under ] );
	}

	/**
	 * Returns metadata as it is stored.
	 *
	 * @param list<string> $keys
	 *
	 * @return array<string, list<string>> Key => values.
	 */
	private function meta( array $keys ): array {
		$seen = $this->is_seen ? wp_cache_get( $this->id, 'post_meta' ) : false;
		if ( is_array( $seen ) ) {
			return array_map( static fn( mixed $values ): array => array_map( strval( ... ), array_values( (array) $values ) ), array_intersect_key( $seen, array_flip( $keys ) ) );
		}
		if ( 0 === $this->id ) {
			return [];
		}
		global $wpdb;
		$places = implode( ', ', array_fill( 0, count( $keys ), '%s' ) );
		$rows   = $wpdb->get_results( $wpdb->prepare( "SELECT meta_key, meta_value FROM $wpdb->postmeta WHERE post_id = %d AND meta_key IN ($places) ORDER BY meta_id", $this->id, ...$keys ), ARRAY_A ); // phpcs:ignore WordPress.DB -- Only placeholders; past the cache as above.
		$values = [];
		foreach ( $rows as $row ) {
			// The database can match keys that differ in letter case or accents.
			if ( in_array( $row['meta_key'], $keys, true ) ) {
				$values[ $row['meta_key'] ][] = (string) $row['meta_value'];
			}
		}
		return $values;
	}
}

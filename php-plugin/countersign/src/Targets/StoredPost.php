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
	 * Returns the posts with these ids, in their order, without those that do not exist.
	 *
	 * @param list<int> $ids
	 *
	 * @return list<self>
	 */
	public static function read_many( array $ids ): array {
		global $wpdb;
		$ids    = array_values( array_unique( $ids ) );
		$places = implode( ', ', array_fill( 0, count( $ids ), '%d' ) );
		$rows   = [] === $ids ? [] : array_column( $wpdb->get_results( $wpdb->prepare( "SELECT * FROM $wpdb->posts WHERE ID IN ($places)", ...$ids ), ARRAY_A ), null, 'ID' ); // phpcs:ignore WordPress.DB -- Only placeholders; past the cache as above.
		$posts  = array_map( static fn( int $id ): ?self => isset( $rows[ $id ] ) ? new self( $id, array_map( strval( ... ), $rows[ $id ] ) ) : null, $ids );
		return array_values( array_filter( $posts ) );
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
		return self::reports( [ $this ], $keys )[0];
	}

	/**
	 * Returns posts in the form that {@see \Countersign\McpCall::consider()} describes.
	 *
	 * @param list<self>   $posts
	 * @param list<string> $keys  Further metadata that the tool concerns.
	 *
	 * @return list<string> In the same order.
	 */
	public static function reports( array $posts, array $keys = [] ): array {
		$ids   = array_map( static fn( self $post ): int => $post->id, $posts );
		$keys  = [ self::TEMPLATE, ...self::META, ...$keys ];
		$seen  = array_map( static fn( self $post ): mixed => $post->is_seen ? wp_cache_get( $post->id, 'post_meta' ) : false, $posts );
		$found = StoredDetails::meta_and_terms( $ids, in_array( false, array_map( is_array( ... ), $seen ), true ) ? $keys : [] );
		$under = StoredDetails::under( $posts );
		$above = StoredDetails::above( $posts );
		return array_map(
			static function ( self $post, mixed $seen ) use ( $keys, $found, $under, $above ): string {
				$meta = is_array( $seen )
					? array_map( static fn( mixed $values ): array => array_map( strval( ... ), array_values( (array) $values ) ), array_intersect_key( $seen, array_flip( $keys ) ) )
					: $found[ $post->id ]['meta'];
				return $post->report( $found[ $post->id ]['terms'], $meta, $under[ $post->id ] ?? null, $above[ $post->id ] ?? [] );
			},
			$posts,
			$seen
		);
	}

	/** Returns the post in the form of {@see to_json()} with nothing but what decides whether visitors see it. */
	public function visibility(): string {
		$texts = array_fill_keys( [ 'post_title', 'post_content', 'post_excerpt', 'post_name', 'post_date', 'post_date_gmt', 'post_password' ], '' );
		$plain = new self( $this->id, [ 'post_author' => '0' ] + $texts + $this->row );
		return $plain->report( [], [], StoredDetails::under( [ $plain ] )[ $this->id ] ?? null, StoredDetails::above( [ $plain ] )[ $this->id ] ?? [] );
	}

	/**
	 * @param list<int>                                   $terms
	 * @param array<string, list<string>>                 $meta
	 * @param array<string, mixed>|null                   $under
	 * @param list<array{type: string, status: string}> $above
	 */
	private function report( array $terms, array $meta, ?array $under, array $above ): string {
		$state = [
			'id'       => $this->id,
			'type'     => $this->row['post_type'],
			'status'   => $this->row['post_status'],
			'author'   => (int) $this->row['post_author'],
			'title'    => $this->row['post_title'],
			'content'  => $this->row['post_content'],
			'excerpt'  => $this->row['post_excerpt'],
			'slug'     => $this->row['post_name'],
			'parent'   => (int) $this->row['post_parent'],
			'template' => $meta[ self::TEMPLATE ][0] ?? '',
			'date'     => $this->row['post_date'],
			'date_gmt' => $this->row['post_date_gmt'],
			'password' => $this->row['post_password'],
			'terms'    => $terms,
			'meta'     => (object) array_diff_key( $meta, [ self::TEMPLATE => true ] ),
		];
		return Json::encode( $state + ( null === $under ? [] : [ 'under' => $under ] ) + ( [] === $above ? [] : [ 'above' => $above ] ) );
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
}

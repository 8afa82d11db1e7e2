<?php

declare(strict_types=1);

namespace Countersign\Plugin\AgentScope;

use Countersign\Plugin\Targets\StoredPost;

defined( 'ABSPATH' ) || exit;

/**
 * Finds the fields of posts that a statement writes: columns, metadata and terms, and columns of tables in which plugins keep
 * copies of metadata. The extension decides whether the connection may write them.
 *
 * A part of a statement that is not understood counts as one that writes every field of its table. What WordPress does by
 * itself is no writing of a field: revisions, the slug of a title, the first date of a draft, and the default term.
 */
final class FieldWrites {

	/** Column of a post => the field that it stores. */
	private const COLUMNS = [
		'post_title'            => 'title',
		'post_content'          => 'content',
		'post_content_filtered' => 'content',
		'post_excerpt'          => 'excerpt',
		'post_name'             => 'slug',
		'post_date'             => 'date',
		'post_date_gmt'         => 'date',
		'post_author'           => 'author',
		'post_status'           => 'status',
		'post_parent'           => 'parent',
		// No rule names it: an item of another type is another item, so no rule may be there.
		'post_type'             => 'type',
	];

	/** Types of rows that are copies for WordPress itself. */
	private const COPIES = [ 'revision', 'oembed_cache' ];

	/** Statuses that a new item can have without one having been chosen. */
	private const INITIAL = [ 'auto-draft', 'draft', 'inherit' ];

	private const NO_DATE = '0000-00-00 00:00:00';

	/** Columns of WooCommerce's table of products, in which it looks for prices and stock, => the metadata that they repeat. */
	private const PRODUCTS = [
		'sku'              => [ 'meta:_sku' ],
		'global_unique_id' => [ 'meta:_global_unique_id' ],
		'virtual'          => [ 'meta:_virtual' ],
		'downloadable'     => [ 'meta:_downloadable' ],
		'min_price'        => [ 'meta:_price', 'meta:_regular_price', 'meta:_sale_price' ],
		'max_price'        => [ 'meta:_price', 'meta:_regular_price', 'meta:_sale_price' ],
		'onsale'           => [ 'meta:_sale_price' ],
		'stock_quantity'   => [ 'meta:_stock' ],
		'stock_status'     => [ 'meta:_stock_status' ],
		'rating_count'     => [ 'meta:_wc_rating_count' ],
		'average_rating'   => [ 'meta:_wc_average_rating' ],
		'total_sales'      => [ 'meta:total_sales' ],
		'tax_status'       => [ 'meta:_tax_status' ],
		'tax_class'        => [ 'meta:_tax_class' ],
	];

	/** Columns of AIOSEO's table of posts => metadata; AIOSEO keeps a copy of some columns there. */
	private const AIOSEO = [
		'title'               => [ 'meta:_aioseo_title' ],
		'description'         => [ 'meta:_aioseo_description' ],
		'keyphrases'          => [ 'meta:_aioseo_keyphrases' ],
		'canonical_url'       => [ 'meta:_aioseo_canonical_url' ],
		'robots_noindex'      => [ 'meta:_aioseo_robots_noindex' ],
		'robots_nofollow'     => [ 'meta:_aioseo_robots_nofollow' ],
		'og_title'            => [ 'meta:_aioseo_og_title' ],
		'og_description'      => [ 'meta:_aioseo_og_description' ],
		'og_image_custom_url' => [ 'meta:_aioseo_og_image_custom_url' ],
	];

	/** @var array<string, string> Name of a table as statements have it, in lower case => its name in `wpdb`. */
	private readonly array $tables;

	/** @var array<string, array<string, list<string>>> Name of a table, in lower case => column => fields that it repeats. */
	private readonly array $copies;

	/** @param \Closure(string): ?string $forbids Returns the rule that forbids a field, or null. */
	public function __construct( private readonly \Closure $forbids ) {
		global $wpdb;
		$tables = [];
		foreach ( [ 'posts', 'postmeta', 'term_relationships' ] as $name ) {
			$tables[ strtolower( $wpdb->$name ) ]                    = $name;
			$tables[ DB_NAME . '.' . strtolower( $wpdb->$name ) ] = $name;
		}
		$this->tables = $tables;
		/**
		 * Filters the tables in which plugins keep copies of metadata of posts, for connections that may not write some fields.
		 *
		 * Applied once per call, before it begins.
		 *
		 * @param array<string, array<string, list<string>>> $copies Name of a table without the prefix => column in lower case =>
		 *                                                           fields such as `meta:_price`.
		 */
		$copies = (array) apply_filters( 'countersign_field_copies', [ 'wc_product_meta_lookup' => self::PRODUCTS, 'aioseo_posts' => self::AIOSEO ] ); // phpcs:ignore WordPress.Arrays.ArrayDeclarationSpacing -- Two short members.
		$known  = [];
		foreach ( array_filter( $copies, is_array( ... ) ) as $table => $columns ) {
			$known[ strtolower( $wpdb->prefix . $table ) ]                    = $columns;
			$known[ DB_NAME . '.' . strtolower( $wpdb->prefix . $table ) ] = $columns;
		}
		$this->copies = $known;
	}

	/** Tells whether a statement changes a table that stores fields. */
	public function concern( SqlStatement $statement ): bool {
		return [] !== array_intersect_key( $this->tables + $this->copies, array_flip( $statement->written ) );
	}

	/** Returns the rule that forbids a statement, or null. */
	public function rule( SqlStatement $statement ): ?string {
		global $wpdb;
		foreach ( $statement->written as $table ) {
			$name  = $this->tables[ $table ] ?? null;
			$write = null === $name ? null : new RowWrite( $statement, $wpdb->$name );
			$rule  = match ( $name ) {
				'posts'              => $this->of_posts( $statement, $write ),
				'postmeta'           => $this->of_meta( $statement, $write ),
				'term_relationships' => $this->of_terms( $write ),
				default              => isset( $this->copies[ $table ] ) ? $this->of_copy( $statement, $table, $this->copies[ $table ] ) : null,
			};
			if ( null !== $rule ) {
				return $rule;
			}
		}
		return null;
	}

	/** Returns the rule that forbids to delete a post with all that it has, or null. */
	public function rule_of_removal( \WP_Post $post ): ?string {
		if ( in_array( $post->post_type, self::COPIES, true ) ) {
			return null;
		}
		$keys  = array_map( strval( ... ), array_keys( (array) get_post_meta( $post->ID ) ) );
		$terms = wp_get_object_terms( $post->ID, get_object_taxonomies( $post->post_type ) );
		$terms = is_array( $terms ) ? array_column( $terms, 'taxonomy' ) : [ '*' ];
		return $this->first( [ ...array_map( static fn( string $key ): string => "meta:$key", $keys ), ...array_map( static fn( string $taxonomy ): string => "terms:$taxonomy", $terms ) ] );
	}

	private function of_posts( SqlStatement $statement, RowWrite $write ): ?string {
		$watched = array_filter( self::COLUMNS, fn( string $field ): bool => null !== ( $this->forbids )( $field ) );
		switch ( $write->verb ) {
			case 'DELETE':
				return null;
			case 'INSERT':
				foreach ( $write->added() ?? [ null ] as $row ) {
					$written = null === $row ? $watched : array_intersect_key( self::COLUMNS, $this->inserted( $statement, $row ) );
					$rule    = $this->first( array_values( $written ) );
					if ( null !== $rule ) {
						return $rule;
					}
				}
				return null;
			case 'UPDATE':
				if ( ! $write->names_one_of( array_keys( $watched ) ) ) {
					return null;
				}
				$written = $write->written();
				$rows    = null === $written ? null : $write->matched( 'ID' );
				if ( null === $written || null === $rows ) {
					return $this->first( array_values( array_filter( $watched, static fn( string $column ): bool => $write->names_one_of( [ $column ] ), ARRAY_FILTER_USE_KEY ) ) );
				}
				foreach ( $rows as $row ) {
					$stored = StoredPost::read( (int) $row['ID'] );
					$rule   = null === $stored ? null : $this->first( array_values( array_intersect_key( self::COLUMNS, self::changed( $statement, $written, $stored->row ) ) ) );
					if ( null !== $rule ) {
						return $rule;
					}
				}
				return null;
			default:
				return $this->first( array_values( $watched ) );
		}
	}

	/**
	 * Returns the columns that an UPDATE gives another value.
	 *
	 * @param array<string, string> $written Column => literal.
	 * @param array<string, string> $row     The row as it is stored.
	 *
	 * @return array<string, true>
	 */
	private static function changed( SqlStatement $statement, array $written, array $row ): array {
		if ( in_array( $row['post_type'], self::COPIES, true ) && ! isset( $written['post_type'] ) ) {
			return [];
		}
		$changed = [];
		foreach ( array_intersect_key( $written, self::COLUMNS ) as $column => $literal ) {
			$value = $statement->value( $literal );
			if ( $value !== $row[ $column ] ) {
				$changed[ $column ] = true;
			}
		}
		$title = $statement->value( $written['post_title'] ?? '' ) ?? $row['post_title'];
		$slug  = $statement->value( $written['post_name'] ?? '' ) ?? '';
		if ( self::is_own_slug( $slug, $title, $row['post_name'] ) ) {
			unset( $changed['post_name'] );
		}
		if ( self::NO_DATE === $row['post_date_gmt'] ) {
			// A draft floats, or is published now.
			$date = $statement->value( $written['post_date_gmt'] ?? '' ) ?? self::NO_DATE;
			if ( self::NO_DATE === $date || abs( strtotime( "$date UTC" ) - time() ) < MINUTE_IN_SECONDS ) {
				unset( $changed['post_date'], $changed['post_date_gmt'] );
			}
		}
		return $changed;
	}

	/**
	 * Returns the columns in which a new row says something that WordPress would not say by itself.
	 *
	 * @param array<string, string> $row Column => literal.
	 *
	 * @return array<string, true>
	 */
	private function inserted( SqlStatement $statement, array $row ): array {
		$values = array_map( fn( string $literal ): string => $statement->value( $literal ) ?? '?', $row );
		if ( in_array( $values['post_type'] ?? 'post', self::COPIES, true ) ) {
			return [];
		}
		$own  = [
			'post_name'   => self::is_own_slug( $values['post_name'] ?? '', $values['post_title'] ?? '', '' ),
			'post_author' => in_array( $values['post_author'] ?? '0', [ '0', (string) get_current_user_id() ], true ),
			'post_parent' => '0' === ( $values['post_parent'] ?? '0' ),
			'post_status' => in_array( $values['post_status'] ?? 'draft', self::INITIAL, true ),
			'post_type'   => true,
		];
		$date = $values['post_date_gmt'] ?? self::NO_DATE;
		$now  = self::NO_DATE === $date || abs( (int) strtotime( "$date UTC" ) - time() ) < MINUTE_IN_SECONDS;
		$said = array_filter( array_intersect_key( $values, self::COLUMNS ), static fn( string $value, string $column ): bool => ! ( $own[ $column ] ?? ( str_starts_with( $column, 'post_date' ) ? $now : '' === $value ) ), ARRAY_FILTER_USE_BOTH );
		return array_fill_keys( array_keys( $said ), true );
	}

	/** Tells whether a slug is the one that WordPress makes of a title, or with which it marks an item in the trash. */
	private static function is_own_slug( string $slug, string $title, string $before ): bool {
		$made  = sanitize_title( $title );
		$trash = '__trashed';
		return '' === $slug
			|| ( '' === $before && '' !== $made && 1 === preg_match( '/^' . preg_quote( $made, '/' ) . '(?:-\d+)?$/D', $slug ) )
			|| ( '' !== $before && ( _truncate_post_slug( $before, 191 ) . $trash === $slug || preg_replace( "/$trash\$/D", '', $before ) === $slug ) );
	}

	private function of_meta( SqlStatement $statement, RowWrite $write ): ?string {
		$rows = match ( $write->verb ) {
			'INSERT' => $write->added(),
			'UPDATE' => self::updated_meta( $write ),
			'DELETE' => $write->matched( 'post_id', 'meta_key' ),
			default  => null,
		};
		if ( null === $rows ) {
			return ( $this->forbids )( 'meta:*' );
		}
		foreach ( $rows as $row ) {
			// Literals of an INSERT and of what an UPDATE writes; values of rows that are stored.
			$key  = isset( $row['literal'] ) || 'INSERT' === $write->verb ? $statement->value( $row['literal'] ?? $row['meta_key'] ?? '' ) ?? '*' : $row['meta_key'];
			$rule = ( $this->forbids )( "meta:$key" );
			if ( null !== $rule && ! self::is_of_copy( $statement->value( $row['post_id'] ?? '' ) ?? $row['post_id'] ?? '' ) ) {
				return $rule;
			}
		}
		return null;
	}

	/** @return list<array<string, string>>|null The rows that an UPDATE matches, and the key that it writes. */
	private static function updated_meta( RowWrite $write ): ?array {
		$written = $write->written();
		$rows    = null === $written ? null : $write->matched( 'post_id', 'meta_key' );
		return null === $rows || ! isset( $written['meta_key'] ) ? $rows : [ ...$rows, [ 'literal' => $written['meta_key'] ] ];
	}

	private function of_terms( RowWrite $write ): ?string {
		$rows = match ( $write->verb ) {
			'INSERT' => $write->added( true ),
			'UPDATE' => self::updated_terms( $write ),
			'DELETE' => $write->matched( 'object_id', 'term_taxonomy_id' ),
			default  => null,
		};
		foreach ( $rows ?? [ [] ] as $row ) {
			$relation = trim( $row['term_taxonomy_id'] ?? '', '\'"' );
			$taxonomy = ctype_digit( $relation ) ? self::taxonomy( (int) $relation ) : '*';
			$rule     = ( $this->forbids )( "terms:$taxonomy" );
			if ( null !== $rule && ! ( 'INSERT' === $write->verb && self::is_default( $taxonomy, (int) $relation ) ) ) {
				return $rule;
			}
		}
		return null;
	}

	/** @return list<array<string, string>>|null The rows that an UPDATE matches, and the term that it writes. */
	private static function updated_terms( RowWrite $write ): ?array {
		$written = $write->written();
		$rows    = null === $written ? null : $write->matched( 'object_id', 'term_taxonomy_id' );
		return null === $rows || ! isset( $written['term_taxonomy_id'] ) ? $rows : [ ...$rows, $written ];
	}

	/**
	 * A statement that names none of the columns writes all of them.
	 *
	 * @param array<string, list<string>> $columns Column => fields.
	 */
	private function of_copy( SqlStatement $statement, string $table, array $columns ): ?string {
		$named = array_intersect_key( $columns, array_flip( $statement->names() ) );
		$write = new RowWrite( $statement, substr( (string) strrchr( '.' . $table, '.' ), 1 ) );
		// Asked only for columns that a rule forbids: plugins save all columns of a row, also those that stay as they are.
		$stays = fn( string $column ): bool => null !== $this->first( $columns[ $column ] ) && self::keeps( $write, $column );
		$kept  = array_filter( array_keys( $named ), $stays );
		if ( [] !== $named && count( $kept ) === count( $named ) ) {
			return null;
		}
		$named = array_diff_key( $named, array_flip( $kept ) );
		return $this->first( array_merge( ...array_values( [] === $named || 'DELETE' === $statement->verb ? $columns : $named ) ) );
	}

	/** Tells whether a statement leaves a column as it is, or empty in a new row. */
	private static function keeps( RowWrite $write, string $column ): bool {
		$is_new  = 'INSERT' === $write->verb;
		$rows    = $is_new ? $write->added() : $write->matched( $column );
		$written = $is_new ? null : $write->written();
		if ( null === $rows || ( ! $is_new && ! isset( $written[ $column ] ) ) ) {
			return false;
		}
		foreach ( $rows as $row ) {
			$literal = $is_new ? $row[ $column ] ?? 'NULL' : $written[ $column ];
			$is_text = 1 === preg_match( '/^(?:\'([^\'\\\\]*)\'|(\d+))$/D', $literal, $found );
			$text    = 'NULL' === strtoupper( $literal ) ? '' : ( $is_text ? $found[2] ?? $found[1] : null );
			if ( null === $text || $text !== ( $is_new ? '' : $row[ $column ] ) ) {
				return false;
			}
		}
		return true;
	}

	/** Returns the name of the taxonomy of a relation, or `*` if there is none. */
	private static function taxonomy( int $relation ): string {
		global $wpdb;
		return (string) ( $wpdb->get_var( $wpdb->prepare( "SELECT taxonomy FROM $wpdb->term_taxonomy WHERE term_taxonomy_id = %d", $relation ) ) ?? '*' ); // phpcs:ignore WordPress.DB.DirectDatabaseQuery -- Past the cache.
	}

	/** Tells whether a term is the one that WordPress gives an item without any. */
	private static function is_default( string $taxonomy, int $relation ): bool {
		$term = get_term_by( 'term_taxonomy_id', $relation, $taxonomy );
		$own  = (int) get_option( 'category' === $taxonomy ? 'default_category' : "default_term_$taxonomy", 0 );
		return $term instanceof \WP_Term && $own > 0 && $own === $term->term_id;
	}

	/** Tells whether metadata belongs to a revision, whose own fields nobody sees. */
	private static function is_of_copy( string $post ): bool {
		$stored = ctype_digit( $post ) ? StoredPost::read( (int) $post ) : null;
		return null !== $stored && in_array( $stored->row['post_type'], self::COPIES, true );
	}

	/** @param list<string> $fields */
	private function first( array $fields ): ?string {
		foreach ( array_unique( $fields ) as $field ) {
			$rule = ( $this->forbids )( $field );
			if ( null !== $rule ) {
				return $rule;
			}
		}
		return null;
	}
}

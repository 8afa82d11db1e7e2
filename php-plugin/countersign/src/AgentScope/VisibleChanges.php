<?php

declare(strict_types=1);

namespace Countersign\Plugin\AgentScope;

use Countersign\Plugin\Targets\StoredPost;

defined( 'ABSPATH' ) || exit;

/**
 * Finds the posts of which visitors may see something else after a statement: posts, their metadata and terms, the terms
 * themselves with their metadata, and the options that choose what the front page shows. The extension decides from these
 * posts whether the call may send the statement.
 *
 * A term is as visible as the posts that have it or a term below it. What the call itself has inserted is judged as new.
 */
final class VisibleChanges {

	/**
	 * Tables beside that of posts. `of`: the column with the id of the post or term. `id`: the column that names the row. `seen`:
	 * the columns that visitors see something of. `adds`: whether a new row changes what visitors see; a new term is nowhere.
	 */
	private const TABLES = [
		'postmeta'           => [ 'of' => 'post_id', 'id' => 'meta_id', 'seen' => [ 'post_id', 'meta_key', 'meta_value' ], 'adds' => true ],
		'termmeta'           => [ 'of' => 'term_id', 'id' => 'meta_id', 'seen' => [ 'term_id', 'meta_key', 'meta_value' ], 'adds' => true ],
		'term_relationships' => [ 'of' => 'object_id', 'id' => '', 'seen' => [ 'object_id', 'term_taxonomy_id', 'term_order' ], 'adds' => true ],
		'terms'              => [ 'of' => 'term_id', 'id' => 'term_id', 'seen' => [ 'name', 'slug' ], 'adds' => false ],
		'term_taxonomy'      => [ 'of' => 'term_id', 'id' => 'term_taxonomy_id', 'seen' => [ 'term_id', 'taxonomy', 'description', 'parent' ], 'adds' => false ],
	];

	/** The same for tables of plugins that hold more of posts, by their names without the prefix of the site. AIOSEO: what its pages show. */
	private const OF_PLUGINS = [
		'aioseo_posts' => [ 'of' => 'post_id', 'id' => 'id', 'seen' => [ 'post_id', 'title', 'description', 'keywords', 'keyphrases', 'canonical_url', 'og_title', 'og_description', 'og_object_type', 'og_image_type', 'og_image_url', 'og_image_custom_url', 'og_image_custom_fields', 'og_video', 'og_article_section', 'og_article_tags', 'twitter_use_og', 'twitter_card', 'twitter_image_type', 'twitter_image_url', 'twitter_image_custom_url', 'twitter_image_custom_fields', 'twitter_title', 'twitter_description', 'schema', 'schema_type', 'schema_type_options', 'robots_default', 'robots_noindex', 'robots_noarchive', 'robots_nosnippet', 'robots_nofollow', 'robots_noimageindex', 'robots_noodp', 'robots_notranslate', 'robots_max_snippet', 'robots_max_videopreview', 'robots_max_imagepreview', 'priority', 'frequency', 'local_seo', 'breadcrumb_settings' ], 'adds' => true ],
	];

	/** Metadata by which WordPress notes who edits a post, and what it has to look up later. */
	private const UNSEEN = [ '_edit_last', '_edit_lock', '_encloseme', '_pingme' ];

	/** Largest number of posts that are looked at for a term. */
	private const MAX = 50;

	private const UNKNOWN = [ '"unknown"' ];

	/** @var array<string, string> Name of a table as statements have it, in lower case => its name in `wpdb`. */
	private readonly array $tables;

	/** @var list<string> Names of metadata that visitors never see. */
	private readonly array $unseen;

	/** The database object that sends an INSERT of a post. */
	private ?\wpdb $inserts = null;

	/** @var array<int, true> Ids of posts that this request has inserted. */
	private array $inserted = [];

	/** Notes the tables of the current site. */
	public function __construct() {
		global $wpdb;
		$tables = [];
		foreach ( [ 'posts', 'options', ...array_keys( self::TABLES + self::OF_PLUGINS ) ] as $name ) {
			$tables[ strtolower( self::table( $name ) ) ]                    = $name;
			$tables[ DB_NAME . '.' . strtolower( self::table( $name ) ) ] = $name;
		}
		$this->tables = $tables;
		/**
		 * Filters the names of metadata of posts and terms that visitors never see, such as the counters of a cache. A call may
		 * write them whichever post or term they belong to.
		 *
		 * Applied once per call, before it begins.
		 *
		 * @param list<string> $keys Meta keys. Those of WordPress at first.
		 */
		$this->unseen = array_values( array_filter( (array) apply_filters( 'countersign_unseen_meta', self::UNSEEN ), is_string( ... ) ) );
	}

	/** Tells whether visitors may see something of the tables that a statement changes. */
	public function concern( SqlStatement $statement ): bool {
		return [] !== array_intersect_key( $this->tables, array_flip( $statement->written ) );
	}

	/**
	 * Returns what the extension must permit before a statement is sent, in the form of {@see \Countersign\McpCall::mayChange()}.
	 *
	 * @return list<string> Empty if visitors see nothing of the change.
	 */
	public function reports( SqlStatement $statement ): array {
		$reports = [];
		foreach ( array_intersect_key( $this->tables, array_flip( $statement->written ) ) as $name ) {
			$write = new RowWrite( $statement, self::table( $name ) );
			$posts = match ( $name ) {
				'posts'   => PostWrite::posts( $write, $this->post( ... ) ),
				'options' => $this->of_options( $statement, $write ),
				default   => $this->of_rows( $name, $write ),
			};
			array_push( $reports, ...( null === $posts ? self::UNKNOWN : self::to_json( $posts ) ) );
		}
		return array_values( array_unique( $reports ) );
	}

	/** Returns the name of a table with the prefix of the site. */
	private static function table( string $name ): string {
		global $wpdb;
		return isset( self::OF_PLUGINS[ $name ] ) ? $wpdb->prefix . $name : $wpdb->$name;
	}

	/** Tells whether a DELETE removes only posts that this request has inserted, or what belongs to them alone. */
	public function takes_back( SqlStatement $statement ): bool {
		global $wpdb;
		$table = 1 === count( $statement->written ) ? $this->tables[ $statement->written[0] ] ?? '' : '';
		$of    = [
			'posts'              => 'ID',
			'postmeta'           => 'post_id',
			'term_relationships' => 'object_id',
		][ $table ] ?? null;
		if ( null === $of || [] === $this->inserted ) {
			return false;
		}
		$rows = ( new RowWrite( $statement, $wpdb->$table ) )->matched( $of );
		return null !== $rows && [] !== $rows && [] === array_diff( array_map( intval( ... ), array_column( $rows, $of ) ), array_keys( $this->inserted ) );
	}

	/** @return list<string> The report on a post as it is stored. */
	public function of_post( int $id ): array {
		return self::to_json( array_filter( [ $this->post( $id ) ] ) );
	}

	/** @return list<string> The reports on the posts that have a term. */
	public function of_term( int $id ): array {
		$posts = $this->with_terms( [ $id ] );
		return null === $posts ? self::UNKNOWN : self::to_json( $posts );
	}

	/**
	 * Notes that a statement is about to be sent, which may insert a post.
	 *
	 * @param \Closure(): \wpdb $sender Returns the database object that sends it.
	 */
	public function insert( SqlStatement $statement, \Closure $sender ): void {
		if ( 'INSERT' === $statement->verb && 'posts' === ( $this->tables[ $statement->written[0] ?? '' ] ?? '' ) ) {
			$this->inserts            = $sender();
			$this->inserts->insert_id = 0;
		}
	}

	/** Notes the id of the post that was inserted last. Called before the next statement. */
	public function inserted(): void {
		if ( null !== $this->inserts ) {
			$this->inserted[ (int) $this->inserts->insert_id ] = true;
			$this->inserts                                     = null;
		}
	}

	/** Returns a post as it is stored, or as a new one if this request has inserted it. */
	private function post( int $id ): ?StoredPost {
		$stored = StoredPost::read( $id );
		return null !== $stored && isset( $this->inserted[ $id ] ) ? StoredPost::fresh( $stored->row ) : $stored;
	}

	/** @return list<StoredPost>|null Null if they are not known. */
	private function of_rows( string $name, RowWrite $write ): ?array {
		[ 'of' => $of, 'id' => $id, 'seen' => $seen, 'adds' => $adds ] = ( self::TABLES + self::OF_PLUGINS )[ $name ];
		$has_keys = in_array( 'meta_key', $seen, true );
		$rows     = match ( $write->verb ) {
			'INSERT' => self::added( $write, $of, $id, $has_keys ),
			'UPDATE' => $write->names_one_of( [ $id, ...$seen ] ) ? self::updated( $write, $of, $id, $has_keys ) : [],
			'DELETE' => $write->matched( $of, ...( $has_keys ? [ 'meta_key' ] : [] ) ),
			default  => null,
		};
		if ( null === $rows ) {
			return null;
		}
		$rows = array_filter( 'INSERT' === $write->verb && ! $adds ? [] : $rows, fn( array $row ): bool => ! in_array( $row['meta_key'] ?? null, $this->unseen, true ) );
		$ids  = array_values( array_unique( array_map( intval( ... ), array_column( $rows, $of ) ) ) );
		if ( 'term_id' === $of ) {
			return $this->with_terms( $ids );
		}
		$posts = array_map( $this->post( ... ), $ids );
		// What belongs to no post can only be removed.
		return 'DELETE' !== $write->verb && in_array( null, $posts, true ) ? null : array_values( array_filter( $posts ) );
	}

	/** @return list<array<string, string>>|null The rows that an INSERT adds: column => value. */
	private static function added( RowWrite $write, string $of, string $id, bool $has_keys ): ?array {
		$rows = [];
		foreach ( $write->added( '' === $id ) ?? [ [] ] as $row ) {
			$owner = self::number( $row[ $of ] ?? '0' );
			if ( [] === $row || ( isset( $row[ $id ] ) && 'NULL' !== strtoupper( $row[ $id ] ) ) || null === $owner ) {
				return null;
			}
			$rows[] = [ $of => $owner ] + ( $has_keys ? [ 'meta_key' => self::plain( $row['meta_key'] ?? '' ) ] : [] );
		}
		return $rows;
	}

	/** @return list<array<string, string>>|null The rows that an UPDATE matches, and what becomes of them. */
	private static function updated( RowWrite $write, string $of, string $id, bool $has_keys ): ?array {
		$written = $write->written();
		$owner   = self::number( $written[ $of ] ?? '0' );
		$number  = isset( $written[ $id ] ) ? self::number( $written[ $id ] ) : '';
		$rows    = null === $written || null === $number || null === $owner ? null : $write->matched( $of, ...( $has_keys ? [ 'meta_key' ] : [] ), ...( '' === $number || $id === $of ? [] : [ $id ] ) );
		if ( '' !== $number && [] !== array_diff( array_column( $rows ?? [], $id ), [ $number ] ) ) {
			// Some plugins write the number that a row has. Another one would make it another row.
			return null;
		}
		if ( null === $rows || [] === $rows ) {
			return $rows;
		}
		$becomes = array_filter( [ $of => isset( $written[ $of ] ) ? $owner : null, 'meta_key' => isset( $written['meta_key'] ) ? self::plain( $written['meta_key'] ) : null ], is_string( ... ) );
		return [] === $becomes ? $rows : [ ...$rows, ...array_map( static fn( array $row ): array => $becomes + $row, $rows ) ];
	}

	/**
	 * Returns posts of each kind that have one of these terms, or a term below one. Menus refer to terms too.
	 *
	 * @param list<int> $terms
	 *
	 * @return list<StoredPost>|null Null if they are not known, or of too many kinds.
	 */
	private function with_terms( array $terms ): ?array {
		global $wpdb;
		$relations = [];
		$all       = [];
		for ( $next = $terms; [] !== $next; $next = array_values( array_diff( array_map( intval( ... ), array_column( $rows, 'term_id' ) ), $all ) ) ) {
			$all       = [ ...$all, ...$next ];
			$marks     = self::marks( $next );
			$rows      = $wpdb->get_results( $wpdb->prepare( "SELECT term_id, term_taxonomy_id FROM $wpdb->term_taxonomy WHERE term_id IN ( $marks ) OR parent IN ( $marks )", ...$next, ...$next ), ARRAY_A ); // phpcs:ignore WordPress.DB -- Only placeholders; past the cache.
			$relations = [ ...$relations, ...array_column( $rows, 'term_taxonomy_id' ) ];
		}
		if ( [] === $relations ) {
			return [];
		}
		$marks = self::marks( $relations );
		// Posts of the same type and status are equally visible. An attachment is as visible as its parent.
		$ids = $wpdb->get_col( $wpdb->prepare( "SELECT MIN( r.object_id ) FROM $wpdb->term_relationships r LEFT JOIN $wpdb->posts p ON p.ID = r.object_id WHERE r.term_taxonomy_id IN ( $marks ) GROUP BY p.post_type, p.post_status, CASE WHEN p.post_type = 'attachment' THEN p.post_parent ELSE 0 END LIMIT %d", ...[ ...$relations, self::MAX + 1 ] ) ); // phpcs:ignore WordPress.DB -- As above.
		$marks = implode( ', ', array_fill( 0, count( $all ), '%s' ) );
		$menus = $wpdb->get_col( $wpdb->prepare( "SELECT DISTINCT post_id FROM $wpdb->postmeta WHERE meta_key = '_menu_item_object_id' AND meta_value IN ( $marks ) LIMIT %d", ...[ ...$all, self::MAX + 1 ] ) ); // phpcs:ignore WordPress.DB -- As above.
		if ( count( $ids ) > self::MAX || count( $menus ) > self::MAX ) {
			return null;
		}
		$posts = array_map( fn( mixed $id ): ?StoredPost => $this->post( (int) $id ), [ ...$ids, ...$menus ] );
		return in_array( null, $posts, true ) ? null : $posts;
	}

	/**
	 * Returns the posts that an option puts on the front page or takes from there: for the sticky posts those that become or no
	 * longer are sticky.
	 *
	 * @return list<StoredPost>|null Null for any other option of this kind: visitors see it.
	 */
	private function of_options( SqlStatement $statement, RowWrite $write ): ?array {
		$posts = [];
		foreach ( 'UPDATE' !== $write->verb || $write->names_one_of( [ 'option_name', 'option_value' ] ) ? OptionWrite::names( $statement ) ?? [] : [] as [ $operator, $text ] ) {
			$option = ProtectedOptions::shown( $operator, $text );
			if ( null === $option ) {
				continue;
			}
			$stuck = 'sticky_posts' === $option && '=' === $operator ? $this->stuck( $write ) : null;
			if ( null === $stuck ) {
				return null;
			}
			$posts = [ ...$posts, ...$stuck ];
		}
		return $posts;
	}

	/** @return list<StoredPost>|null The posts that become or no longer are sticky. */
	private function stuck( RowWrite $write ): ?array {
		global $wpdb;
		$row    = 'DELETE' === $write->verb ? [ 'option_value' => "'a:0:{}'" ] : ( $write->written() ?? $write->added( true )[0] ?? [] );
		$before = self::list_of( (string) ( $wpdb->get_var( "SELECT option_value FROM $wpdb->options WHERE option_name = 'sticky_posts'" ) ?? 'a:0:{}' ) ); // phpcs:ignore WordPress.DB -- Past the cache.
		$after  = self::list_of( self::plain( $row['option_value'] ?? '' ) );
		if ( null === $before || null === $after ) {
			return null;
		}
		$added = array_map( $this->post( ... ), array_values( array_diff( $after, $before ) ) );
		return in_array( null, $added, true ) ? null : [ ...$added, ...array_filter( array_map( $this->post( ... ), array_values( array_diff( $before, $after ) ) ) ) ];
	}

	/** @return list<int>|null The numbers of a list that PHP has serialized. */
	private static function list_of( string $serialized ): ?array {
		preg_match_all( '/i:\d+;i:(\d+);/', $serialized, $found );
		return 1 === preg_match( '/^a:\d+:\{(?:i:\d+;i:\d+;)*\}$/D', $serialized ) ? array_map( intval( ... ), $found[1] ) : null;
	}

	/** Returns a literal number as digits, or null for another one. */
	private static function number( string $literal ): ?string {
		return preg_match( '/^([\'"]?)(\d+)\1$/D', $literal, $found ) ? $found[2] : null;
	}

	/** Returns the text of a literal without quotes, or '' if it has any within or a backslash. */
	private static function plain( string $literal ): string {
		return preg_match( '/^([\'"])([^\'"\\\\]*)\1$/D', $literal, $found ) ? $found[2] : '';
	}

	/** @param list<int|string> $values */
	private static function marks( array $values ): string {
		return implode( ', ', array_fill( 0, count( $values ), '%d' ) );
	}

	/**
	 * @param array<array-key, StoredPost> $posts
	 *
	 * @return list<string>
	 */
	private static function to_json( array $posts ): array {
		return array_values( array_map( static fn( StoredPost $post ): string => $post->visibility(), $posts ) );
	}
}

<?php

declare(strict_types=1);

namespace Countersign\Plugin\Tools\Content;

defined( 'ABSPATH' ) || exit;

/**
 * SQL conditions for what the current user can see, as WordPress's capabilities `read_post` and `edit_post` decide for one
 * post. In the query itself they keep pages full, and keep totals from telling whether a hidden post exists.
 */
final class Visibility {

	/** Statuses in which editing needs the capability for published posts. */
	private const PUBLISHED = [ 'publish', 'future' ];

	/** The status of an item of the media library whose chain of parents is too long. It is hidden. */
	private const UNKNOWN = '?';

	/** How many attachments can be attached to each other. */
	private const MAX_DEPTH = 3;

	/**
	 * Returns the condition for the posts that the current user can read. The statuses of the query are those of
	 * {@see Posts::STATUSES}.
	 *
	 * @param list<\WP_Post_Type> $types The post types of the query.
	 */
	public static function readable( array $types ): string {
		return self::any(
			$types,
			static function ( \WP_Post_Type $type ): array {
				if ( ! $type->map_meta_cap ) {
					return [ self::can( $type->cap->read_post ) ? '1 = 1' : '1 = 0' ];
				}
				$any = [];
				if ( self::can( $type->cap->read ) ) {
					$any[] = self::status_in( array_filter( Posts::STATUSES, self::is_public( ... ) ) );
					$any[] = self::own();
				}
				if ( self::can( $type->cap->read_private_posts ) ) {
					$any[] = self::status_in( array_filter( Posts::STATUSES, self::is_private( ... ) ) );
				}
				$others = array_filter( Posts::STATUSES, static fn( string $status ): bool => ! self::is_public( $status ) && ! self::is_private( $status ) );
				return [ ...$any, ...self::editable_of_others( $type, $others ) ];
			}
		);
	}

	/**
	 * Returns the condition for the posts that the current user can edit.
	 *
	 * @param list<\WP_Post_Type> $types The post types of the query.
	 */
	public static function editable( array $types ): string {
		return self::any(
			$types,
			static function ( \WP_Post_Type $type ): array {
				if ( ! $type->map_meta_cap ) {
					return [ self::can( $type->cap->edit_post ) ? '1 = 1' : '1 = 0' ];
				}
				$own = [];
				if ( self::can( $type->cap->edit_published_posts ) ) {
					$own[] = self::status_in( self::PUBLISHED );
				}
				if ( self::can( $type->cap->edit_posts ) ) {
					$own[] = self::status_in( array_diff( Posts::STATUSES, self::PUBLISHED ) );
				}
				$own = $own ? [ '(' . self::own() . ' AND (' . implode( ' OR ', $own ) . ')' . self::not_privacy_page() . ')' ] : [];
				return [ ...$own, ...self::editable_of_others( $type, Posts::STATUSES ) ];
			}
		);
	}

	/**
	 * Returns the condition for the items of the media library that the current user can read. An item without a status of
	 * its own has that of the post to which it is attached.
	 */
	public static function media(): string {
		global $wpdb;
		$type   = get_post_type_object( 'attachment' );
		$cap    = $type->cap ?? null;
		$all    = array_map( strval( ... ), array_values( get_post_stati() ) );
		$own    = [];
		$others = [];
		foreach ( $all as $status ) {
			if ( ! $cap ) {
				break;
			}
			if ( self::can( $cap->read ) ) {
				$own[] = $status;
			}
			$needed = match ( true ) {
				self::is_public( $status )  => $cap->read,
				self::is_private( $status ) => $cap->read_private_posts,
				default                     => $cap->edit_others_posts,
			};
			if ( self::can( $needed ) ) {
				$others[] = $status;
			}
		}
		if ( $all === $own && $all === $others && self::can( 'edit_others_posts' ) ) {
			return self::has_status();
		}
		$status = self::status_of_media();
		return 'CASE WHEN ' . self::own() . " THEN $status " . self::among( $own ) . " ELSE $status " . self::among( $others ) . ' END';
	}

	/**
	 * Joins the conditions of several post types.
	 *
	 * @param list<\WP_Post_Type>                   $types
	 * @param callable(\WP_Post_Type): list<string> $conditions Returns conditions of which one must hold.
	 */
	private static function any( array $types, callable $conditions ): string {
		global $wpdb;
		$any = [ '1 = 0' ];
		foreach ( $types as $type ) {
			$of_type = $conditions( $type );
			if ( $of_type ) {
				$any[] = $wpdb->prepare( "$wpdb->posts.post_type = %s", $type->name ) . ' AND (' . implode( ' OR ', $of_type ) . ')';
			}
		}
		return '((' . implode( ') OR (', $any ) . '))';
	}

	/**
	 * Returns the conditions under which the user can edit posts of other authors.
	 *
	 * @param \WP_Post_Type $type     The post type.
	 * @param string[]      $statuses The statuses in question.
	 *
	 * @return list<string>
	 */
	private static function editable_of_others( \WP_Post_Type $type, array $statuses ): array {
		if ( ! self::can( $type->cap->edit_others_posts ) ) {
			return [];
		}
		if ( ! self::can( $type->cap->edit_published_posts ) ) {
			$statuses = array_diff( $statuses, self::PUBLISHED );
		}
		if ( ! self::can( $type->cap->edit_private_posts ) ) {
			$statuses = array_diff( $statuses, [ 'private' ] );
		}
		return [ '(NOT ' . self::own() . ' AND ' . self::status_in( $statuses ) . self::not_privacy_page() . ')' ];
	}

	/** Returns the condition, with a leading AND, that excludes the page with the privacy policy if the user may not edit it. */
	private static function not_privacy_page(): string {
		global $wpdb;
		$page = (int) get_option( 'wp_page_for_privacy_policy' );
		return ! $page || self::can( 'manage_privacy_options' ) ? '' : $wpdb->prepare( " AND $wpdb->posts.ID <> %d", $page );
	}

	/**
	 * Returns the SQL expression for the status of an item of the media library, as `get_post_status()` finds it. The parents
	 * are joined and not nested, because SQLite limits the depth of an expression.
	 */
	private static function status_of_media(): string {
		global $wpdb;
		$chain = [ $wpdb->posts ];
		for ( $depth = 1; $depth <= self::MAX_DEPTH + 1; $depth++ ) {
			$chain[] = "countersign_parent_$depth";
		}
		$joins = '';
		$whens = '';
		foreach ( array_slice( $chain, 1 ) as $position => $parent ) {
			$child  = $chain[ $position ];
			$before = "(SELECT meta_value FROM $wpdb->postmeta WHERE post_id = $parent.ID AND meta_key = '_wp_trash_meta_status' ORDER BY meta_id LIMIT 1)";
			if ( $position > 0 ) {
				$whens .= self::ends( $child );
				$joins .= " LEFT JOIN $wpdb->posts $parent ON $parent.ID = $child.post_parent";
			}
			$whens .= " WHEN $parent.ID IS NULL THEN 'publish'"
				. " WHEN $parent.post_status = 'trash' THEN COALESCE(NULLIF(NULLIF($before, ''), '0'), 'publish')"
				. " WHEN $parent.post_type <> 'attachment' THEN $parent.post_status";
		}
		// The subquery depends on the parent only, so that the database can keep its result for the next item of the same parent.
		return 'CASE' . self::ends( $wpdb->posts )
			. " ELSE COALESCE((SELECT CASE$whens ELSE '" . self::UNKNOWN . "' END FROM $wpdb->posts {$chain[1]}$joins WHERE {$chain[1]}.ID = $wpdb->posts.post_parent), 'publish') END";
	}

	/**
	 * Returns the condition that the chain of parents of an item of the media library is not too long: the condition for a user
	 * who can read every status. WordPress does not return from a circle of parents.
	 */
	private static function has_status(): string {
		global $wpdb;
		$goes_on = static fn( string $item ): string => "$item.post_type = 'attachment' AND $item.post_status = 'inherit' AND $item.post_parent NOT IN (0, $item.ID)";
		$chain   = array_map( static fn( int $depth ): string => "countersign_parent_$depth", range( 1, self::MAX_DEPTH + 1 ) );
		$from    = "$wpdb->posts $chain[0]";
		foreach ( array_slice( $chain, 1 ) as $position => $parent ) {
			$from .= " JOIN $wpdb->posts $parent ON $parent.ID = {$chain[$position]}.post_parent";
		}
		return 'NOT (' . $goes_on( $wpdb->posts ) . " AND EXISTS (SELECT 1 FROM $from WHERE $chain[0].ID = $wpdb->posts.post_parent AND " . implode( ' AND ', array_map( $goes_on, $chain ) ) . '))';
	}

	/** Returns the cases in which the status of an attachment does not depend on a parent. */
	private static function ends( string $item ): string {
		return " WHEN $item.post_status IN ('private', 'trash', 'auto-draft') THEN $item.post_status"
			. " WHEN $item.post_status <> 'inherit' OR $item.post_parent IN (0, $item.ID) THEN 'publish'";
	}

	/**
	 * Returns the end of a condition on a status of media. A status that is not registered needs the capability to edit posts
	 * of others, as in `map_meta_cap()`.
	 *
	 * @param list<string> $statuses The registered statuses that are permitted.
	 */
	private static function among( array $statuses ): string {
		if ( self::can( 'edit_others_posts' ) ) {
			return 'NOT IN (' . self::quoted( [ self::UNKNOWN, ...array_diff( get_post_stati(), $statuses ) ] ) . ')';
		}
		return $statuses ? 'IN (' . self::quoted( $statuses ) . ')' : 'IS NULL';
	}

	/** @param string[] $statuses */
	private static function status_in( array $statuses ): string {
		global $wpdb;
		return $statuses ? "$wpdb->posts.post_status IN (" . self::quoted( $statuses ) . ')' : '1 = 0';
	}

	/** @param string[] $texts */
	private static function quoted( array $texts ): string {
		global $wpdb;
		return implode( ', ', array_map( static fn( string $text ): string => (string) $wpdb->prepare( '%s', $text ), array_values( $texts ) ) );
	}

	private static function own(): string {
		global $wpdb;
		$user = get_current_user_id();
		return $user ? "($wpdb->posts.post_author = $user)" : '(1 = 0)';
	}

	private static function is_public( string $status ): bool {
		return (bool) ( get_post_status_object( $status )->public ?? false );
	}

	private static function is_private( string $status ): bool {
		return (bool) ( get_post_status_object( $status )->private ?? false );
	}

	/** Tells whether the user has a capability. Returns false for one that can be asked for a certain post only. */
	private static function can( string $capability ): bool {
		return ! in_array( $capability, [ 'read_post', 'read_page', 'edit_post', 'edit_page' ], true ) && current_user_can( $capability ); // phpcs:ignore WordPress.WP.Capabilities -- A capability of a post type.
	}
}

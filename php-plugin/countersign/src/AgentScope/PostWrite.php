<?php

declare(strict_types=1);

namespace Countersign\Plugin\AgentScope;

use Countersign\Plugin\Targets\StoredPost;

defined( 'ABSPATH' ) || exit;

/**
 * A statement that changes the table of posts: which posts, and what they become. The extension decides from that whether
 * visitors see them. It covers a tool that changes another post than the one that it has named, and functions of WordPress
 * that check nothing. A form that {@see RowWrite} does not know counts as one that changes what visitors see.
 */
final class PostWrite {

	/** Columns that visitors see, or that decide whether they see a post. */
	private const SEEN = [ 'id', 'post_author', 'post_content', 'post_date', 'post_date_gmt', 'post_excerpt', 'post_name', 'post_parent', 'post_password', 'post_status', 'post_title', 'post_type' ];

	/** Columns that decide whether visitors see a post. Another id is another post. */
	private const DECIDING = [ 'post_parent', 'post_status', 'post_type' ];

	/**
	 * Returns the posts that a statement changes, each as it is and as it becomes.
	 *
	 * @param \Closure(int): ?StoredPost $read Returns a post as it is stored.
	 *
	 * @return list<StoredPost>|null Empty if visitors see nothing of the change. Null if the form is not known.
	 */
	public static function posts( RowWrite $write, \Closure $read ): ?array {
		switch ( $write->verb ) {
			case 'INSERT':
				$added = $write->added();
				$rows  = null === $added ? [ null ] : array_map( self::plain( ... ), $added );
				return in_array( null, $rows, true ) ? null : array_map( StoredPost::fresh( ... ), $rows );
			case 'UPDATE':
				if ( ! $write->names_one_of( self::SEEN ) ) {
					return [];
				}
				$written = $write->written();
				$written = null === $written ? null : self::plain( $written );
				return null === $written ? null : self::matched( $write, $written, $read );
			default:
				return self::matched( $write, [], $read );
		}
	}

	/**
	 * @param array<string, string>      $written Deciding column => new value.
	 * @param \Closure(int): ?StoredPost $read    As above.
	 *
	 * @return list<StoredPost>|null
	 */
	private static function matched( RowWrite $write, array $written, \Closure $read ): ?array {
		$rows  = $write->matched( 'ID' );
		$posts = [];
		foreach ( $rows ?? [] as $row ) {
			$stored = $read( (int) $row['ID'] );
			if ( null === $stored ) {
				return null;
			}
			$posts[] = $stored;
			if ( array_diff_assoc( $written, $stored->row ) ) {
				$posts[] = $stored->with( $written );
			}
		}
		return null === $rows ? null : $posts;
	}

	/**
	 * Returns the deciding columns with their values, or null if a value or the id is not plain.
	 *
	 * @param array<string, string> $columns Column => literal.
	 *
	 * @return array<string, string>|null
	 */
	private static function plain( array $columns ): ?array {
		$row = isset( $columns['id'] ) ? null : [];
		foreach ( null === $row ? [] : array_intersect_key( $columns, array_flip( self::DECIDING ) ) as $column => $literal ) {
			if ( ! preg_match( '/^([\'"]?)([\w-]+)\1$/D', $literal, $found ) ) {
				return null;
			}
			$row[ $column ] = 'post_parent' === $column ? (string) max( 0, (int) $found[2] ) : $found[2];
		}
		return $row;
	}
}

<?php

declare(strict_types=1);

namespace Countersign\Plugin\Targets;

defined( 'ABSPATH' ) || exit;

/**
 * The condition under which a statement may write a post: its row is as it was, and the edit lock is held. The database decides while
 * it writes, so a person who saves at the same moment is not overwritten.
 */
final class RowCondition {

	/** The columns that WordPress writes whenever it saves a post, without times of modification and pings. */
	private const COLUMNS = [ 'post_author', 'post_date', 'post_date_gmt', 'post_content', 'post_content_filtered', 'post_title', 'post_excerpt', 'post_status', 'post_type', 'comment_status', 'ping_status', 'post_password', 'post_name', 'post_parent', 'menu_order', 'post_mime_type' ];

	/** @param string|null $digest The digest of the row, or null if there is none. */
	private function __construct(
		private readonly int $id,
		private readonly ?EditLock $lock,
		private readonly ?string $digest,
	) {}

	/** Reads the row of a post as it is now. */
	public static function now( int $id, ?EditLock $lock ): self {
		return new self( $id, $lock, self::read( $id ) );
	}

	/** Returns a statement with the condition, or null if it is not the one by which WordPress writes the post. */
	public function add_to( string $sql ): ?string {
		global $wpdb;
		if ( ! str_starts_with( $sql, "UPDATE `$wpdb->posts` SET " ) || ! str_ends_with( $sql, " WHERE `ID` = $this->id" ) ) {
			return null;
		}
		return $sql . ' AND ' . self::expression() . $wpdb->prepare( ' = %s', (string) $this->digest ) . ( null === $this->lock ? '' : ' AND ' . $this->lock->condition() );
	}

	/** Tells whether a statement can change rows of posts. */
	public static function may_concern( string $sql ): bool {
		global $wpdb;
		return str_contains( $sql, $wpdb->posts ) && 1 === preg_match( '/^\s*(?:UPDATE|REPLACE)\b/i', $sql );
	}

	/** Tells whether the row is as it was. */
	public function is_unchanged(): bool {
		return null !== $this->digest && self::read( $this->id ) === $this->digest;
	}

	private static function read( int $id ): ?string {
		global $wpdb;
		return $wpdb->get_var( 'SELECT ' . self::expression() . $wpdb->prepare( " FROM $wpdb->posts WHERE ID = %d", $id ) ); // phpcs:ignore WordPress.DB -- Constants of this class; past any cache.
	}

	/** The database computes the digest, because its bytes depend on the character set of the table. */
	private static function expression(): string {
		return 'MD5(CONCAT(' . implode( ', ', array_map( static fn( string $column ): string => "MD5($column)", self::COLUMNS ) ) . '))';
	}
}

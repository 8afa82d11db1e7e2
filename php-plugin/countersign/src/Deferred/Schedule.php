<?php

declare(strict_types=1);

namespace Countersign\Plugin\Deferred;

defined( 'ABSPATH' ) || exit;

/** The owner of a scheduled post: the connection whose call scheduled it, and what exactly was scheduled. Immutable. */
final class Schedule {

	/** State: the post is published at its time, if the connection may act then. */
	public const WAITING = 'waiting';

	/** State: the post was not published at its time, and waits for a person. */
	public const HELD = 'held';

	/**
	 * @param int    $post       Id of the post.
	 * @param int    $connection Id of the connection.
	 * @param string $state      One of the constants.
	 * @param string $reason     Why the post is held: a reason code, or `deactivated`; '' if it is not.
	 * @param string $date       When the post is to be published, `Y-m-d H:i:s` in UTC.
	 * @param string $digest     Digest of what was scheduled, see {@see digest()}.
	 * @param int    $entry      Sequence number of the audit entry that names the owner; -1 if none is known.
	 * @param int    $changed_at Unix seconds.
	 */
	public function __construct(
		public readonly int $post,
		public readonly int $connection,
		public readonly string $state,
		public readonly string $reason,
		public readonly string $date,
		public readonly string $digest,
		public readonly int $entry,
		public readonly int $changed_at,
	) {}

	/**
	 * Returns the schedule of a table row.
	 *
	 * @param array<string, mixed> $row Column => value.
	 */
	public static function from_row( array $row ): self {
		return new self(
			(int) $row['post_id'],
			(int) $row['connection_id'],
			(string) $row['state'],
			(string) $row['reason'],
			(string) $row['date_gmt'],
			(string) $row['digest'],
			(int) $row['entry'],
			(int) $row['changed_at'],
		);
	}

	/**
	 * Returns the digest of what a post would publish and when: its texts, address, author, password and date, as they are in
	 * the database and not in a cache. Null if the post does not exist.
	 */
	public static function digest( int $post ): ?string {
		global $wpdb;
		$row = $wpdb->get_row( // phpcs:ignore WordPress.DB.DirectDatabaseQuery -- The stored post, past any cache.
			$wpdb->prepare( 'SELECT ID, post_type, post_author, post_parent, post_date_gmt, post_name, post_password, post_title, post_excerpt, post_content FROM %i WHERE ID = %d', $wpdb->posts, $post ),
			ARRAY_N
		);
		return $row ? hash( 'sha256', implode( "\0", array_map( static fn( mixed $value ): string => strlen( (string) $value ) . ':' . $value, $row ) ) ) : null;
	}

	/** Tells whether the post waits for a person. */
	public function is_held(): bool {
		return self::HELD === $this->state;
	}
}

<?php

declare(strict_types=1);

namespace Countersign\Plugin\Targets;

use Countersign\Plugin\Site\Denied;

defined( 'ABSPATH' ) || exit;

/**
 * Keeps the state of a post before an agent changes it, byte for byte, as a revision that a person can restore.
 *
 * Where the site keeps few or no revisions, or the post type has none, WordPress would delete it soon or not make it. The
 * revision is then a copy: WordPress's limit does not count it, and this class keeps at most ten for each post, the first one
 * and the newest ones.
 */
final class StateBefore {

	/** Metadata of a copy: the slug, which revisions do not have. */
	private const MARK = '_countersign_before';

	private const COPIES = 10;

	/**
	 * Keeps the state of a post.
	 *
	 * @return array{id: int, is_new: bool} The id of the revision, and whether it was made now.
	 *
	 * @throws Denied `tool_failed` if WordPress cannot store it.
	 */
	public static function keep( StoredPost $stored ): array {
		$post      = $stored->post();
		$unlimited = post_type_supports( $post->post_type, 'revisions' ) && wp_revisions_to_keep( $post ) < 0;
		$latest    = $unlimited ? self::latest( $stored ) : null;
		if ( null !== $latest ) {
			return [
				'id'     => $latest,
				'is_new' => false,
			];
		}
		$id = ExactWrite::run( $stored->id, [], static fn() => null, static fn(): mixed => _wp_put_post_revision( $post ) );
		if ( ! is_int( $id ) || 0 === $id ) {
			throw new Denied( 'tool_failed', 'WordPress could not keep the state before the change, so nothing was changed.', "post:$stored->id" ); // phpcs:ignore WordPress.Security.EscapeOutput.ExceptionNotEscaped -- Sent as JSON.
		}
		if ( ! $unlimited ) {
			add_metadata( 'post', $id, self::MARK, wp_slash( $stored->row['post_name'] ) );
			self::prune( $stored->id );
		}
		return [
			'id'     => $id,
			'is_new' => true,
		];
	}

	/**
	 * Callback of the filter `wp_save_post_revision_revisions_before_deletion`. Copies do not count under the limit of the site.
	 *
	 * @param array<array-key, \WP_Post> $revisions
	 *
	 * @return list<\WP_Post>
	 */
	public static function without_copies( array $revisions ): array {
		return array_values( array_filter( $revisions, static fn( \WP_Post $revision ): bool => ! self::is_copy( $revision->ID ) ) );
	}

	/** Tells whether a revision is such a copy. */
	public static function is_copy( int $revision ): bool {
		return metadata_exists( 'post', $revision, self::MARK );
	}

	/** Returns the id of the newest revision if it has the stored bytes of the post. */
	private static function latest( StoredPost $stored ): ?int {
		global $wpdb;
		$row = $wpdb->get_row( $wpdb->prepare( "SELECT * FROM $wpdb->posts WHERE post_parent = %d AND post_type = 'revision' AND post_name LIKE %s ORDER BY post_date DESC, ID DESC LIMIT 1", $stored->id, $wpdb->esc_like( "$stored->id-revision" ) . '%' ), ARRAY_A ); // phpcs:ignore WordPress.DB -- The bytes as they are stored.
		if ( ! is_array( $row ) ) {
			return null;
		}
		foreach ( array_keys( _wp_post_revision_fields( $stored->row ) ) as $column ) {
			if ( isset( $stored->row[ $column ] ) && $stored->row[ $column ] !== $row[ $column ] ) {
				return null;
			}
		}
		return (int) $row['ID'];
	}

	/** Deletes copies beyond the permitted number. The first one, which the agents have not changed, stays. */
	private static function prune( int $post ): void {
		global $wpdb;
		$copies = $wpdb->get_col( $wpdb->prepare( "SELECT p.ID FROM $wpdb->posts p JOIN $wpdb->postmeta m ON m.post_id = p.ID AND m.meta_key = %s WHERE p.post_parent = %d AND p.post_type = 'revision' ORDER BY p.ID", self::MARK, $post ) ); // phpcs:ignore WordPress.DB -- No function of WordPress finds revisions by metadata.
		foreach ( array_slice( $copies, 1, max( 0, count( $copies ) - self::COPIES ) ) as $copy ) {
			wp_delete_post_revision( (int) $copy );
		}
	}
}

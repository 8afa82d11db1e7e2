<?php

declare(strict_types=1);

namespace Countersign\Plugin\Targets;

defined( 'ABSPATH' ) || exit;

/**
 * What WordPress writes to a post before it moves it to the trash or restores it: the slug, and metadata about the time before.
 * If the move is refused at the last moment, these are put back.
 */
final class TrashMarks {

	private const KEYS = [ '_wp_trash_meta_status', '_wp_trash_meta_time', '_wp_desired_post_slug' ];

	/** @param array<string, list<string>> $values Key => values. */
	private function __construct(
		private readonly StoredPost $post,
		private readonly array $values,
	) {}

	/** Reads the marks of a post. */
	public static function of( StoredPost $post ): self {
		return new self( $post, self::stored( $post->id ) );
	}

	/** Puts back what differs, if the post still has the status that it had. */
	public function restore(): void {
		global $wpdb;
		$now = StoredPost::read( $this->post->id );
		if ( null === $now || $now->row['post_status'] !== $this->post->row['post_status'] ) {
			return;
		}
		$values = self::stored( $this->post->id );
		foreach ( self::KEYS as $key ) {
			if ( $values[ $key ] !== $this->values[ $key ] ) {
				delete_post_meta( $this->post->id, $key );
				foreach ( $this->values[ $key ] as $value ) {
					add_post_meta( $this->post->id, $key, wp_slash( $value ) );
				}
			}
		}
		$before = $now->before_trashing( $this->post );
		if ( $before->row['post_name'] !== $now->row['post_name'] ) {
			$wpdb->update( $wpdb->posts, [ 'post_name' => $before->row['post_name'] ], [ 'ID' => $this->post->id ] ); // phpcs:ignore WordPress.DB -- WordPress wrote it in the same way, without its hooks.
			clean_post_cache( $this->post->id );
		}
	}

	/** @return array<string, list<string>> */
	private static function stored( int $id ): array {
		$values = [];
		foreach ( self::KEYS as $key ) {
			$values[ $key ] = array_map( strval( ... ), array_values( (array) get_post_meta( $id, $key ) ) );
		}
		return $values;
	}
}

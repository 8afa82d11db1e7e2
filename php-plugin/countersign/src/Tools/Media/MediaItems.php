<?php

declare(strict_types=1);

namespace Countersign\Plugin\Tools\Media;

use Countersign\Plugin\Site\Denied;
use Countersign\Plugin\Targets\StoredPost;
use Countersign\Plugin\Tools\Content\Posts;

defined( 'ABSPATH' ) || exit;

/** Shared functions of the tools for media: finding an item of the media library, and describing it. */
final class MediaItems {

	/** Returns how audit entries name an item, such as `media:12`. */
	public static function target( int $id ): string {
		return 'media:' . $id;
	}

	/**
	 * Returns an item that the current user can see.
	 *
	 * @throws Denied `target_not_found` if the item does not exist or the user cannot see it.
	 */
	public static function readable( int $id ): \WP_Post {
		$item = StoredPost::current( $id );
		if ( null === $item || 'attachment' !== $item->post_type || StoredPost::is_in_circle( $id ) || ! current_user_can( 'read_post', $id ) ) {
			throw new Denied( 'target_not_found', null, self::target( $id ) ); // phpcs:ignore WordPress.Security.EscapeOutput.ExceptionNotEscaped -- Sent as JSON.
		}
		return $item;
	}

	/**
	 * Describes an item, as the catalogue's schema defines.
	 *
	 * @return array<string, mixed>
	 */
	public static function summary( \WP_Post $item ): array {
		$meta = wp_get_attachment_metadata( $item->ID );
		$meta = is_array( $meta ) ? $meta : [];
		return [
			'id'          => $item->ID,
			'title'       => Posts::plain( $item->post_title ),
			'mime_type'   => $item->post_mime_type,
			'url'         => (string) wp_get_attachment_url( $item->ID ),
			'alt'         => Posts::plain( (string) get_post_meta( $item->ID, '_wp_attachment_image_alt', true ) ),
			'caption'     => Posts::plain( $item->post_excerpt ),
			'description' => Posts::plain( $item->post_content ),
			'width'       => self::number( $meta['width'] ?? null ),
			'height'      => self::number( $meta['height'] ?? null ),
			'size'        => self::size( $item, $meta ),
			'date'        => Posts::moment( $item, 'date' ),
			'author'      => Posts::author( (int) $item->post_author ),
			'attached_to' => $item->post_parent ?: null,
		];
	}

	/**
	 * Returns the size of the item's file in bytes, or null if unknown.
	 *
	 * @param array<string, mixed> $meta Metadata of the attachment.
	 */
	private static function size( \WP_Post $item, array $meta ): ?int {
		if ( isset( $meta['filesize'] ) ) {
			return self::number( $meta['filesize'] );
		}
		$file = get_attached_file( $item->ID );
		return is_string( $file ) && is_file( $file ) ? self::number( filesize( $file ) ) : null;
	}

	/** Returns a positive number as an integer, or null for any other value. */
	private static function number( mixed $value ): ?int {
		return is_numeric( $value ) && $value > 0 ? (int) $value : null;
	}
}

<?php

declare(strict_types=1);

namespace Countersign\Plugin\Tools\Media;

use Countersign\Plugin\Site\Denied;
use Countersign\Plugin\Targets\StoredPost;
use Countersign\Plugin\Tools\Content\Posts;

defined( 'ABSPATH' ) || exit;

/** Shared functions of the tools for media: finding an item of the media library, and describing it. */
final class MediaItems {

	/** Metadata: the alternative text of an image. */
	public const ALT = '_wp_attachment_image_alt';

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

	/** Tells whether the current user can see an item. */
	public static function is_readable( int $id ): bool {
		try {
			return self::readable( $id )->ID === $id;
		} catch ( Denied ) {
			return false;
		}
	}

	/**
	 * Returns an item that the current user can change.
	 *
	 * @throws Denied `target_not_found`, `capability_denied`, or `target_state` for an item in the trash.
	 */
	public static function editable( int $id ): \WP_Post {
		$item = self::readable( $id );
		if ( ! current_user_can( 'edit_post', $id ) ) {
			throw new Denied( 'capability_denied', null, self::target( $id ) ); // phpcs:ignore WordPress.Security.EscapeOutput.ExceptionNotEscaped -- Sent as JSON.
		}
		if ( 'trash' === $item->post_status ) {
			throw new Denied( 'target_state', 'The item is in the trash.', self::target( $id ) ); // phpcs:ignore WordPress.Security.EscapeOutput.ExceptionNotEscaped -- Sent as JSON.
		}
		return $item;
	}

	/**
	 * Returns an image that the current user can see.
	 *
	 * @throws Denied `target_not_found`, or `target_state` if it is no image or in the trash.
	 */
	public static function image( int $id ): \WP_Post {
		$item = self::readable( $id );
		if ( ! wp_attachment_is_image( $item ) || 'trash' === $item->post_status ) {
			throw new Denied( 'target_state', 'The item of the media library is not an image, or it is in the trash.', self::target( $id ) ); // phpcs:ignore WordPress.Security.EscapeOutput.ExceptionNotEscaped -- Sent as JSON.
		}
		return $item;
	}

	/** Returns the alternative text as it is stored. */
	public static function alt( int $id ): string {
		return (string) get_post_meta( $id, self::ALT, true );
	}

	/**
	 * Describes an item for a list: what a person or a model needs to recognise it, and to write an alternative text.
	 *
	 * @return array<string, mixed>
	 */
	public static function listed( \WP_Post $item ): array {
		$holder = $item->post_parent ? get_post( $item->post_parent ) : null;
		return [
			'id'          => $item->ID,
			'title'       => Posts::plain( $item->post_title ),
			'mime_type'   => $item->post_mime_type,
			'url'         => (string) wp_get_attachment_url( $item->ID ),
			'preview'     => wp_attachment_is_image( $item ) ? wp_get_attachment_image_url( $item->ID, 'medium' ) ?: null : null,
			'alt'         => Posts::plain( self::alt( $item->ID ) ),
			'caption'     => Posts::plain( $item->post_excerpt ),
			'attached_to' => $holder && current_user_can( 'read_post', $holder->ID ) ? [
				'id'    => $holder->ID,
				'title' => Posts::plain( $holder->post_title ),
			] : null,
		];
	}

	/**
	 * Describes an item that was uploaded.
	 *
	 * @return array<string, mixed>
	 */
	public static function uploaded( \WP_Post $item ): array {
		return array_intersect_key( self::summary( $item ), array_flip( [ 'id', 'title', 'mime_type', 'url', 'alt', 'width', 'height', 'size' ] ) );
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
			'alt'         => Posts::plain( self::alt( $item->ID ) ),
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

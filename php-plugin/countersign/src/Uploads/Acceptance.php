<?php

declare(strict_types=1);

namespace Countersign\Plugin\Uploads;

use Countersign\McpServer;
use Countersign\Plugin\Site\Denied;

defined( 'ABSPATH' ) || exit;

/**
 * The one road by which a file becomes an item of the media library. The file is checked before WordPress handles it, as the
 * current user. If anything fails, neither a file nor a row stays.
 */
final class Acceptance {

	/** @param \Closure(): int $max_bytes Returns the largest file that the site's settings allow. */
	public function __construct( private readonly \Closure $max_bytes ) {}

	/** Returns the largest file that can be uploaded, in bytes. */
	public function max_bytes(): int {
		return max( 1, min( ( $this->max_bytes )(), (int) wp_max_upload_size() ) );
	}

	/**
	 * Ends the call if the current user may not upload a file of this name.
	 *
	 * @param list<string>|null $types MIME types that are accepted; null for all that the user may upload.
	 *
	 * @throws Denied `capability_denied` or `file_refused`.
	 */
	public function check_name( string $name, ?array $types = null ): void {
		if ( ! current_user_can( 'upload_files' ) ) {
			throw new Denied( 'capability_denied' );
		}
		$type = Content::TYPES[ strtolower( pathinfo( FileName::checked( $name ), PATHINFO_EXTENSION ) ) ] ?? null;
		if ( null === $type || ! in_array( $type, $this->types( $types ), true ) ) {
			throw new Denied( 'file_refused', 'Files with this extension cannot be uploaded here. These can: ' . implode( ', ', array_keys( array_intersect( Content::TYPES, $this->types( $types ) ) ) ) . '.' ); // phpcs:ignore WordPress.Security.EscapeOutput.ExceptionNotEscaped -- Sent as JSON.
		}
	}

	/**
	 * Makes an item of the media library of a file, as the current user.
	 *
	 * @param string                $path  The file. It is moved, or deleted if it is refused.
	 * @param string                $name  The name that the sender gave it.
	 * @param array<string, string> $texts `title`, `alt`, `caption` and `description`; each can be missing.
	 * @param list<string>|null     $types MIME types that are accepted; null for all that the user may upload.
	 * @param int|null              $bytes Largest size, if smaller than that of the site.
	 *
	 * @return int Id of the item.
	 *
	 * @throws Denied `capability_denied`, `file_refused`, `file_too_large`, `tool_failed`, or what ends the call.
	 */
	public function accept( string $path, string $name, array $texts = [], ?array $types = null, ?int $bytes = null ): int {
		try {
			$this->check_name( $name, $types );
			$stored = FileName::checked( $name );
			clearstatcache( true, $path );
			$size = is_file( $path ) ? (int) filesize( $path ) : 0;
			$max  = min( $this->max_bytes(), $bytes ?? PHP_INT_MAX );
			if ( $size > $max || ( is_multisite() && ! get_site_option( 'upload_space_check_disabled' ) && $size > get_upload_space_available() ) ) {
				throw Parts::too_large( $max );
			}
			if ( 0 === $size ) {
				throw new Denied( 'file_refused', 'The file is empty.' );
			}
			require_once ABSPATH . 'wp-admin/includes/file.php';
			require_once ABSPATH . 'wp-admin/includes/media.php';
			require_once ABSPATH . 'wp-admin/includes/image.php';
			$type = Content::checked( $path, $stored, $this->types( $types ) );
			clearstatcache( true, $path );
			return $this->store( $path, $stored, $type, $texts );
		} finally {
			wp_delete_file( $path );
		}
	}

	/**
	 * Returns the MIME types that are accepted.
	 *
	 * @param list<string>|null $types
	 *
	 * @return list<string>
	 */
	public function types( ?array $types = null ): array {
		return null === $types ? Content::types() : array_values( array_intersect( Content::types(), $types ) );
	}

	/** @param array<string, string> $texts */
	private function store( string $path, string $name, string $type, array $texts ): int {
		$file = [
			'name'     => $name,
			'tmp_name' => $path,
			'type'     => $type,
			'size'     => (int) filesize( $path ),
			'error'    => 0,
		];
		$post = [
			'post_title'   => self::line( $texts['title'] ?? '' ) ?: pathinfo( $name, PATHINFO_FILENAME ),
			'post_excerpt' => McpServer::plainTitle( $texts['caption'] ?? '' ),
			'post_content' => $texts['description'] ?? '',
		];
		$landing = new Landing();
		$id      = $landing->watch( static fn(): mixed => media_handle_sideload( $file, 0, null, wp_slash( $post ) ) );
		if ( is_wp_error( $id ) || ! is_int( $id ) ) {
			throw new Denied( 'tool_failed', 'WordPress could not store the file.' );
		}
		$alt = self::line( $texts['alt'] ?? '' );
		if ( isset( $texts['alt'] ) ) {
			$landing->watch( static fn(): int => update_post_meta( $id, '_wp_attachment_image_alt', wp_slash( $alt ) ) ? $id : $id );
		}
		return $id;
	}

	/** Returns a text as one line without markup, as WordPress stores alternative texts. */
	public static function line( string $text ): string {
		return sanitize_text_field( McpServer::plainTitle( $text ) );
	}
}

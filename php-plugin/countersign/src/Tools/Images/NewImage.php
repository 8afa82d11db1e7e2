<?php

declare(strict_types=1);

namespace Countersign\Plugin\Tools\Images;

use Countersign\Plugin\Site\Denied;
use Countersign\Plugin\Tools\Media\MediaItems;
use Countersign\Plugin\Uploads\Acceptance;

defined( 'ABSPATH' ) || exit;

/** Adds an image of a provider to the media library, by the road that all files take. */
final class NewImage {

	/** Types that providers may send => extension. */
	private const TYPES = [
		'image/png'  => 'png',
		'image/jpeg' => 'jpg',
		'image/webp' => 'webp',
	];

	/**
	 * Ends the call if the user may not upload an image.
	 *
	 * @throws Denied `capability_denied`.
	 */
	public static function require_capability(): void {
		if ( ! current_user_can( 'upload_files' ) ) {
			throw new Denied( 'capability_denied' );
		}
	}

	/**
	 * Adds an image.
	 *
	 * @param string                $image The file.
	 * @param array<string, string> $texts As for {@see Acceptance::accept()}.
	 * @param array<string, string> $meta  Metadata of the item: key => value.
	 *
	 * @return array{id: int, url: string, alt: string, width: int|null, height: int|null}
	 *
	 * @throws Denied Such as `file_refused`.
	 */
	public static function add( Acceptance $acceptance, string $image, array $texts, array $meta ): array {
		$size      = getimagesizefromstring( $image );
		$extension = self::TYPES[ $size['mime'] ?? '' ] ?? throw ProviderApi::malformed();
		require_once ABSPATH . 'wp-admin/includes/file.php';
		$path = wp_tempnam( 'countersign-image' );
		if ( false === file_put_contents( $path, $image ) ) { // phpcs:ignore WordPress.WP.AlternativeFunctions -- A temporary file of this machine.
			throw new Denied( 'tool_failed', 'The site cannot store the file.' );
		}
		$name = sanitize_title( mb_substr( $texts['title'] ?? '', 0, 60 ) ) ?: 'image';
		$id   = $acceptance->accept( $path, "$name.$extension", $texts, array_keys( self::TYPES ) );
		foreach ( $meta as $key => $value ) {
			update_post_meta( $id, $key, wp_slash( $value ) );
		}
		return array_intersect_key( MediaItems::summary( MediaItems::readable( $id ) ), array_flip( [ 'id', 'url', 'alt', 'width', 'height' ] ) );
	}
}

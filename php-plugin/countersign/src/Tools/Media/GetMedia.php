<?php

declare(strict_types=1);

namespace Countersign\Plugin\Tools\Media;

use Countersign\Plugin\Calls\Call;
use Countersign\Plugin\Calls\Result;

defined( 'ABSPATH' ) || exit;

/** Tool `get_media`: returns one item of the media library, with the sizes of an image. */
final class GetMedia {

	/** @param array<string, mixed> $arguments */
	public function __invoke( array $arguments, Call $call ): Result {
		$item  = MediaItems::readable( $arguments['id'] );
		$meta  = wp_get_attachment_metadata( $item->ID );
		$sizes = [];
		foreach ( is_array( $meta ) ? array_keys( $meta['sizes'] ?? [] ) : [] as $name ) {
			$image = wp_get_attachment_image_src( $item->ID, (string) $name );
			if ( $image ) {
				$sizes[ $name ] = $image[0];
			}
		}
		return Result::structured( MediaItems::summary( $item ) + [ 'sizes' => (object) $sizes ] )->about( MediaItems::target( $item->ID ) );
	}
}

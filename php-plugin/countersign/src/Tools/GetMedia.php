<?php

declare(strict_types=1);

namespace Countersign\Plugin\Tools;

use Countersign\Plugin\Mcp\Call;
use Countersign\Plugin\Mcp\Result;

/** Tool `get_media`. */
final class GetMedia {

	/** @param array<string, mixed> $arguments */
	public function __invoke( array $arguments, Call $call ): Result {
		$item  = Media::readable( $arguments['id'] );
		$meta  = wp_get_attachment_metadata( $item->ID );
		$sizes = [];
		foreach ( is_array( $meta ) ? array_keys( $meta['sizes'] ?? [] ) : [] as $name ) {
			$image = wp_get_attachment_image_src( $item->ID, (string) $name );
			if ( $image ) {
				$sizes[ $name ] = $image[0];
			}
		}
		return Result::structured( Media::summary( $item ) + [ 'sizes' => (object) $sizes ] )->about( Media::target( $item->ID ) );
	}
}

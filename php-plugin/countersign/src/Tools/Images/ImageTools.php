<?php

declare(strict_types=1);

namespace Countersign\Plugin\Tools\Images;

use Countersign\Plugin\Uploads\Acceptance;

defined( 'ABSPATH' ) || exit;

/** The handlers of the tools for images. Those whose provider is not set up do not exist on this site. */
final class ImageTools {

	/** Largest file of a provider, in bytes. */
	private const MAX_FILE = 30 * MB_IN_BYTES;

	/**
	 * Returns what makes the handlers, by tool name.
	 *
	 * @return array<string, \Closure(): callable(array<string, mixed>, \Countersign\Plugin\Calls\Call): mixed>
	 */
	public static function handlers( ImageProviders $providers ): array {
		$acceptance = static fn(): Acceptance => new Acceptance( static fn(): int => self::MAX_FILE );
		$generate   = [ 'generate_image' => static fn(): callable => new GenerateImage( $providers, $acceptance() ) ];
		$stock      = [
			'search_stock_photos' => static fn(): callable => new SearchStockPhotos( $providers ),
			'import_stock_photo'  => static fn(): callable => new ImportStockPhoto( $providers, $acceptance() ),
		];
		return ( $providers->has( 'generate' ) ? $generate : [] ) + ( $providers->has( 'stock' ) ? $stock : [] );
	}
}

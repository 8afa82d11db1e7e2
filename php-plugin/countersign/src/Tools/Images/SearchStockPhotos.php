<?php

declare(strict_types=1);

namespace Countersign\Plugin\Tools\Images;

use Countersign\Plugin\Calls\Call;
use Countersign\Plugin\Calls\NeedsSecrets;

defined( 'ABSPATH' ) || exit;

/** Tool `search_stock_photos`: searches the site's provider of stock photos. Stores nothing. */
final class SearchStockPhotos implements NeedsSecrets {

	public function __construct( private readonly ImageProviders $providers ) {}

	/** {@inheritDoc} */
	public function secrets(): array {
		return [ $this->providers->service( 'stock' )->secret() ];
	}

	/**
	 * @param array<string, mixed> $arguments
	 *
	 * @return array<string, mixed>
	 */
	public function __invoke( array $arguments, Call $call ): array {
		NewImage::require_capability();
		$library = $this->providers->library();
		$page    = $arguments['page'] ?? 1;
		$found   = $library->search( $this->providers->api( 'stock', $library, $call ), $arguments['query'], $arguments['shape'] ?? null, $page, $arguments['per_page'] ?? 10 );
		return [
			'photos' => array_map(
				static fn( StockPhoto $photo ): array => [
					'photo'        => $photo->id,
					'description'  => $photo->description,
					'photographer' => $photo->photographer,
					'width'        => $photo->width,
					'height'       => $photo->height,
					'preview'      => $photo->preview,
					'page'         => $photo->page,
				],
				$found['photos']
			),
			'page'   => $page,
		] + array_intersect_key( $found, array_flip( [ 'total', 'total_pages' ] ) );
	}
}

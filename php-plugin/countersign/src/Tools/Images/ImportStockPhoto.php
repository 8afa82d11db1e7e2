<?php

declare(strict_types=1);

namespace Countersign\Plugin\Tools\Images;

use Countersign\Plugin\Calls\Call;
use Countersign\Plugin\Calls\NeedsSecrets;
use Countersign\Plugin\Calls\Priced;
use Countersign\Plugin\Calls\Result;
use Countersign\Plugin\Tools\Media\MediaItems;
use Countersign\Plugin\Uploads\Acceptance;

defined( 'ABSPATH' ) || exit;

/** Tool `import_stock_photo`: adds a stock photo to the media library, with whom to name as its caption. */
final class ImportStockPhoto implements NeedsSecrets, Priced {

	public function __construct(
		private readonly ImageProviders $providers,
		private readonly Acceptance $acceptance,
	) {}

	/** {@inheritDoc} */
	public function secrets(): array {
		return [ $this->providers->service( 'stock' )->secret() ];
	}

	/** {@inheritDoc} */
	public function estimate(): int {
		return $this->providers->service( 'stock' )->price;
	}

	/** @param array<string, mixed> $arguments */
	public function __invoke( array $arguments, Call $call ): Result {
		NewImage::require_capability();
		$library = $this->providers->library();
		$api     = $this->providers->api( 'stock', $library, $call );
		$photo   = $library->photo( $api, $arguments['photo'] );
		$image   = $library->download( $api, $photo );
		$call->cost( $this->providers->service( 'stock' )->price );
		$call->ensure_live();
		$item = NewImage::add(
			$this->acceptance,
			$image,
			[
				'title'       => '' === $photo->description ? $photo->credit : $photo->description,
				'alt'         => $arguments['alt'] ?? $photo->description,
				'caption'     => $photo->credit,
				'description' => trim( "$photo->credit $photo->page" ),
			],
			[
				'_countersign_image_source' => $library->id() . ':' . $photo->id,
				'_countersign_attribution'  => $photo->credit,
			]
		);
		return Result::structured( $item + [ 'attribution' => $photo->credit ] )->about( MediaItems::target( $item['id'] ) );
	}
}

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

/** Tool `generate_image`: adds an image to the media library that the site's provider generates from a description. */
final class GenerateImage implements NeedsSecrets, Priced {

	public function __construct(
		private readonly ImageProviders $providers,
		private readonly Acceptance $acceptance,
	) {}

	/** {@inheritDoc} */
	public function secrets(): array {
		return [ $this->providers->service( 'generate' )->secret() ];
	}

	/** {@inheritDoc} */
	public function estimate(): int {
		return $this->providers->service( 'generate' )->price;
	}

	/** @param array<string, mixed> $arguments */
	public function __invoke( array $arguments, Call $call ): Result {
		NewImage::require_capability();
		$provider = $this->providers->generator();
		$service  = $this->providers->service( 'generate' );
		$prompt   = $arguments['prompt'];
		$image    = $provider->generate( $this->providers->api( 'generate', $provider, $call ), $prompt, $arguments['shape'] ?? 'square', $service->model );
		// It costs, whatever becomes of the image.
		$call->cost( $service->price );
		$call->ensure_live();
		$item = NewImage::add(
			$this->acceptance,
			$image,
			[
				'title' => StockPhoto::line( $arguments['title'] ?? $prompt, 100 ),
				'alt'   => $arguments['alt'] ?? '',
			],
			[
				'_countersign_image_source' => $provider->id(),
				'_countersign_image_prompt' => StockPhoto::line( $prompt, 1000 ),
			]
		);
		return Result::structured( $item + [ 'cost' => $service->price / 1_000_000 ] )->about( MediaItems::target( $item['id'] ) );
	}
}

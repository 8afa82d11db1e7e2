<?php

declare(strict_types=1);

namespace Countersign\Plugin\Tools\Images;

use Countersign\Plugin\Site\Denied;

defined( 'ABSPATH' ) || exit;

/** A provider that generates images from a description. */
interface ImageGenerator extends ImageProvider {

	/**
	 * Generates an image.
	 *
	 * @param ProviderApi $api    Sends requests with the key of the provider.
	 * @param string      $prompt What the image shows.
	 * @param string      $shape  `square`, `landscape` or `portrait`.
	 * @param string      $model  Name of the model that the administrator entered; may be ''.
	 *
	 * @return string The file: PNG, JPEG or WebP.
	 *
	 * @throws Denied `image_provider_failed`.
	 */
	public function generate( ProviderApi $api, string $prompt, string $shape, string $model ): string;
}

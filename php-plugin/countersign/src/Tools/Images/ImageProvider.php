<?php

declare(strict_types=1);

namespace Countersign\Plugin\Tools\Images;

defined( 'ABSPATH' ) || exit;

/**
 * A provider of images. A plugin adds one with the filter `countersign_image_providers`; it also implements
 * {@see ImageGenerator} or {@see StockLibrary}. An administrator chooses it in the settings, and enters its address and key.
 */
interface ImageProvider {

	/** Returns the id by which the settings name the provider: lower-case letters, digits and hyphens. */
	public function id(): string;

	/** Returns its name for people. */
	public function label(): string;

	/** Returns the usual address of its API, without a slash at the end. */
	public function default_url(): string;

	/** Returns what comes before the key in the header `Authorization`, such as `Bearer`. */
	public function scheme(): string;
}

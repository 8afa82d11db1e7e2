<?php

declare(strict_types=1);

namespace Countersign\Plugin\Tools\Images;

use Countersign\Plugin\Site\Denied;

defined( 'ABSPATH' ) || exit;

/** A provider of stock photos. */
interface StockLibrary extends ImageProvider {

	/**
	 * Searches photos.
	 *
	 * @param ProviderApi $api      Sends requests with the key of the provider.
	 * @param string      $query    Words.
	 * @param string|null $shape    `square`, `landscape`, `portrait`, or null for any.
	 * @param int         $page     From 1.
	 * @param int         $per_page At most 30.
	 *
	 * @return array{photos: list<StockPhoto>, total: int, total_pages: int}
	 *
	 * @throws Denied `image_provider_failed`.
	 */
	public function search( ProviderApi $api, string $query, ?string $shape, int $page, int $per_page ): array;

	/**
	 * Returns a photo.
	 *
	 * @throws Denied `image_provider_failed`, or `arguments_invalid` if there is no such photo.
	 */
	public function photo( ProviderApi $api, string $id ): StockPhoto;

	/**
	 * Downloads a photo, and tells the provider about it if it asks for that.
	 *
	 * @return string The file: PNG, JPEG or WebP.
	 *
	 * @throws Denied `image_provider_failed`.
	 */
	public function download( ProviderApi $api, StockPhoto $photo ): string;
}

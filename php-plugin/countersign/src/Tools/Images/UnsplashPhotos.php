<?php

declare(strict_types=1);

namespace Countersign\Plugin\Tools\Images;

use Countersign\Plugin\Site\Denied;

defined( 'ABSPATH' ) || exit;

/**
 * Stock photos with the API of Unsplash: `GET /search/photos`, `GET /photos/ID`, and the address of a photo that has to be called
 * when somebody downloads it. The photographer and Unsplash have to be named.
 */
final class UnsplashPhotos implements StockLibrary {

	private const VERSION = [ 'Accept-Version: v1' ];

	private const SHAPES = [
		'square'    => 'squarish',
		'landscape' => 'landscape',
		'portrait'  => 'portrait',
	];

	/** Largest photo, in bytes: the size `regular` has at most 1080 pixels. */
	private const MAX_PHOTO = 15 * MB_IN_BYTES;

	/** {@inheritDoc} */
	public function id(): string {
		return 'unsplash';
	}

	/** {@inheritDoc} */
	public function label(): string {
		return __( 'Unsplash, or a service that speaks its API', 'countersign' );
	}

	/** {@inheritDoc} */
	public function default_url(): string {
		return 'https://api.unsplash.com';
	}

	/** {@inheritDoc} */
	public function scheme(): string {
		return 'Client-ID';
	}

	/** {@inheritDoc} */
	public function search( ProviderApi $api, string $query, ?string $shape, int $page, int $per_page ): array {
		$parameters = [
			'query'    => $query,
			'page'     => $page,
			'per_page' => $per_page,
		] + ( null === $shape ? [] : [ 'orientation' => self::SHAPES[ $shape ] ] );
		$answer     = $api->request( 'GET', '/search/photos?' . http_build_query( $parameters, '', '&', PHP_QUERY_RFC3986 ), null, self::VERSION );
		$found      = is_array( $answer['results'] ?? null ) ? $answer['results'] : throw ProviderApi::malformed();
		return [
			'photos'      => array_map( self::of( ... ), array_slice( array_values( array_filter( $found, is_array( ... ) ) ), 0, $per_page ) ),
			'total'       => max( 0, (int) ( $answer['total'] ?? 0 ) ),
			'total_pages' => max( 0, (int) ( $answer['total_pages'] ?? 0 ) ),
		];
	}

	/** {@inheritDoc} */
	public function photo( ProviderApi $api, string $id ): StockPhoto {
		$photo = self::of( $api->request( 'GET', '/photos/' . rawurlencode( $id ), null, self::VERSION ) );
		return $photo->id === $id && '' !== $photo->file ? $photo : throw new Denied( 'image_provider_failed', 'The provider does not return this photo.' );
	}

	/** {@inheritDoc} */
	public function download( ProviderApi $api, StockPhoto $photo ): string {
		$file = $api->download( $photo->file, self::MAX_PHOTO );
		$api->notify( $photo->tracking );
		return $file;
	}

	/** @param array<string, mixed> $photo */
	private static function of( array $photo ): StockPhoto {
		$part = static fn( string $name, string $of = '' ): mixed => is_array( $photo[ $name ] ?? null ) ? $photo[ $name ][ $of ] ?? null : null;
		$name = StockPhoto::line( $part( 'user', 'name' ), 100 );
		return new StockPhoto(
			$photo['id'] ?? null,
			$photo['description'] ?? $photo['alt_description'] ?? null,
			$name,
			max( 0, (int) ( $photo['width'] ?? 0 ) ),
			max( 0, (int) ( $photo['height'] ?? 0 ) ),
			StockPhoto::address( $part( 'urls', 'small' ) ),
			StockPhoto::address( $part( 'links', 'html' ) ),
			StockPhoto::address( $part( 'urls', 'regular' ) ),
			'' === $name ? 'Photo: Unsplash' : "Photo by $name on Unsplash",
			StockPhoto::address( $part( 'links', 'download_location' ) )
		);
	}
}

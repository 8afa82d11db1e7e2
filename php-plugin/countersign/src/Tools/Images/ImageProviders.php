<?php

declare(strict_types=1);

namespace Countersign\Plugin\Tools\Images;

use Countersign\Plugin\Calls\Call;
use Countersign\Plugin\Fetch\ApiClient;
use Countersign\Plugin\Site\Denied;
use Countersign\Plugin\Site\ImageService;
use Countersign\Plugin\Site\SecretRoom;
use Countersign\Plugin\Site\Settings;

defined( 'ABSPATH' ) || exit;

/** The providers of images that an administrator can choose, and those that are set up. */
final class ImageProviders {

	/**
	 * @param \Closure(string): ImageService $service Returns the settings of a service, by its kind.
	 * @param SecretRoom                     $secrets Holds the keys.
	 */
	public function __construct(
		private readonly \Closure $service,
		public readonly SecretRoom $secrets,
	) {}

	/** Returns the providers of this site. */
	public static function of( Settings $settings ): self {
		return new self( $settings->image_service( ... ), new SecretRoom( $settings->site_id( ... ) ) );
	}

	/**
	 * Returns the providers of a kind of service.
	 *
	 * @param string $kind `generate` or `stock`.
	 *
	 * @return array<string, ImageProvider> Id => provider.
	 */
	public static function known( string $kind ): array {
		/**
		 * Filters the providers of images that an administrator can choose.
		 *
		 * @param list<ImageProvider> $providers Each is an {@see ImageGenerator} or a {@see StockLibrary}.
		 */
		$all   = (array) apply_filters( 'countersign_image_providers', [ new OpenAiImages(), new UnsplashPhotos() ] );
		$type  = 'stock' === $kind ? StockLibrary::class : ImageGenerator::class;
		$known = [];
		foreach ( $all as $provider ) {
			if ( $provider instanceof $type ) {
				$known[ $provider->id() ] ??= $provider;
			}
		}
		return $known;
	}

	/** Returns the settings of a service. */
	public function service( string $kind ): ImageService {
		return ( $this->service )( $kind );
	}

	/** Tells whether a service is set up: with a provider that is known, a usable address and a key. */
	public function has( string $kind ): bool {
		$service = $this->service( $kind );
		return '' !== $service->provider && isset( self::known( $kind )[ $service->provider ] ) && $service->has_usable_url() && $this->secrets->has( $service->secret() );
	}

	/** Returns the provider that generates images. */
	public function generator(): ImageGenerator {
		$provider = self::known( 'generate' )[ $this->service( 'generate' )->provider ] ?? null;
		return $provider instanceof ImageGenerator ? $provider : throw new Denied( 'tool_unknown' );
	}

	/** Returns the provider of stock photos. */
	public function library(): StockLibrary {
		$provider = self::known( 'stock' )[ $this->service( 'stock' )->provider ] ?? null;
		return $provider instanceof StockLibrary ? $provider : throw new Denied( 'tool_unknown' );
	}

	/** Returns what sends the requests of a call to a provider. */
	public function api( string $kind, ImageProvider $provider, Call $call ): ProviderApi {
		$service = $this->service( $kind );
		$client  = ApiClient::of_this_site( static fn( string $url ): bool => ImageService::is_of_this_machine( $url ) && ImageService::origin( $url ) === ImageService::origin( $service->url ) );
		return new ProviderApi( $service, $provider->scheme(), $this->secrets, $client, $call->ensure_live( ... ) );
	}
}

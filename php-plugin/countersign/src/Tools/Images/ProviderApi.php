<?php

declare(strict_types=1);

namespace Countersign\Plugin\Tools\Images;

use Countersign\Plugin\Fetch\ApiClient;
use Countersign\Plugin\Fetch\Fetched;
use Countersign\Plugin\Fetch\FetchFailed;
use Countersign\Plugin\Site\Denied;
use Countersign\Plugin\Site\ImageService;
use Countersign\Plugin\Site\Json;
use Countersign\Plugin\Site\SecretRoom;

defined( 'ABSPATH' ) || exit;

/**
 * Sends requests to one provider. The key is opened for each request, and only for the host for which a person has entered it.
 * What a provider answers to a failed request is not repeated: it could contain the key.
 */
final class ProviderApi {

	/** Largest answer, in bytes: an image of 4 megapixels in base64. */
	private const MAX_ANSWER = 40 * MB_IN_BYTES;

	/** Seconds for one request. Images take long. */
	private const SECONDS = 90;

	/**
	 * @param ImageService       $service   The address of the provider.
	 * @param string             $scheme    What comes before the key in the header `Authorization`.
	 * @param SecretRoom         $secrets   Opens the key.
	 * @param ApiClient          $client    Sends the requests.
	 * @param \Closure(): void   $may_go_on Called before each request. What it throws ends the call.
	 */
	public function __construct(
		private readonly ImageService $service,
		private readonly string $scheme,
		private readonly SecretRoom $secrets,
		private readonly ApiClient $client,
		private readonly \Closure $may_go_on,
	) {}

	/**
	 * Sends a request with the key, and returns the answer.
	 *
	 * @param string                    $method  `GET` or `POST`.
	 * @param string                    $path    Path below the address of the provider, with its query.
	 * @param array<string, mixed>|null $body    Is sent as JSON.
	 * @param list<string>              $headers Further lines of the header.
	 *
	 * @return array<string, mixed>
	 *
	 * @throws Denied `image_provider_failed`.
	 */
	public function request( string $method, string $path, ?array $body = null, array $headers = [] ): array {
		$url = $this->service->url . $path;
		if ( ImageService::origin( $url ) !== ImageService::origin( $this->service->url ) ) {
			throw self::failed( 'The address of the request is not one of the provider.' );
		}
		$lines = [ 'Accept: application/json', ...$headers, ...( null === $body ? [] : [ 'Content-Type: application/json' ] ) ];
		( $this->may_go_on )();
		$answer = $this->send( $method, $url, [ ...$lines, "Authorization: $this->scheme " . $this->key() ], null === $body ? null : Json::encode( $body ) );
		if ( $answer->status < 200 || $answer->status > 299 ) {
			throw self::refused( $answer );
		}
		return Json::decode( $answer->body );
	}

	/**
	 * Calls an address of the provider that it has named itself, with the key. Does nothing if it is of another host.
	 *
	 * @throws Denied `image_provider_failed`.
	 */
	public function notify( string $url ): void {
		$base = $this->service->url;
		if ( '' !== $url && ImageService::origin( $url ) === ImageService::origin( $base ) && str_starts_with( $url, $base . '/' ) ) {
			$this->request( 'GET', substr( $url, strlen( $base ) ) );
		}
	}

	/**
	 * Downloads a file from any host, without the key.
	 *
	 * @param string $url   Its address, which the provider has named.
	 * @param int    $bytes Largest file.
	 *
	 * @throws Denied `image_provider_failed`.
	 */
	public function download( string $url, int $bytes ): string {
		( $this->may_go_on )();
		$answer = $this->send( 'GET', $url, [ 'Accept: image/*' ], null, $bytes );
		return 200 === $answer->status ? $answer->body : throw self::failed( "The download answered with the status $answer->status." );
	}

	/** Returns the refusal for an answer that is not what the provider's documentation says. */
	public static function malformed(): Denied {
		return self::failed( 'Its answer does not have the form that it should have. An administrator checks the address of the provider.' );
	}

	/** @param list<string> $headers */
	private function send( string $method, string $url, #[\SensitiveParameter] array $headers, ?string $body, int $bytes = self::MAX_ANSWER ): Fetched {
		try {
			return $this->client->send( $method, $url, $headers, $body, $bytes, self::SECONDS );
		} catch ( FetchFailed $error ) {
			throw self::failed( $error->getMessage() );
		}
	}

	private function key(): string {
		$secret = $this->secrets->open( $this->service->secret() ) ?? throw self::failed( 'The stored key cannot be opened. An administrator enters it again in the settings of Countersign.' );
		return preg_replace( '/[\x00-\x20\x7f]+/', '', $secret->expose() ) ?? '';
	}

	private static function refused( Fetched $answer ): Denied {
		$error = Json::decode( $answer->body )['error'] ?? null;
		$code  = is_array( $error ) ? $error['code'] ?? $error['type'] ?? null : null;
		// A code of the documentation, and no text.
		$named = is_string( $code ) && preg_match( '/^[a-z][a-z_]{2,39}$/D', $code ) ? " ($code)" : '';
		return self::failed(
			match ( true ) {
				in_array( $answer->status, [ 401, 403 ], true ) => "It does not accept the key (status $answer->status)$named. An administrator checks the key in the settings of Countersign.",
				404 === $answer->status                         => 'It does not know what was asked for (status 404).',
				429 === $answer->status                         => "It accepts no more requests now (status 429)$named. Try again later.",
				$answer->status >= 500                          => "It has a fault (status $answer->status). Try again later.",
				default                                         => "It refused the request (status $answer->status)$named. Change the prompt or the arguments.",
			}
		);
	}

	private static function failed( string $detail ): Denied {
		return new Denied( 'image_provider_failed', $detail );
	}
}

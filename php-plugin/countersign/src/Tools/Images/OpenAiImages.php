<?php

declare(strict_types=1);

namespace Countersign\Plugin\Tools\Images;

defined( 'ABSPATH' ) || exit;

/** Generates images with the API of OpenAI, which several services and programs speak: `POST /v1/images/generations`. */
final class OpenAiImages implements ImageGenerator {

	/** Shape => size, for the models whose sizes are known. Others get a square. */
	private const SIZES = [
		'gpt-image' => [
			'square'    => '1024x1024',
			'landscape' => '1536x1024',
			'portrait'  => '1024x1536',
		],
		'dall-e-3'  => [
			'square'    => '1024x1024',
			'landscape' => '1792x1024',
			'portrait'  => '1024x1792',
		],
	];

	private const DEFAULT_MODEL = 'gpt-image-1';

	/** {@inheritDoc} */
	public function id(): string {
		return 'openai';
	}

	/** {@inheritDoc} */
	public function label(): string {
		return __( 'OpenAI, or a service that speaks its API', 'countersign' );
	}

	/** {@inheritDoc} */
	public function default_url(): string {
		return 'https://api.openai.com';
	}

	/** {@inheritDoc} */
	public function scheme(): string {
		return 'Bearer';
	}

	/** {@inheritDoc} */
	public function generate( ProviderApi $api, string $prompt, string $shape, string $model ): string {
		$model = '' === $model ? self::DEFAULT_MODEL : $model;
		$sizes = [ 'square' => '1024x1024' ];
		foreach ( self::SIZES as $family => $known ) {
			$sizes = str_starts_with( $model, $family ) ? $known : $sizes;
		}
		$answer = $api->request(
			'POST',
			'/v1/images/generations',
			[
				'model'  => $model,
				'prompt' => $prompt,
				'n'      => 1,
				'size'   => $sizes[ $shape ] ?? $sizes['square'],
				// Models of the family gpt-image always answer in base64, and refuse the member.
			] + ( str_starts_with( $model, 'gpt-image' ) ? [] : [ 'response_format' => 'b64_json' ] )
		);
		$encoded = is_array( $answer['data'] ?? null ) && is_array( $answer['data'][0] ?? null ) ? $answer['data'][0]['b64_json'] ?? null : null;
		$image   = is_string( $encoded ) ? base64_decode( $encoded, true ) : false; // phpcs:ignore WordPress.PHP.DiscouragedPHPFunctions -- The API's own format.
		return is_string( $image ) && '' !== $image ? $image : throw ProviderApi::malformed();
	}
}

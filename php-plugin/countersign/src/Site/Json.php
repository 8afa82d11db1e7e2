<?php

declare(strict_types=1);

namespace Countersign\Plugin\Site;

/**
 * JSON between PHP and the extension. Text that must keep its exact bytes (schemas, stored requests) is
 * spliced in as it is, since PHP arrays cannot tell `{}` from `[]`.
 */
final class Json {

	/** Slashes and letters stay readable; broken UTF-8 is replaced, never an error halfway through a call. */
	private const FLAGS = JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE | JSON_INVALID_UTF8_SUBSTITUTE | JSON_PRESERVE_ZERO_FRACTION | JSON_THROW_ON_ERROR;

	/**
	 * Encodes a value.
	 *
	 * @param mixed $value Any value; an empty array becomes `[]`, use stdClass for `{}`.
	 *
	 * @throws \JsonException For what JSON cannot say (recursion, infinities).
	 */
	public static function encode( mixed $value ): string {
		return json_encode( $value, self::FLAGS );
	}

	/**
	 * Encodes an object.
	 *
	 * @param array<string, mixed>  $fields Its fields.
	 * @param array<string, string> $raw    More fields, each already JSON.
	 */
	public static function object( array $fields, array $raw = [] ): string {
		$parts = [];
		foreach ( $fields as $key => $value ) {
			$parts[] = self::encode( (string) $key ) . ':' . self::encode( $value );
		}
		foreach ( $raw as $key => $json ) {
			$parts[] = self::encode( (string) $key ) . ':' . $json;
		}
		return '{' . implode( ',', $parts ) . '}';
	}

	/**
	 * Decodes an object or list to arrays; anything else, also what is not JSON, to an empty array.
	 *
	 * @return array<array-key, mixed>
	 */
	public static function decode( ?string $json ): array {
		$value = null === $json ? null : json_decode( $json, true );
		return is_array( $value ) ? $value : [];
	}
}

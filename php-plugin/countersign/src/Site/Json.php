<?php

declare(strict_types=1);

namespace Countersign\Plugin\Site;

defined( 'ABSPATH' ) || exit;

/**
 * JSON that PHP exchanges with the extension.
 *
 * This class calls `json_encode()` and not `wp_json_encode()`. The latter alters strings that it cannot encode and tries
 * again, but the extension signs, hashes and decides on these values, so they must be exact.
 */
final class Json {

	/** Invalid UTF-8 is replaced, since content of the site may hold it; everything else that JSON cannot express is an error. */
	private const FLAGS = JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE | JSON_INVALID_UTF8_SUBSTITUTE | JSON_PRESERVE_ZERO_FRACTION | JSON_THROW_ON_ERROR;

	/**
	 * Encodes a value.
	 *
	 * @param mixed $value Any value. An empty array becomes `[]`; pass an empty `stdClass` for `{}`.
	 *
	 * @throws \JsonException If JSON cannot express the value, for example because of recursion or an infinite number.
	 */
	public static function encode( mixed $value ): string {
		// @mago-ignore analysis:invalid-return-statement,falsable-return-statement JSON_THROW_ON_ERROR is set, so it never returns false.
		return json_encode( $value, self::FLAGS ); // phpcs:ignore WordPress.WP.AlternativeFunctions.json_encode_json_encode -- See above.
	}

	/**
	 * Encodes an object, some of whose fields are JSON text already. Such text keeps its exact bytes, and with them the
	 * difference between `{}` and `[]`, which PHP arrays lose.
	 *
	 * @param array<string, mixed>  $fields Field name => value.
	 * @param array<string, string> $raw    Field name => JSON text.
	 *
	 * @throws \JsonException If JSON cannot express a value.
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
	 * Decodes a JSON object or list to an array. Returns an empty array for any other JSON value, for invalid JSON and for null.
	 *
	 * @return array<array-key, mixed>
	 */
	public static function decode( ?string $json ): array {
		$value = null === $json ? null : json_decode( $json, true );
		return is_array( $value ) ? $value : [];
	}
}

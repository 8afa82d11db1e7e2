<?php

declare(strict_types=1);

namespace Countersign\Plugin\Calls;

use Countersign\Plugin\Site\Json;

defined( 'ABSPATH' ) || exit;

/**
 * The result of a tool, prompt, resource or completion. A handler can return one where an array or a text is not enough.
 *
 *     return Result::text( 'Done.' );
 *     return Result::content( [ [ 'type' => 'image', 'data' => $base64, 'mimeType' => 'image/png' ] ] );
 *     return Result::structured( [ 'id' => 12 ] )->about( 'post:12' );
 *     return Result::error( 'There is no such shelf. The shelves are A to F.' );
 */
final class Result {

	private function __construct(
		private readonly string $json,
		public readonly ?string $target = null,
	) {}

	/** Returns a tool's result as text. */
	public static function text( string $text ): self {
		return self::content( [ self::block( $text ) ] );
	}

	/**
	 * Returns a tool's result as content blocks of the protocol.
	 *
	 * @param list<array<string, mixed>> $blocks     Blocks such as `[ 'type' => 'text', 'text' => '…' ]`.
	 * @param mixed                      $structured Structured content in addition, or null.
	 *
	 * @throws \JsonException If JSON cannot express a value.
	 */
	public static function content( array $blocks, mixed $structured = null ): self {
		$fields = [ 'content' => array_values( $blocks ) ];
		if ( null !== $structured ) {
			$fields['structuredContent'] = self::object_if_map( $structured );
		}
		return new self( Json::encode( $fields ) );
	}

	/**
	 * Returns a tool's structured result. The extension makes the text from it.
	 *
	 * @param mixed $value An array with string keys (an empty array becomes `{}`), or any value that the output schema allows.
	 *
	 * @throws \JsonException If JSON cannot express the value.
	 */
	public static function structured( mixed $value ): self {
		return new self( Json::encode( [ 'structuredContent' => self::object_if_map( $value ) ] ) );
	}

	/** Returns a tool's error as text that tells the model what went wrong and what to do. */
	public static function error( string $text ): self {
		return new self(
			Json::encode(
				[
					'content' => [ self::block( $text ) ],
					'isError' => true,
				]
			)
		);
	}

	/**
	 * Returns a prompt's result.
	 *
	 * @param list<array<string, mixed>> $messages Messages of the protocol, each with `role` and `content`.
	 */
	public static function messages( array $messages ): self {
		return new self( Json::encode( [ 'messages' => array_values( $messages ) ] ) );
	}

	/**
	 * Returns a resource's result.
	 *
	 * @param list<array<string, mixed>> $contents Contents of the protocol, each with `uri`, `mimeType`, and `text` or `blob` (base64).
	 */
	public static function contents( array $contents ): self {
		return new self( Json::encode( [ 'contents' => array_values( $contents ) ] ) );
	}

	/**
	 * Returns a completion's result.
	 *
	 * @param list<string> $values   At most 100 values.
	 * @param int|null     $total    How many values there are, or null if unknown.
	 * @param bool|null    $has_more Whether there are more values than these, or null if unknown.
	 */
	public static function completion( array $values, ?int $total = null, ?bool $has_more = null ): self {
		$fields = [
			'values'  => array_values( $values ),
			'total'   => $total,
			'hasMore' => $has_more,
		];
		return new self( Json::encode( array_filter( $fields, static fn( mixed $value ): bool => null !== $value ) ) );
	}

	/**
	 * Returns a result from JSON text, whose bytes are kept.
	 *
	 * @param string $json The protocol's result object.
	 */
	public static function json( string $json ): self {
		return new self( $json );
	}

	/**
	 * Returns the same result with the target of the call, which the audit log records.
	 *
	 * @param string $target Such as `post:12`.
	 */
	public function about( string $target ): self {
		return new self( $this->json, $target );
	}

	/**
	 * Returns the result object as JSON.
	 *
	 * @internal
	 */
	public function to_json(): string {
		return $this->json;
	}

	/** @return array{type: string, text: string} */
	private static function block( string $text ): array {
		return [
			'type' => 'text',
			'text' => $text,
		];
	}

	/** Turns an array with string keys, or an empty one, into an object. */
	private static function object_if_map( mixed $value ): mixed {
		return is_array( $value ) && ( [] === $value || ! array_is_list( $value ) ) ? (object) $value : $value;
	}
}

<?php

declare(strict_types=1);

namespace Countersign\Plugin\Calls;

use Countersign\Plugin\Site\Json;

/**
 * What a tool, prompt, resource or completion answers, where a plain array is not enough.
 *
 *     return Result::text( 'Done.' );
 *     return Result::content( [ [ 'type' => 'image', 'data' => $base64, 'mimeType' => 'image/png' ] ] );
 *     return Result::structured( [ 'id' => 12 ] )->about( 'post:12' );
 *     return Result::error( 'There is no such shelf. Shelves are A to F.' );
 */
final class Result {

	private function __construct(
		private readonly string $json,
		public readonly ?string $target = null,
	) {}

	/** A tool's answer as text. */
	public static function text( string $text ): self {
		return self::content( [ self::block( $text ) ] );
	}

	/**
	 * A tool's answer as content blocks of the protocol.
	 *
	 * @param list<array<string, mixed>> $blocks
	 * @param mixed                      $structured Structured content as well; null for none.
	 */
	public static function content( array $blocks, mixed $structured = null ): self {
		$fields = [ 'content' => array_values( $blocks ) ];
		if ( null !== $structured ) {
			$fields['structuredContent'] = self::object_if_map( $structured );
		}
		return new self( Json::encode( $fields ) );
	}

	/**
	 * A tool's structured answer; its text is made from it.
	 *
	 * @param mixed $value An array with keys (an empty one becomes `{}`), or any value the output schema allows.
	 */
	public static function structured( mixed $value ): self {
		return new self( Json::encode( [ 'structuredContent' => self::object_if_map( $value ) ] ) );
	}

	/** A tool's answer that says what went wrong, for the model to act on. */
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
	 * A prompt's answer.
	 *
	 * @param list<array<string, mixed>> $messages Messages of the protocol: `role` and `content`.
	 */
	public static function messages( array $messages ): self {
		return new self( Json::encode( [ 'messages' => array_values( $messages ) ] ) );
	}

	/**
	 * A resource's answer.
	 *
	 * @param list<array<string, mixed>> $contents Contents of the protocol: `uri`, `mimeType`, and `text` or `blob`.
	 */
	public static function contents( array $contents ): self {
		return new self( Json::encode( [ 'contents' => array_values( $contents ) ] ) );
	}

	/**
	 * A completion's answer.
	 *
	 * @param list<string> $values At most 100.
	 */
	public static function completion( array $values, ?int $total = null, ?bool $has_more = null ): self {
		$fields = [
			'values'  => array_values( $values ),
			'total'   => $total,
			'hasMore' => $has_more,
		];
		return new self( Json::encode( array_filter( $fields, static fn( mixed $value ): bool => null !== $value ) ) );
	}

	/** The result object as JSON, for what keeps `{}` and `[]` apart itself. */
	public static function json( string $json ): self {
		return new self( $json );
	}

	/**
	 * The same answer, with what was acted on for the audit log.
	 *
	 * @param string $target For instance `post:12`.
	 */
	public function about( string $target ): self {
		return new self( $this->json, $target );
	}

	/** @internal */
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

	private static function object_if_map( mixed $value ): mixed {
		return is_array( $value ) && ( [] === $value || ! array_is_list( $value ) ) ? (object) $value : $value;
	}
}

<?php

declare(strict_types=1);

namespace Countersign\Plugin\Calls;

use Countersign\McpReply;
use Countersign\Plugin\Site\Json;

defined( 'ABSPATH' ) || exit;

/** The answer to a call that came through another door than the MCP endpoint: a result, or a refusal with its reason. */
final class DirectAnswer {

	/**
	 * @param string|null $reason     Reason code of a refusal or a failure; null for a result.
	 * @param string      $text       What a model reads.
	 * @param mixed       $structured Structured content as PHP value; null if there is none.
	 */
	private function __construct(
		public readonly ?string $reason,
		public readonly string $text,
		public readonly mixed $structured,
	) {}

	/** Returns the answer that a reply of the extension contains. */
	public static function of( McpReply $reply ): self {
		$body   = Json::decode( $reply->body() );
		$result = (array) ( $body['result'] ?? [] );
		if ( isset( $body['error'] ) ) {
			return new self( (string) ( $body['error']['data']['reason'] ?? 'tool_failed' ), (string) ( $body['error']['message'] ?? '' ), null );
		}
		$texts = array_column( (array) ( $result['content'] ?? [] ), 'text' );
		$text  = implode( "\n", array_filter( $texts, is_string( ... ) ) );
		if ( true === ( $result['isError'] ?? false ) ) {
			return new self( (string) ( $result['_meta']['countersign/reason'] ?? 'tool_failed' ), $text, null );
		}
		return new self( null, $text, $result['structuredContent'] ?? null );
	}

	/** Returns a refusal that no reply of the extension contains. */
	public static function refused( string $reason ): self {
		$text = function_exists( 'Countersign\reasons' ) ? \Countersign\reasons()[ $reason ] ?? null : null;
		return new self( $reason, $text ?? 'This site cannot serve agents now.', null );
	}

	/** Returns the result as the caller of a function gets it, or the refusal as an error of WordPress. */
	public function value(): mixed {
		return null === $this->reason ? $this->structured ?? $this->text : $this->error();
	}

	/** Returns the refusal as an error of WordPress. */
	public function error(): \WP_Error {
		$status = match ( $this->reason ) {
			'arguments_invalid', 'params_invalid'       => 400,
			'target_not_found', 'tool_unknown'          => 404,
			'rate_limited_connection', 'budget_exceeded' => 429,
			'tool_failed'                               => 500,
			'audit_unavailable', 'store_unavailable'    => 503,
			default                                     => 403,
		};
		return new \WP_Error( 'countersign_' . $this->reason, $this->text, [ 'status' => $status, 'reason' => $this->reason ] ); // phpcs:ignore WordPress.Arrays.ArrayDeclarationSpacing -- One line.
	}
}

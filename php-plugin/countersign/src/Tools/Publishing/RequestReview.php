<?php

declare(strict_types=1);

namespace Countersign\Plugin\Tools\Publishing;

use Countersign\Plugin\Calls\Call;
use Countersign\Plugin\Calls\Registry;
use Countersign\Plugin\Calls\Result;
use Countersign\Plugin\Site\Denied;
use Countersign\Plugin\Tools\Content\Posts;

/** Tool `request_review`: shows what an act would do; the extension issues the token that permits it. */
final class RequestReview {

	public function __construct( private readonly Registry $registry ) {}

	/** @param array<string, mixed> $arguments */
	public function __invoke( array $arguments, Call $call ): Result {
		$name     = (string) $arguments['tool'];
		$intended = (array) $arguments['arguments'];
		$act      = $this->registry->builtin( $name );
		$review   = $act instanceof ReviewableTool ? self::of_act( $act, $intended ) : $this->of_plugin( $name, $intended, $call );
		$result   = Result::structured(
			[
				'tool'               => $name,
				// As sent: an empty object must not become a list.
				'arguments'          => json_decode( $call->raw_arguments() )->arguments,
			] + $review + [
				'warnings'           => [],
				'confirmation_token' => $call->confirmation(),
				'expires_in'         => $call->confirmation_lifetime(),
			]
		);
		return $act instanceof ReviewableTool ? $result->about( Posts::target( $review['target']['id'] ) ) : $result;
	}

	/**
	 * @param array<string, mixed> $intended
	 *
	 * @return array{target: array<string, mixed>, warnings: list<string>}
	 */
	private static function of_act( ReviewableTool $act, array $intended ): array {
		$post = $act->check( $intended );
		return [
			'target'   => [
				'id'     => $post->ID,
				'title'  => Posts::plain( $post->post_title ),
				'status' => $post->post_status,
				'type'   => $post->post_type,
				'link'   => (string) get_permalink( $post ),
			],
			'warnings' => $act->warnings( $post, $intended ),
		];
	}

	/**
	 * @param array<string, mixed> $intended
	 *
	 * @return array{target?: array<string, mixed>, warnings?: list<string>}
	 */
	private function of_plugin( string $name, array $intended, Call $call ): array {
		$entry = $this->registry->find( 'tools', $name ) ?? throw new Denied( 'tool_unknown' );
		Registry::require_capability( $entry );
		$said   = null === $entry['review'] ? [] : ( $entry['review'] )( $intended, $call );
		$review = [];
		if ( is_array( $said['target'] ?? null ) ) {
			$review['target'] = (object) $said['target'];
		}
		if ( is_array( $said['warnings'] ?? null ) ) {
			$review['warnings'] = array_map( strval( ... ), array_values( $said['warnings'] ) );
		}
		return $review;
	}
}

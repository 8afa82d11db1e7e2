<?php

declare(strict_types=1);

namespace Countersign\Plugin\Tools\Publishing;

use Countersign\Plugin\Calls\Call;
use Countersign\Plugin\Calls\Registry;
use Countersign\Plugin\Calls\Result;
use Countersign\Plugin\Site\Denied;
use Countersign\Plugin\Tools\Content\Posts;

defined( 'ABSPATH' ) || exit;

/**
 * Tool `request_review`: shows what a call would do, and returns the confirmation token that permits it. The extension
 * issues the token.
 */
final class RequestReview {

	public function __construct( private readonly Registry $registry ) {}

	/** @param array<string, mixed> $arguments */
	public function __invoke( array $arguments, Call $call ): Result {
		$name     = (string) $arguments['tool'];
		$intended = (array) $arguments['arguments'];
		$tool     = $this->registry->builtin( $name );
		$post     = $tool instanceof ReviewableTool ? $tool->check( $intended ) : null;
		$review   = match ( true ) {
			$tool instanceof ReviewableItems         => self::review_of_items( $tool, $intended ),
			$tool instanceof ReviewableTool && $post => self::review( $tool, $post, $intended ),
			default                                  => $this->review_of_plugin( $name, $intended, $call ),
		};
		$result   = Result::structured(
			[
				'tool'               => $name,
				// Not the decoded array, in which an empty object would become a list.
				'arguments'          => json_decode( $call->raw_arguments() )->arguments,
			] + $review + [
				'warnings'           => [],
				'confirmation_token' => $call->confirmation(),
				'expires_in'         => $call->confirmation_lifetime(),
			]
		);
		return $post ? $result->about( Posts::target( $post->ID ) ) : $result;
	}

	/**
	 * Returns the review of a call of one of this plugin's tools.
	 *
	 * @param ReviewableTool       $tool     The tool.
	 * @param \WP_Post             $post     The post that the call would change.
	 * @param array<string, mixed> $intended Arguments of the call.
	 *
	 * @return array{target: array<string, mixed>, warnings: list<string>}
	 */
	private static function review( ReviewableTool $tool, \WP_Post $post, array $intended ): array {
		return [
			'target'   => self::describe( $post ),
			'warnings' => $tool->warnings( $post, $intended ),
		];
	}

	/**
	 * Returns the review of a call on many items: each item with its own warnings.
	 *
	 * @param array<string, mixed> $intended Arguments of the call.
	 *
	 * @return array{targets: list<array<string, mixed>>, warnings: list<string>}
	 */
	private static function review_of_items( ReviewableItems $tool, array $intended ): array {
		$posts = $tool->check_items( $intended );
		_prime_post_caches( array_map( static fn( \WP_Post $post ): int => $post->ID, $posts ), true, false );
		return [
			'targets'  => array_map( static fn( \WP_Post $post ): array => self::describe( $post ) + [ 'warnings' => $tool->item_warnings( $post, $intended ) ], $posts ),
			'warnings' => [],
		];
	}

	/** @return array<string, mixed> */
	private static function describe( \WP_Post $post ): array {
		return [
			'id'     => $post->ID,
			'title'  => $post->post_title,
			'status' => $post->post_status,
			'type'   => $post->post_type,
			'link'   => (string) get_permalink( $post ),
		];
	}

	/**
	 * Returns the review of a call of another plugin's tool.
	 *
	 * @param array<string, mixed> $intended Arguments of the call.
	 *
	 * @return array{target?: \stdClass, warnings?: list<string>}
	 */
	private function review_of_plugin( string $name, array $intended, Call $call ): array {
		$entry = $this->registry->find( 'tools', $name ) ?? throw new Denied( 'tool_unknown' );
		Registry::require_capability( $entry );
		$answer = null === $entry['review'] ? [] : ( $entry['review'] )( $intended, $call );
		$review = [];
		if ( is_array( $answer['target'] ?? null ) ) {
			$review['target'] = (object) $answer['target'];
		}
		if ( is_array( $answer['warnings'] ?? null ) ) {
			$review['warnings'] = array_map( strval( ... ), array_values( $answer['warnings'] ) );
		}
		return $review;
	}
}

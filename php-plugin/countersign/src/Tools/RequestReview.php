<?php

declare(strict_types=1);

namespace Countersign\Plugin\Tools;

use Countersign\Plugin\Denied;
use Countersign\Plugin\Mcp\Call;
use Countersign\Plugin\Mcp\Result;

/** Tool `request_review`: shows what an act would do; the extension issues the token that permits it. */
final class RequestReview {

	/** @param array<string, mixed> $arguments */
	public function __invoke( array $arguments, Call $call ): Result {
		$act      = Catalogue::act( $arguments['tool'] ) ?? throw new Denied( 'tool_unknown' );
		$intended = (array) $arguments['arguments'];
		$post     = $act->check( $intended );
		return Result::structured(
			[
				'tool'               => $arguments['tool'],
				// As sent: an empty object must not become a list.
				'arguments'          => json_decode( $call->raw_arguments() )->arguments,
				'target'             => [
					'id'     => $post->ID,
					'title'  => Posts::plain( $post->post_title ),
					'status' => $post->post_status,
					'type'   => $post->post_type,
					'link'   => (string) get_permalink( $post ),
				],
				'warnings'           => $act->warnings( $post, $intended ),
				'confirmation_token' => $call->confirmation(),
				'expires_in'         => $call->confirmation_lifetime(),
			]
		)->about( Posts::target( $post->ID ) );
	}
}

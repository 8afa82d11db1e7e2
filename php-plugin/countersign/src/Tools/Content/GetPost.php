<?php

declare(strict_types=1);

namespace Countersign\Plugin\Tools\Content;

use Countersign\Plugin\Calls\Call;
use Countersign\Plugin\Calls\Result;
use Countersign\Plugin\Site\Denied;
use Countersign\Plugin\Targets\StoredPost;

defined( 'ABSPATH' ) || exit;

/** Tool `get_post`: returns one post with its content. */
final class GetPost {

	/** @param array<string, mixed> $arguments */
	public function __invoke( array $arguments, Call $call ): Result {
		$post   = Posts::readable( $arguments['id'] );
		$id     = $post->ID;
		$stored = StoredPost::seen( $post ) ?? throw new Denied( 'target_not_found', null, Posts::target( $id ) ); // phpcs:ignore WordPress.Security.EscapeOutput.ExceptionNotEscaped -- Sent as JSON.
		// The fingerprint and what the agent reads are of one state, whatever a cache holds.
		return Result::structured( Posts::full( $stored->post() ) + [ 'fingerprint' => $call->fingerprint( $stored ) ] )->about( Posts::target( $id ) );
	}
}

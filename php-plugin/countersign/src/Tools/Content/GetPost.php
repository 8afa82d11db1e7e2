<?php

declare(strict_types=1);

namespace Countersign\Plugin\Tools\Content;

use Countersign\Plugin\Calls\Call;
use Countersign\Plugin\Calls\Result;

defined( 'ABSPATH' ) || exit;

/** Tool `get_post`: returns one post with its content. */
final class GetPost {

	/** @param array<string, mixed> $arguments */
	public function __invoke( array $arguments, Call $call ): Result {
		$post = Posts::readable( $arguments['id'] );
		return Result::structured( Posts::full( $post ) )->about( Posts::target( $post->ID ) );
	}
}

<?php

declare(strict_types=1);

namespace Countersign\Plugin\Tools\Content;

use Countersign\Plugin\Calls\Call;
use Countersign\Plugin\Calls\Items;
use Countersign\Plugin\Calls\Result;
use Countersign\Plugin\Site\Denied;

defined( 'ABSPATH' ) || exit;

/** Tool `get_post`: returns one post with its content, or several. */
final class GetPost {

	/** Largest content of all items of one answer together, in bytes. */
	public const MAX_TOGETHER = 307200;

	/** @param array<string, mixed> $arguments */
	public function __invoke( array $arguments, Call $call ): Result {
		if ( isset( $arguments['id'] ) === isset( $arguments['ids'] ) ) {
			throw new Denied( 'arguments_invalid', 'Pass either id, for one item, or ids, for several.' );
		}
		$fields = $arguments['fields'] ?? null;
		if ( isset( $arguments['id'] ) ) {
			$post = Posts::readable( $arguments['id'] );
			return Result::structured( PostView::full( $post, $call, $fields ) )->about( Posts::target( $post->ID ) );
		}
		$ids = array_values( array_unique( $arguments['ids'] ) );
		Posts::prime( $ids );
		$left = self::MAX_TOGETHER;
		$each = static function ( int $id ) use ( $call, $fields, &$left ): array {
			$shown = PostView::full( Posts::readable( $id ), $call, $fields, $left );
			$left -= strlen( $shown['content'] ?? '' );
			return $shown;
		};
		return Result::structured( [ 'posts' => Items::run( $call, $ids, $each ) ] );
	}
}

<?php

declare(strict_types=1);

namespace Countersign\Plugin\Tools\Content;

use Countersign\Plugin\Calls\Call;
use Countersign\Plugin\Calls\Items;
use Countersign\Plugin\Calls\Result;
use Countersign\Plugin\Site\Denied;

defined( 'ABSPATH' ) || exit;

/** Tool `analyze_seo`: says what could keep people from finding posts with a search engine. */
final class AnalyzeSeo {

	/** @param array<string, mixed> $arguments */
	public function __invoke( array $arguments, Call $call ): Result {
		$ids  = array_values( array_unique( $arguments['ids'] ) );
		$each = static function ( int $id ) use ( $arguments ): array {
			$post = Posts::readable( $id );
			if ( PostView::is_hidden( $post ) ) {
				throw new Denied( 'capability_denied', 'A password protects the item, and the account may not edit it.', Posts::target( $id ) ); // phpcs:ignore WordPress.Security.EscapeOutput.ExceptionNotEscaped -- Sent as JSON.
			}
			return SeoFindings::of( $post, $arguments['keyphrase'] ?? null );
		};
		Posts::prime( $ids );
		return Result::structured( [ 'posts' => Items::run( $call, $ids, $each ) ] );
	}
}

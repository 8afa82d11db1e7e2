<?php

declare(strict_types=1);

namespace Countersign\Plugin\Tools\Content;

use Countersign\Plugin\Calls\Call;

defined( 'ABSPATH' ) || exit;

/** Tool `search_content`: searches posts that the user can see. */
final class SearchContent {

	/**
	 * @param array<string, mixed> $arguments
	 *
	 * @return array<string, mixed>
	 */
	public function __invoke( array $arguments, Call $call ): array {
		return PostQuery::page( [ 's' => $arguments['query'] ] + PostFilters::query( $arguments ), PostFilters::types( $arguments['type'] ?? null ), $arguments );
	}
}

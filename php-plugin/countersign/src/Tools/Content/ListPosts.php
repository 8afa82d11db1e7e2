<?php

declare(strict_types=1);

namespace Countersign\Plugin\Tools\Content;

use Countersign\Plugin\Calls\Call;

defined( 'ABSPATH' ) || exit;

/** Tool `list_posts`: lists posts that the user can see. */
final class ListPosts {

	private const ORDER_BY = [
		'modified' => 'modified',
		'date'     => 'date',
		'title'    => 'title',
		'id'       => 'ID',
	];

	/**
	 * @param array<string, mixed> $arguments
	 *
	 * @return array<string, mixed>
	 */
	public function __invoke( array $arguments, Call $call ): array {
		$order = 'asc' === ( $arguments['order'] ?? 'desc' ) ? 'ASC' : 'DESC';
		$query = PostFilters::query( $arguments );
		// The id breaks ties, so that pages never overlap.
		$query['orderby'] = [ self::ORDER_BY[ $arguments['order_by'] ?? 'modified' ] => $order ] + [ 'ID' => $order ];
		return PostQuery::page( $query, PostFilters::types( $arguments['type'] ?? 'post' ), $arguments );
	}
}

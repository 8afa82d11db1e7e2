<?php

declare(strict_types=1);

namespace Countersign\Plugin\Tools\Content;

use Countersign\Plugin\Calls\Call;

defined( 'ABSPATH' ) || exit;

/** Tool `list_posts`: lists posts of one type that the user can see. */
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
		$query = array_filter(
			[
				'author'        => $arguments['author'] ?? null,
				'category_name' => isset( $arguments['category'] ) ? sanitize_title( $arguments['category'] ) : null,
				'tag'           => isset( $arguments['tag'] ) ? sanitize_title( $arguments['tag'] ) : null,
			],
			static fn( mixed $value ): bool => null !== $value
		);
		// The id breaks ties, so that pages never overlap.
		$query['orderby'] = [ self::ORDER_BY[ $arguments['order_by'] ?? 'modified' ] => $order ] + [ 'ID' => $order ];
		$dates            = array_intersect_key( $arguments, array_flip( [ 'after', 'before' ] ) );
		if ( $dates ) {
			$query['date_query'] = [ $dates ];
		}
		return PostQuery::page( $query, [ Posts::type( $arguments['type'] ?? 'post' ) ], $arguments );
	}
}

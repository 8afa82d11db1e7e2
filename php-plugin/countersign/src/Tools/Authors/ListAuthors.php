<?php

declare(strict_types=1);

namespace Countersign\Plugin\Tools\Authors;

use Countersign\Plugin\Calls\Call;
use Countersign\Plugin\Site\Denied;
use Countersign\Plugin\Tools\Content\Posts;

defined( 'ABSPATH' ) || exit;

/**
 * Tool `list_authors`: lists who can be the author of items of a type.
 *
 * No agent has `list_users`. WordPress's REST API shows the authors of a type to everybody who may write items of it, because the
 * editor lets them choose one. This tool does the same and tells less: no address, no login name, no role.
 */
final class ListAuthors {

	/**
	 * @param array<string, mixed> $arguments
	 *
	 * @return array<string, mixed>
	 */
	public function __invoke( array $arguments, Call $call ): array {
		$type = Posts::type( $arguments['type'] ?? 'post' );
		if ( ! post_type_supports( $type->name, 'author' ) ) {
			throw new Denied( 'arguments_invalid', "Items of the type $type->name have no author that could be changed." ); // phpcs:ignore WordPress.Security.EscapeOutput.ExceptionNotEscaped -- Sent as JSON.
		}
		if ( ! current_user_can( $type->cap->edit_posts ) ) {
			throw new Denied( 'capability_denied' );
		}
		$page     = $arguments['page'] ?? 1;
		$per_page = $arguments['per_page'] ?? 20;
		$query    = new \WP_User_Query(
			[
				'capability'  => [ $type->cap->edit_posts ],
				'fields'      => [ 'ID', 'display_name' ],
				'orderby'     => [
					'display_name' => 'ASC',
					'ID'           => 'ASC',
				],
				'number'      => $per_page,
				'paged'       => $page,
				'count_total' => true,
			] + ( isset( $arguments['search'] ) ? [
				// Without its wildcards, which WordPress takes at the ends only.
				'search'         => '*' . trim( $arguments['search'], '*' ) . '*',
				'search_columns' => [ 'display_name' ],
			] : [] )
		);
		$total = (int) $query->get_total();
		return [
			'authors'     => array_map(
				static fn( object $user ): array => [
					'id'      => (int) $user->ID,
					'name'    => (string) $user->display_name,
					'allowed' => Authors::is_allowed( $call->connection(), (int) $user->ID ),
				],
				array_values( $query->get_results() )
			),
			'page'        => $page,
			'per_page'    => $per_page,
			'total'       => $total,
			'total_pages' => (int) ceil( $total / $per_page ),
		];
	}
}

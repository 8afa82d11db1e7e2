<?php

declare(strict_types=1);

namespace Countersign\Plugin\Tools\Site;

use Countersign\Plugin\Calls\Call;
use Countersign\Plugin\Calls\Registry;

defined( 'ABSPATH' ) || exit;

/**
 * Tool `whoami`: returns the connection, its permission groups that open a tool of this site, its limit, the fields that it
 * may not write, and the user that it acts as. A model that reads of a group without tools promises what it cannot do.
 */
final class Whoami {

	public function __construct( private readonly Registry $registry ) {}

	/**
	 * @param array<string, mixed> $arguments Empty.
	 *
	 * @return array<string, mixed>
	 */
	public function __invoke( array $arguments, Call $call ): array {
		$connection = $call->connection();
		$titles     = $this->registry->tool_titles();
		$user       = wp_get_current_user();
		return [
			'connection' => [
				'id'   => $connection->id,
				'name' => $connection->name,
			],
			'groups'     => array_values( array_filter( $connection->groups, static fn( string $group ): bool => [] !== ( $titles[ $group ] ?? [] ) ) ),
			'user'       => [
				'id'   => $user->ID,
				'name' => $user->display_name,
			],
			'limit'      => $connection->limit,
		] + ( [] === $connection->denied_fields ? [] : [ 'denied_fields' => $connection->denied_fields ] );
	}
}

<?php

declare(strict_types=1);

namespace Countersign\Plugin\Tools\Site;

use Countersign\Plugin\Calls\Call;

defined( 'ABSPATH' ) || exit;

/** Tool `whoami`: returns the connection, its permission groups and limit, and the user that it acts as. */
final class Whoami {

	/**
	 * @param array<string, mixed> $arguments Empty.
	 *
	 * @return array<string, mixed>
	 */
	public function __invoke( array $arguments, Call $call ): array {
		$connection = $call->connection();
		$user       = wp_get_current_user();
		return [
			'connection' => [
				'id'   => $connection->id,
				'name' => $connection->name,
			],
			'groups'     => $connection->groups,
			'user'       => [
				'id'   => $user->ID,
				'name' => $user->display_name,
			],
			'limit'      => $connection->limit,
		];
	}
}

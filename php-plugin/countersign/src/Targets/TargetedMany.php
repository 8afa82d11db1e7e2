<?php

declare(strict_types=1);

namespace Countersign\Plugin\Targets;

defined( 'ABSPATH' ) || exit;

/** A tool that changes several posts in one call, at most 50. */
interface TargetedMany {

	/**
	 * Returns the ids of the posts that a call would change. Leaves out those that do not exist or that the user cannot see.
	 * Changes nothing.
	 *
	 * @param array<string, mixed> $arguments Arguments of the call.
	 *
	 * @return list<int>
	 */
	public function targets( array $arguments ): array;
}

<?php

declare(strict_types=1);

namespace Countersign\Plugin\Targets;

defined( 'ABSPATH' ) || exit;

/** A tool that changes one post. */
interface Targeted {

	/**
	 * Returns the id of the post that a call would change, or null if it does not exist or the user cannot see it. Changes
	 * nothing.
	 *
	 * @param array<string, mixed> $arguments Arguments of the call.
	 */
	public function target( array $arguments ): ?int;
}

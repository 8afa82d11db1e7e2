<?php

declare(strict_types=1);

namespace Countersign\Plugin\Targets;

defined( 'ABSPATH' ) || exit;

/** A tool that changes metadata of one post: a review of its calls covers the values of these keys too. */
interface ConcernsMeta extends Targeted {

	/**
	 * Returns the meta keys that a call would change.
	 *
	 * @param array<string, mixed> $arguments Arguments of the call.
	 *
	 * @return list<string>
	 */
	public function meta( array $arguments ): array;
}

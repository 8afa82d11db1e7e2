<?php

declare(strict_types=1);

namespace Countersign\Plugin\Tools\Publishing;

use Countersign\Plugin\Site\Denied;
use Countersign\Plugin\Targets\Targeted;

defined( 'ABSPATH' ) || exit;

/** A tool whose calls can need a confirmation: the agent reviews them before it makes them. */
interface ReviewableTool extends Targeted {

	/**
	 * Checks whether the call could be made now. Changes nothing.
	 *
	 * @param array<string, mixed> $arguments Arguments of the call.
	 *
	 * @return \WP_Post The post that the call would change.
	 *
	 * @throws Denied If the call would be refused.
	 */
	public function check( array $arguments ): \WP_Post;

	/**
	 * Returns what the agent should know before it makes the call.
	 *
	 * @param \WP_Post             $post      The post that the call would change.
	 * @param array<string, mixed> $arguments Arguments of the call.
	 *
	 * @return list<string> English sentences.
	 */
	public function warnings( \WP_Post $post, array $arguments ): array;
}

<?php

declare(strict_types=1);

namespace Countersign\Plugin\Tools\Publishing;

use Countersign\Plugin\Site\Denied;

/** An act that the public sees: it can be looked at before it is done. */
interface ReviewableTool {

	/**
	 * Whether the act could be done now. Changes nothing.
	 *
	 * @param array<string, mixed> $arguments As the act gets them.
	 *
	 * @return \WP_Post What would be acted on.
	 *
	 * @throws Denied When it could not.
	 */
	public function check( array $arguments ): \WP_Post;

	/**
	 * What a person should know before it is done.
	 *
	 * @param array<string, mixed> $arguments As the act gets them.
	 *
	 * @return list<string>
	 */
	public function warnings( \WP_Post $post, array $arguments ): array;
}

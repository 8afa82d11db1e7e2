<?php

declare(strict_types=1);

namespace Countersign\Plugin\Tools\Publishing;

use Countersign\Plugin\Site\Denied;
use Countersign\Plugin\Targets\TargetedMany;

defined( 'ABSPATH' ) || exit;

/** A tool whose calls change several posts and can need a confirmation. One token confirms all items of a call. */
interface ReviewableItems extends TargetedMany {

	/**
	 * Checks whether the call could be made now, for each of its items. Changes nothing.
	 *
	 * @param array<string, mixed> $arguments Arguments of the call.
	 *
	 * @return list<\WP_Post> The posts that the call would change.
	 *
	 * @throws Denied If an item would be refused. Its target names the item.
	 */
	public function check_items( array $arguments ): array;

	/**
	 * Returns what the agent should know about one item before it makes the call.
	 *
	 * @param \WP_Post             $post      One of the posts that the call would change.
	 * @param array<string, mixed> $arguments Arguments of the call.
	 *
	 * @return list<string> English sentences.
	 */
	public function item_warnings( \WP_Post $post, array $arguments ): array;
}

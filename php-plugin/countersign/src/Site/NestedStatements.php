<?php

declare(strict_types=1);

namespace Countersign\Plugin\Site;

defined( 'ABSPATH' ) || exit;

/** Lets a callback of WordPress's filter `query` send statements of its own. */
final class NestedStatements {

	/**
	 * Runs a function that sends statements while WordPress is about to send another one. Without this, WordPress would check the text
	 * of that one once more, and could refuse it.
	 *
	 * @template T
	 *
	 * @param callable(): T $act
	 *
	 * @return T What the function returned.
	 */
	public static function run( callable $act ): mixed {
		global $wpdb;
		// The property is protected, and no method restores it.
		$checks = $wpdb instanceof \wpdb ? new \ReflectionProperty( \wpdb::class, 'check_current_query' ) : null;
		$was    = $checks?->getValue( $wpdb );
		try {
			return $act();
		} finally {
			$checks?->setValue( $wpdb, $was );
		}
	}
}

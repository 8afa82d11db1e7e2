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
		$checks = self::checks_text();
		try {
			return $act();
		} finally {
			self::checks_text( $checks );
		}
	}

	/** Returns whether WordPress will check the text of the next statement, and sets it if a value is given. */
	private static function checks_text( ?bool $value = null ): bool {
		global $wpdb;
		$access = function () use ( $value ): bool {
			$was                       = $this->check_current_query; // @phpstan-ignore-line
			$this->check_current_query = $value ?? $was; // @phpstan-ignore-line
			return $was;
		};
		// The property is protected, and no method restores it.
		return $wpdb instanceof \wpdb ? \Closure::bind( $access, $wpdb, \wpdb::class )() : true;
	}
}

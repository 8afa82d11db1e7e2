<?php

declare(strict_types=1);

namespace Countersign\Tests;

/** Other plugins on the site, which the fixture `countersign-test-neighbours.php` plays. */
final class Neighbours {

	/** The name of the login form that `renamed_login` and `login_token` hide. */
	public const SECRET = 'a-secret-door';

	/** Runs a test while other plugins are active. */
	public static function with( callable $test, string ...$names ): void {
		update_option( 'fixture_neighbours', $names );
		try {
			$test();
		} finally {
			delete_option( 'fixture_neighbours' );
			wp_cache_flush();
		}
	}
}

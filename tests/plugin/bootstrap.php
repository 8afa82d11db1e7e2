<?php
/**
 * Loads the classes of the tests, and raises the site's limits so that tests do not reach them.
 */

declare(strict_types=1);

namespace Countersign\Tests;

defined( 'ABSPATH' ) || exit( "Run it inside a site: tests/run/plugin.sh\n" );

spl_autoload_register(
	static function ( string $name ): void {
		if ( str_starts_with( $name, __NAMESPACE__ . '\\' ) ) {
			$name = strtr( substr( $name, strlen( __NAMESPACE__ ) + 1 ), '\\', '/' );
			foreach ( [ "Support/$name.php", "$name.php" ] as $file ) {
				if ( is_file( __DIR__ . '/' . $file ) ) {
					require __DIR__ . '/' . $file;
					return;
				}
			}
		}
	}
);

require_once ABSPATH . 'wp-admin/includes/admin.php';

// The tests send hundreds of calls a minute from one address. Tests of limits set limits of their own.
Site::settings( Site::ROOMY );

<?php
/**
 * What all tests of the plugin need: their own classes, and a site whose limits do not get in the way.
 */

declare(strict_types=1);

namespace Countersign\Tests;

use Countersign\Plugin\Site\Settings;

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

// Hundreds of calls a minute come from one address; limits are tested with limits of their own.
update_option( Settings::OPTION, Site::ROOMY );

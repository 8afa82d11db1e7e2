<?php
// The configuration of a site in WordPress Playground: nothing leaves the machine.
// @SALTS@

// Outside the web root, because Playground serves every file in it.
define( 'DB_DIR', '/site' );
define( 'DB_FILE', 'wordpress.sqlite' );

$table_prefix = 'wp_';

// Playground serves plain http on loopback, which is enough for agents on a local site.
define( 'WP_ENVIRONMENT_TYPE', 'local' );

// A request of the site to itself would wait for the one PHP that answers it.
define( 'DISABLE_WP_CRON', true );
define( 'WP_HTTP_BLOCK_EXTERNAL', true );
define( 'AUTOMATIC_UPDATER_DISABLED', true );

if ( ! defined( 'ABSPATH' ) ) {
	define( 'ABSPATH', __DIR__ . '/' );
}
require_once ABSPATH . 'wp-settings.php';

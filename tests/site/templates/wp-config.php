<?php
// Written once, when the site is installed; tests may add lines. The port is not in it.
define( 'DB_NAME', 'wordpress' );
define( 'DB_USER', 'wordpress' );
define( 'DB_PASSWORD', 'wordpress' );
define( 'DB_HOST', '@DB_HOST@' );
define( 'DB_CHARSET', 'utf8mb4' );
define( 'DB_COLLATE', '' );
// For SQLite: outside the web root, since neither server reads the .htaccess that guards it inside.
define( 'DB_DIR', '@DB_DIR@' );
define( 'DB_FILE', 'wordpress.sqlite' );
define( 'SQLITE_JOURNAL_MODE', 'WAL' );

// @SALTS@

$table_prefix = 'wp_';

// Plain http on loopback is enough for Application Passwords and OAuth on a local site.
define( 'WP_ENVIRONMENT_TYPE', 'local' );
define( 'WP_DEBUG', true );
define( 'WP_DEBUG_LOG', '@DEBUG_LOG@' );
define( 'WP_DEBUG_DISPLAY', false );
define( 'FS_METHOD', 'direct' );

// No request leaves the machine, and none waits for one that cannot.
define( 'WP_HTTP_BLOCK_EXTERNAL', true );
define( 'WP_ACCESSIBLE_HOSTS', '127.0.0.1,localhost' );
define( 'AUTOMATIC_UPDATER_DISABLED', true );
define( 'DISABLE_WP_CRON', true );

// What the site would have mailed, a line of JSON each (see mu-plugins/test-site.php).
define( 'TEST_SITE_MAIL', '@MAIL@' );

if ( ! defined( 'ABSPATH' ) ) {
	define( 'ABSPATH', __DIR__ . '/' );
}
require_once ABSPATH . 'wp-settings.php';

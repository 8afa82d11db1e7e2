<?php
// Written once, when the site is installed. Tests may add lines. It does not contain the port.
define( 'DB_NAME', 'wordpress' );
define( 'DB_USER', 'wordpress' );
define( 'DB_PASSWORD', 'wordpress' );
define( 'DB_HOST', '@DB_HOST@' );
define( 'DB_CHARSET', 'utf8mb4' );
define( 'DB_COLLATE', '' );
// For SQLite: outside the web root, because neither web server reads the .htaccess that would protect it.
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

// No HTTP request leaves the machine, so that none waits for a timeout.
define( 'WP_HTTP_BLOCK_EXTERNAL', true );
define( 'WP_ACCESSIBLE_HOSTS', '127.0.0.1,localhost' );
define( 'AUTOMATIC_UPDATER_DISABLED', true );
define( 'DISABLE_WP_CRON', true );

// The mails of the site, one line of JSON each (see mu-plugins/test-site.php).
define( 'TEST_SITE_MAIL', '@MAIL@' );

if ( ! defined( 'ABSPATH' ) ) {
	define( 'ABSPATH', __DIR__ . '/' );
}
require_once ABSPATH . 'wp-settings.php';

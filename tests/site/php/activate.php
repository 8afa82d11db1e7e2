<?php
// activate.php WWW HOST SLUG...: activates plugins. Prints the reason and exits with 1 if one cannot be activated.
require __DIR__ . '/environment.php';
pretend_request( $argv[2] );
require $argv[1] . '/wp-load.php';
require_once ABSPATH . 'wp-admin/includes/admin.php';

// Some plugins check that an administrator activates them.
wp_set_current_user( get_user_by( 'login', 'admin' )->ID );

foreach ( array_slice( $argv, 3 ) as $slug ) {
	// The main file of a plugin may have any name.
	$files = array_keys( get_plugins( '/' . $slug ) );
	if ( ! is_dir( WP_PLUGIN_DIR . '/' . $slug ) || ! $files ) {
		fwrite( STDERR, "error: the site has no plugin '$slug'\n" );
		exit( 1 );
	}
	$plugin = $slug . '/' . $files[0];
	if ( is_plugin_active( $plugin ) ) {
		continue;
	}
	$error = activate_plugin( $plugin );
	if ( is_wp_error( $error ) ) {
		fwrite( STDERR, "error: $slug: " . $error->get_error_message() . "\n" );
		exit( 1 );
	}
	echo "  plugin $slug activated\n";
}

<?php
// activate.php WWW HOST SLUG...: activates plugins, and says why when one cannot be.
require __DIR__ . '/environment.php';
pretend_request( $argv[2] );
require $argv[1] . '/wp-load.php';
require_once ABSPATH . 'wp-admin/includes/admin.php';

// As an administrator would; some plugins look.
wp_set_current_user( get_user_by( 'login', 'admin' )->ID );

foreach ( array_slice( $argv, 3 ) as $slug ) {
	// The file that WordPress finds in the plugin's folder, whatever it is called.
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

<?php
// install.php WWW HOST TITLE: installs WordPress and adds users and content.
define( 'WP_INSTALLING', true );
require __DIR__ . '/environment.php';
[ , $www, $host, $title ] = $argv;
pretend_request( $host );
define( 'WP_SITEURL', 'http://' . $host );
require $www . '/wp-load.php';
require_once ABSPATH . 'wp-admin/includes/upgrade.php';
require_once ABSPATH . 'wp-admin/includes/image.php';
require __DIR__ . '/content.php';

wp_install( $title, 'admin', 'admin@example.test', true, '', 'admin' );
update_option( 'home', 'http://' . $host );
update_option( 'blogdescription', 'Notes from a small bookshop' );
update_option( 'timezone_string', 'Europe/Lisbon' );
// Avatars would be requested from a server that cannot be reached.
update_option( 'show_avatars', 0 );

// Remove the sample content of a new WordPress.
foreach ( array( 1, 2, 3 ) as $id ) {
	wp_delete_post( $id, true );
}

$users = array( 'admin' => get_user_by( 'login', 'admin' )->ID );
foreach ( array( 'editor', 'author', 'contributor', 'subscriber' ) as $role ) {
	$users[ $role ] = wp_insert_user(
		array(
			'user_login'   => $role,
			'user_pass'    => $role,
			'user_email'   => $role . '@example.test',
			'display_name' => ucfirst( $role ),
			'role'         => $role,
		)
	);
}

add_content( $users );

// Last, because WordPress builds the rewrite rules from the existing content.
global $wp_rewrite;
$wp_rewrite->set_permalink_structure( '/%postname%/' );
$wp_rewrite->flush_rules( false );

foreach ( $users as $name => $id ) {
	if ( ! is_int( $id ) ) {
		fwrite( STDERR, "error: no user $name: " . $id->get_error_message() . "\n" );
		exit( 1 );
	}
}

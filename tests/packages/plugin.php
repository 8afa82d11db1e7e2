<?php
// plugin.php install ZIP | remove: installs or removes the plugin as the dashboard does, with WordPress loaded.
require_once ABSPATH . 'wp-admin/includes/admin.php';
require_once ABSPATH . 'wp-admin/includes/class-wp-upgrader.php';
wp_set_current_user( get_user_by( 'login', 'admin' )->ID );

const PLUGIN = 'countersign/countersign.php';

$must = static function ( $answer, string $what ): void {
	if ( is_wp_error( $answer ) || false === $answer ) {
		fwrite( STDERR, "error: $what: " . ( is_wp_error( $answer ) ? $answer->get_error_message() : 'failed' ) . "\n" );
		exit( 1 );
	}
};

if ( 'install' === $argv[1] ) {
	$upgrader = new Plugin_Upgrader( new Automatic_Upgrader_Skin() );
	$must( true === $upgrader->install( $argv[2] ), 'the installation: ' . implode( ' ', $upgrader->skin->get_upgrade_messages() ) );
	$must( PLUGIN === $upgrader->plugin_info(), 'finding the main file' );
	$must( null === activate_plugin( PLUGIN ), 'the activation' );
	exit;
}
deactivate_plugins( PLUGIN );
$must( ! is_plugin_active( PLUGIN ), 'the deactivation' );
$must( true === delete_plugins( array( PLUGIN ) ), 'the deletion' );
$must( ! file_exists( WP_PLUGIN_DIR . '/countersign' ), 'removing the folder' );

<?php
// plugin.php install ZIP | remove: as an administrator does it in the dashboard, with WordPress loaded.
require_once ABSPATH . 'wp-admin/includes/admin.php';
require_once ABSPATH . 'wp-admin/includes/class-wp-upgrader.php';
wp_set_current_user( get_user_by( 'login', 'admin' )->ID );

const PLUGIN = 'countersign/countersign.php';

$must = static function ( $answer, string $what ): void {
	if ( is_wp_error( $answer ) || false === $answer ) {
		fwrite( STDERR, "error: $what: " . ( is_wp_error( $answer ) ? $answer->get_error_message() : 'no' ) . "\n" );
		exit( 1 );
	}
};

if ( 'install' === $argv[1] ) {
	$upgrader = new Plugin_Upgrader( new Automatic_Upgrader_Skin() );
	$must( true === $upgrader->install( $argv[2] ), 'installed: ' . implode( ' ', $upgrader->skin->get_upgrade_messages() ) );
	$must( PLUGIN === $upgrader->plugin_info(), 'its main file is found' );
	$must( null === activate_plugin( PLUGIN ), 'activated' );
	exit;
}
deactivate_plugins( PLUGIN );
$must( ! is_plugin_active( PLUGIN ), 'deactivated' );
$must( true === delete_plugins( array( PLUGIN ) ), 'deleted' );
$must( ! file_exists( WP_PLUGIN_DIR . '/countersign' ), 'nothing is left of its folder' );

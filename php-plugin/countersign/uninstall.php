<?php
/**
 * Deleting the plugin keeps its tables and options, the audit log above all, unless an administrator said otherwise.
 *
 * @package Countersign
 */

declare(strict_types=1);

use Countersign\Plugin\Connections\KillSwitch;
use Countersign\Plugin\Site\Capabilities;
use Countersign\Plugin\Site\Schema;
use Countersign\Plugin\Site\Settings;

defined( 'WP_UNINSTALL_PLUGIN' ) || exit;

foreach ( [ 'Connections/KillSwitch', 'Site/Capabilities', 'Site/Schema', 'Site/Settings' ] as $countersign_class ) {
	require_once __DIR__ . '/src/' . $countersign_class . '.php';
}

$countersign_clean_site = static function (): void {
	Capabilities::remove();
	if ( ! get_option( Settings::DELETE_ON_UNINSTALL ) ) {
		return;
	}
	global $wpdb;
	Schema::drop();
	// Notices not yet shown, and documents of clients.
	$countersign_left = $wpdb->get_col( "SELECT option_name FROM $wpdb->options WHERE option_name LIKE '\\_transient\\_countersign\\_%'" );
	foreach ( $countersign_left as $name ) {
		delete_transient( substr( $name, strlen( '_transient_' ) ) );
	}
	foreach ( [ Settings::SITE_ID, Settings::AUDIT_HOST, Settings::OPTION, Settings::DELETE_ON_UNINSTALL, KillSwitch::OPTION, 'countersign_verification' ] as $option ) {
		delete_option( $option );
	}
};

if ( is_multisite() ) {
	foreach ( get_sites( [ 'fields' => 'ids', 'number' => 0 ] ) as $countersign_site ) { // phpcs:ignore
		switch_to_blog( $countersign_site );
		$countersign_clean_site();
		restore_current_blog();
	}
} else {
	$countersign_clean_site();
}

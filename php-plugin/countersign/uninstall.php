<?php
/**
 * Runs when an administrator deletes the plugin. Removes the plugin's capabilities, and the rights of the accounts of agents. Keeps its tables and options, among
 * them the audit log, unless the option `countersign_delete_on_uninstall` is set. The state folder stays: other sites use it too.
 *
 * @package Countersign
 */

declare(strict_types=1);

use Countersign\Plugin\Passwords\AgentPasswords;
use Countersign\Plugin\Site\Capabilities;
use Countersign\Plugin\Site\Identity;
use Countersign\Plugin\Site\Schema;
use Countersign\Plugin\Site\SealedOptions;
use Countersign\Plugin\Site\Settings;
use Countersign\Plugin\Uploads\Folder;

defined( 'WP_UNINSTALL_PLUGIN' ) || exit;

foreach ( [ 'Passwords/AgentPasswords', 'Site/Capabilities', 'Site/Identity', 'Site/Schema', 'Site/SealedOptions', 'Site/Settings', 'Uploads/Folder' ] as $countersign_class ) {
	require_once __DIR__ . '/src/' . $countersign_class . '.php';
}

$countersign_clean_site = static function (): void {
	Capabilities::remove();
	// The accounts of agents stay as authors of their content. Nobody can log in to them, and nothing bounds their rights any more.
	$countersign_accounts = get_users(
		[
			'meta_key'     => 'countersign_connection', // phpcs:ignore WordPress.DB.SlowDBQuery -- Once.
			'meta_compare' => 'EXISTS',
			'fields'       => 'ID',
		]
	);
	foreach ( $countersign_accounts as $countersign_account ) {
		update_user_meta( (int) $countersign_account, $GLOBALS['wpdb']->get_blog_prefix() . 'capabilities', [] );
	}
	// Deactivating the plugin has deleted them; a plugin whose files were removed first was never deactivated.
	AgentPasswords::delete_all();
	// Parts of uploads that were not finished.
	Folder::drop();
	// Deactivating the plugin has ended these; a crash can have kept it from doing so.
	wp_clear_scheduled_hook( 'countersign_beacon' );
	wp_clear_scheduled_hook( 'countersign_verify_records' );
	wp_clear_scheduled_hook( 'countersign_integrity' );
	if ( ! get_option( Settings::DELETE_ON_UNINSTALL ) ) {
		return;
	}
	global $wpdb;
	Schema::drop();
	foreach ( $countersign_accounts as $countersign_account ) {
		delete_user_meta( (int) $countersign_account, 'countersign_connection' );
	}
	// Until when each person has seen the new connections.
	delete_metadata( 'user', 0, $wpdb->get_blog_prefix() . 'countersign_connections_seen', '', true );
	// Notices that were not shown yet, and cached documents of clients.
	/** @var list<string> $transients */
	$transients = $wpdb->get_col( $wpdb->prepare( 'SELECT option_name FROM %i WHERE option_name LIKE %s', $wpdb->options, $wpdb->esc_like( '_transient_countersign_' ) . '%' ) ); // phpcs:ignore WordPress.DB.DirectDatabaseQuery -- No function of WordPress lists transients.
	foreach ( $transients as $name ) {
		delete_transient( substr( $name, strlen( '_transient_' ) ) );
	}
	foreach ( [ Settings::SITE_ID, Settings::AUDIT_HOST, Settings::DELETE_ON_UNINSTALL, Identity::OPTION, SealedOptions::SITE, SealedOptions::KILL_SWITCH, SealedOptions::SETTINGS, SealedOptions::BEACON, SealedOptions::WATCH, 'countersign_asks', 'countersign_vault', 'countersign_secrets', 'countersign_budgets_spent', 'countersign_integrity', 'countersign_begun', 'countersign_welcome', 'countersign_needs_blocks', 'countersign_verification', 'countersign_records_report' ] as $option ) {
		delete_option( $option );
	}
};

if ( is_multisite() ) {
	$countersign_sites = get_sites(
		[
			'fields' => 'ids',
			'number' => 0,
		]
	);
	foreach ( $countersign_sites as $countersign_site ) {
		switch_to_blog( $countersign_site );
		$countersign_clean_site();
		restore_current_blog();
	}
} else {
	$countersign_clean_site();
}

<?php
/**
 * Plugin Name:       Countersign
 * Description:       Lets AI agents work on this site within limits that you set. A native PHP extension makes and checks every security decision.
 * Version:           0.1.0
 * Requires at least: 6.8
 * Requires PHP:      8.2
 * Author:            Countersign
 * License:           GPL-2.0-or-later
 * License URI:       https://www.gnu.org/licenses/gpl-2.0.html
 * Text Domain:       countersign
 * Domain Path:       /languages
 *
 * The PHP extension `countersign` computes tokens, signatures, limits, permissions, the protocol and the audit log;
 * this plugin connects it with WordPress. Without the extension the plugin refuses all agents and changes nothing else
 * on the site.
 *
 * @package Countersign
 */

declare(strict_types=1);

namespace Countersign\Plugin;

defined( 'ABSPATH' ) || exit;

// A host can switch a running site to an older PHP, which WordPress does not check again.
if ( PHP_VERSION_ID < 80200 ) {
	add_action(
		'admin_notices',
		static function (): void {
			echo '<div class="notice notice-error"><p>' . esc_html__( 'Countersign needs PHP 8.2 or newer. Agents cannot use this site until PHP is updated. The rest of the site is not affected.', 'countersign' ) . '</p></div>';
		}
	);
	return;
}

/** The version of this plugin. */
const VERSION = '0.1.0';

/** The oldest version of the PHP extension that this plugin works with. */
const MINIMUM_EXTENSION = '0.1.0';

/** Where releases are published: the page of the package that PIE installs. */
const RELEASES = 'https://packagist.org/packages/countersign/countersign';

/** The plugin's main file, as WordPress's functions for plugins take it. */
const FILE = __FILE__;

/*
 * Loads `Countersign\Plugin\A\B` from src/A/B.php. There is no Composer autoloader, because two plugins that ship the
 * same library in different versions break each other. The namespace `Countersign\` itself belongs to the extension.
 */
spl_autoload_register(
	static function ( string $name ): void {
		if ( str_starts_with( $name, __NAMESPACE__ . '\\' ) ) {
			$file = __DIR__ . '/src/' . strtr( substr( $name, strlen( __NAMESPACE__ ) + 1 ), '\\', '/' ) . '.php';
			if ( is_file( $file ) ) {
				require $file;
			}
		}
	}
);

require __DIR__ . '/src/functions.php';

Plugin::boot();

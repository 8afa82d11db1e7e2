<?php
/**
 * Plugin Name:       Countersign
 * Description:       Lets AI agents act on this site without being trusted: a native PHP extension makes and checks every security decision.
 * Version:           0.1.0
 * Requires at least: 6.8
 * Requires PHP:      8.2
 * Author:            Countersign
 * License:           GPL-2.0-or-later
 * License URI:       https://www.gnu.org/licenses/gpl-2.0.html
 * Text Domain:       countersign
 * Domain Path:       /languages
 *
 * The plugin acts, the extension decides: tokens, signatures, limits, permissions, the protocol and the
 * audit log are computed by the PHP extension `countersign`. Without it the plugin serves no agent and
 * changes nothing else on the site.
 *
 * @package Countersign
 */

declare(strict_types=1);

namespace Countersign\Plugin;

defined( 'ABSPATH' ) || exit;

// A host may go back to an older PHP under a running site: say so, and leave the site alone.
if ( PHP_VERSION_ID < 80200 ) {
	add_action(
		'admin_notices',
		static function (): void {
			echo '<div class="notice notice-error"><p>' . esc_html__( 'Countersign needs PHP 8.2 or newer. Until then no agent is served; the rest of the site is not affected.', 'countersign' ) . '</p></div>';
		}
	);
	return;
}

/** Version of this plugin. */
const VERSION = '0.1.0';

/** The oldest extension this plugin works with. */
const MINIMUM_EXTENSION = '0.1.0';

/** This file. */
const FILE = __FILE__;

/*
 * Loads `Countersign\Plugin\A\B` from src/A/B.php. No Composer autoloader: two plugins that ship the same
 * library must not break each other. `Countersign\` itself belongs to the extension.
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

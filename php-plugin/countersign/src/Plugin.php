<?php

declare(strict_types=1);

namespace Countersign\Plugin;

use Countersign\Plugin\Admin\Menu;
use Countersign\Plugin\Doors\Cli\KillSwitchCommand;
use Countersign\Plugin\Doors\Consent;
use Countersign\Plugin\Doors\KillSwitchRoute;
use Countersign\Plugin\Doors\Router;
use Countersign\Plugin\Health\Notices;
use Countersign\Plugin\Health\SiteHealth;
use Countersign\Plugin\Site\Capabilities;
use Countersign\Plugin\Site\Schema;

/** Where everything is tied together. Nothing here touches the extension: it may not be there. */
final class Plugin {

	private static ?Services $services = null;

	/** Registers the plugin's hooks; called once, when WordPress loads the plugin. */
	public static function boot(): void {
		register_activation_hook( FILE, self::activate( ... ) );
		add_action( 'plugins_loaded', self::upgrade( ... ) );
		Router::register( self::services() );
		KillSwitchRoute::register( self::services() );
		Consent::register( self::services() );
		SiteHealth::register( self::services() );
		if ( is_admin() ) {
			Notices::register( self::services() );
			Menu::register( self::services() );
		}
		if ( defined( 'WP_CLI' ) && WP_CLI ) {
			\WP_CLI::add_command( 'countersign kill-switch', new KillSwitchCommand( self::services() ) );
		}
	}

	/** The plugin's parts. */
	public static function services(): Services {
		return self::$services ??= new Services();
	}

	/**
	 * On activation: tables, capabilities, the site's identity. Works without the extension.
	 *
	 * @param bool $network_wide Whether it is activated for a whole network: then each site is set up when it first runs.
	 */
	public static function activate( bool $network_wide = false ): void {
		if ( ! $network_wide ) {
			Schema::migrate();
			// Deleting the plugin has taken them away, though its tables may have stayed.
			Capabilities::grant();
		}
	}

	/** On every load: catches up after an update of the plugin, and on sites of a network that have not run it yet. */
	private static function upgrade(): void {
		if ( ! wp_installing() ) {
			Schema::migrate();
		}
	}
}

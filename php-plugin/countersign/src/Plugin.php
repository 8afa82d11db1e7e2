<?php

declare(strict_types=1);

namespace Countersign\Plugin;

use Countersign\Plugin\Site\Capabilities;
use Countersign\Plugin\Site\ErrorLog;
use Countersign\Plugin\Site\Schema;
use Countersign\Records;

defined( 'ABSPATH' ) || exit;

/** Starts the plugin. Works without the PHP extension, which may be missing. */
final class Plugin {

	private static ?Composition $composition = null;

	/** Registers the plugin's hooks; called once, when WordPress loads the plugin. */
	public static function boot(): void {
		register_activation_hook( FILE, self::activate( ... ) );
		register_deactivation_hook( FILE, self::deactivate( ... ) );
		add_action( 'plugins_loaded', self::upgrade( ... ) );
		self::composition()->register_hooks();
	}

	/**
	 * Returns the composition root of this request. Only entry points use it, such as the functions in `functions.php`;
	 * classes receive what they need through their constructors.
	 */
	public static function composition(): Composition {
		return self::$composition ??= new Composition();
	}

	/**
	 * Creates tables, capabilities and the site's identity when the plugin is activated.
	 *
	 * @param bool $network_wide Whether the plugin is activated for a whole network. Each site is then set up when it first runs
	 *                           the plugin.
	 */
	public static function activate( bool $network_wide = false ): void {
		if ( ! $network_wide ) {
			$is_new = Schema::migrate();
			// For a site that has lost its options but not its tables.
			self::begin( self::composition()->settings()->create_identity() || $is_new );
			// Deleting the plugin removes the capabilities and may keep the tables, in which case no migration grants them.
			Capabilities::grant();
		}
	}

	/**
	 * Holds the posts that agents have scheduled, because nobody asks at their time any more. They get the status `pending`.
	 *
	 * @param bool $network_wide Whether the plugin is deactivated for a whole network.
	 */
	public static function deactivate( bool $network_wide = false ): void {
		if ( ! $network_wide ) {
			self::composition()->gate()->hold_all();
			return;
		}
		/** @var list<int> $sites */
		$sites = get_sites(
			[
				'fields' => 'ids',
				'number' => 0,
			]
		);
		foreach ( $sites as $site ) {
			switch_to_blog( $site );
			if ( Schema::is_installed() ) {
				self::composition()->gate()->hold_all();
			}
			restore_current_blog();
		}
	}

	/** Migrates the database on every load: after an update of the plugin, and on sites of a network that run it for the first time. */
	private static function upgrade(): void {
		if ( ! wp_installing() ) {
			self::begin( Schema::migrate() );
		}
	}

	/**
	 * Seals the first records, if this request has created the site's identity: no older record can belong to a random one. Without
	 * the extension, an administrator starts the site later, on its page.
	 */
	private static function begin( bool $is_new ): void {
		if ( ! $is_new || ! class_exists( Records::class, false ) ) {
			return;
		}
		try {
			self::composition()->beginning()->seal();
		} catch ( \Countersign\Exception | \RuntimeException $error ) {
			ErrorLog::failure( 'the first records of the site could not be sealed', $error );
		}
	}
}

<?php

declare(strict_types=1);

namespace Countersign\Plugin;

use Countersign\Plugin\Admin\Welcome;
use Countersign\Plugin\Calls\PageSetup;
use Countersign\Plugin\Health\Requirements;
use Countersign\Plugin\Integrity\Check;
use Countersign\Plugin\Passwords\AgentPasswords;
use Countersign\Plugin\Records\Beacon;
use Countersign\Plugin\Records\Verification;
use Countersign\Plugin\Site\Capabilities;
use Countersign\Plugin\Site\ErrorLog;
use Countersign\Plugin\Site\Identity;
use Countersign\Plugin\Site\Schema;

defined( 'ABSPATH' ) || exit;

/** Starts the plugin. Works without the PHP extension, which may be missing. */
final class Plugin {

	/** Option: whether the site has got its identity and its first records. */
	public const BEGUN = 'countersign_begun';

	private static ?Composition $composition = null;

	/** Registers the plugin's hooks; called once, when WordPress loads the plugin. */
	public static function boot(): void {
		register_activation_hook( FILE, self::activate( ... ) );
		register_deactivation_hook( FILE, self::deactivate( ... ) );
		add_action( 'plugins_loaded', self::upgrade( ... ) );
		( new Hooks( self::composition() ) )->register();
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
			Schema::migrate();
			// Also for a site that has lost its options but not its tables.
			self::begin();
			// Deleting the plugin removes the capabilities and may keep the tables, in which case no migration grants them.
			Capabilities::grant();
		}
	}

	/**
	 * Holds the posts that agents have scheduled, because nobody asks at their time any more: they get the status `pending`. Deletes the
	 * application passwords of agents, because nobody restricts them any more, which ends their connections. Ends the plugin's
	 * scheduled events. Keeps everything else.
	 *
	 * @param bool $network_wide Whether the plugin is deactivated for a whole network.
	 */
	public static function deactivate( bool $network_wide = false ): void {
		if ( ! $network_wide ) {
			self::rest();
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
				self::rest();
			}
			restore_current_blog();
		}
	}

	private static function rest(): void {
		self::composition()->gate()->hold_all();
		AgentPasswords::delete_all();
		wp_clear_scheduled_hook( Beacon::EVENT );
		wp_clear_scheduled_hook( Verification::HOOK );
		wp_clear_scheduled_hook( Check::EVENT );
		// Other plugins may be active when this one returns.
		delete_option( PageSetup::NEEDS_BLOCKS );
	}

	/** Migrates the database on every load: after an update of the plugin, and on sites of a network that run it for the first time. */
	private static function upgrade(): void {
		if ( ! wp_installing() ) {
			Schema::migrate();
			if ( ! get_option( self::BEGUN ) ) {
				self::begin();
			}
			if ( Identity::is_missing() ) {
				self::keep_identity();
			}
		}
	}

	private static function keep_identity(): void {
		if ( ! Requirements::are_met() ) {
			return;
		}
		try {
			self::composition()->site_state()->keep_identity();
		} catch ( \Countersign\Exception | \RuntimeException $error ) {
			ErrorLog::failure( 'the addresses for clients could not be stored', $error );
		}
	}

	/**
	 * Creates the site's identity, unless it has one, and seals its first records: no older record can belong to a random identity.
	 * Waits until the extension and its store can be used, because the first records cannot be sealed later without asking a person.
	 */
	private static function begin(): void {
		if ( ! Requirements::are_met() ) {
			return;
		}
		try {
			self::composition()->extension()->store();
		} catch ( \Countersign\Exception ) {
			// Site Health says why. The next request tries again.
			return;
		}
		try {
			if ( self::composition()->settings()->create_identity() ) {
				self::composition()->extension()->forget();
				self::composition()->site_state()->begin();
			}
		} catch ( \Countersign\Exception | \RuntimeException $error ) {
			ErrorLog::failure( 'the first records of the site could not be sealed', $error );
		}
		Beacon::schedule();
		Verification::schedule();
		Check::plan();
		update_option( self::BEGUN, '1' );
		Welcome::plan();
	}
}

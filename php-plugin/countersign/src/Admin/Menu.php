<?php

declare(strict_types=1);

namespace Countersign\Plugin\Admin;

use Countersign\Plugin\Health\Requirements;
use Countersign\Plugin\Site\Capabilities;

use const Countersign\Plugin\FILE;
use const Countersign\Plugin\VERSION;

defined( 'ABSPATH' ) || exit;

/** The plugin's menu in the dashboard. */
final class Menu {

	/** Slug of the menu and of the Connections page. */
	public const CONNECTIONS = 'countersign';

	/** Slug of the Audit page. */
	public const AUDIT = 'countersign-audit';

	/** Slug of the Abilities page. */
	public const ABILITIES = 'countersign-abilities';

	/**
	 * @param \Closure(): void $show_connections Prints the Connections page.
	 * @param \Closure(): void $show_audit       Prints the Audit page.
	 * @param \Closure(): void $show_abilities   Prints the Abilities page.
	 */
	public function __construct(
		private readonly \Closure $show_connections,
		private readonly \Closure $show_audit,
		private readonly \Closure $show_abilities,
	) {}

	/**
	 * Returns the address of a page.
	 *
	 * @param string                         $page Slug of the page.
	 * @param array<string, string|int|null> $args Further parameters of the query; null omits one.
	 */
	public static function url( string $page, array $args = [] ): string {
		return add_query_arg( array_filter( [ 'page' => $page ] + $args, static fn( mixed $value ): bool => null !== $value ), admin_url( 'admin.php' ) );
	}

	/** Callback of the action `admin_menu`. Users who may only read the audit log get the Audit page alone. */
	public function add_pages(): void {
		$title      = __( 'Countersign', 'countersign' );
		$may_manage = current_user_can( Capabilities::MANAGE ); // phpcs:ignore WordPress.WP.Capabilities -- A capability that this plugin adds.
		add_menu_page(
			$title,
			$title,
			$may_manage ? Capabilities::MANAGE : Capabilities::AUDIT,
			$may_manage ? self::CONNECTIONS : self::AUDIT,
			$may_manage ? $this->show_connections : $this->show_audit,
			'dashicons-shield-alt',
			71
		);
		if ( $may_manage ) {
			add_submenu_page( self::CONNECTIONS, __( 'Connections', 'countersign' ), __( 'Connections', 'countersign' ), Capabilities::MANAGE, self::CONNECTIONS, $this->show_connections );
			if ( AbilitiesPage::applies() ) {
				add_submenu_page( self::CONNECTIONS, __( 'Abilities', 'countersign' ), __( 'Abilities', 'countersign' ), Capabilities::MANAGE, self::ABILITIES, $this->show_abilities );
			}
			add_submenu_page( self::CONNECTIONS, __( 'Audit', 'countersign' ), __( 'Audit', 'countersign' ), Capabilities::AUDIT, self::AUDIT, $this->show_audit );
		}
	}

	/**
	 * Callback of the action `admin_enqueue_scripts`.
	 *
	 * @param string $hook Name of the page's hook.
	 */
	public function enqueue_assets( string $hook ): void {
		if ( str_contains( $hook, 'countersign' ) ) {
			wp_enqueue_style( 'countersign-admin', plugins_url( 'assets/admin.css', FILE ), [], VERSION );
			wp_enqueue_script( 'countersign-admin', plugins_url( 'assets/admin.js', FILE ), [ 'wp-i18n', 'wp-a11y' ], VERSION, true );
			wp_set_script_translations( 'countersign-admin', 'countersign', dirname( FILE ) . '/languages' );
		}
	}

	/**
	 * Callback of the filter `plugin_action_links_…`, which adds links to the plugin's row in the list of plugins.
	 *
	 * @param string[] $links
	 *
	 * @return string[]
	 */
	public function add_links( array $links ): array {
		return Requirements::are_met()
			? [ '<a href="' . esc_url( self::url( self::CONNECTIONS ) ) . '">' . esc_html__( 'Connections', 'countersign' ) . '</a>', ...$links ]
			: $links;
	}
}

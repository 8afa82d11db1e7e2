<?php

declare(strict_types=1);

namespace Countersign\Plugin\Admin;

use Countersign\Plugin\Health\Requirements;
use Countersign\Plugin\Services;
use Countersign\Plugin\Site\Capabilities;

use const Countersign\Plugin\FILE;
use const Countersign\Plugin\VERSION;

/** The plugin's menu in the dashboard. */
final class Menu {

	/** Slug of the menu and of the Connections page. */
	public const CONNECTIONS = 'countersign';

	/** Slug of the Audit page. */
	public const AUDIT = 'countersign-audit';

	private function __construct( private readonly Services $services ) {}

	public static function register( Services $services ): void {
		$admin = new self( $services );
		add_action( 'admin_menu', $admin->menu( ... ) );
		add_action( 'admin_enqueue_scripts', $admin->assets( ... ) );
		add_filter( 'plugin_action_links_' . plugin_basename( FILE ), $admin->links( ... ) );
		Actions::register( $services );
	}

	/**
	 * The address of a page.
	 *
	 * @param string                         $page One of the slugs.
	 * @param array<string, string|int|null> $args More of the query; null for leaving out.
	 */
	public static function url( string $page, array $args = [] ): string {
		return add_query_arg( array_filter( [ 'page' => $page ] + $args, static fn( mixed $value ): bool => null !== $value ), admin_url( 'admin.php' ) );
	}

	/** Action `admin_menu`. Auditors who may not manage connections get the Audit page alone. */
	private function menu(): void {
		$connections = fn() => ( new ConnectionsPage( $this->services ) )->show();
		$audit       = fn() => ( new AuditPage( $this->services ) )->show();
		$title       = __( 'Countersign', 'countersign' );
		$may_manage  = current_user_can( Capabilities::MANAGE ); // phpcs:ignore WordPress.WP.Capabilities
		add_menu_page(
			$title,
			$title,
			$may_manage ? Capabilities::MANAGE : Capabilities::AUDIT,
			$may_manage ? self::CONNECTIONS : self::AUDIT,
			$may_manage ? $connections : $audit,
			'dashicons-shield-alt',
			71
		);
		if ( $may_manage ) {
			add_submenu_page( self::CONNECTIONS, __( 'Connections', 'countersign' ), __( 'Connections', 'countersign' ), Capabilities::MANAGE, self::CONNECTIONS, $connections );
			add_submenu_page( self::CONNECTIONS, __( 'Audit', 'countersign' ), __( 'Audit', 'countersign' ), Capabilities::AUDIT, self::AUDIT, $audit );
		}
	}

	/** Action `admin_enqueue_scripts`. */
	private function assets( string $hook ): void {
		if ( str_contains( $hook, 'countersign' ) ) {
			wp_enqueue_style( 'countersign-admin', plugins_url( 'assets/admin.css', FILE ), [], VERSION );
			wp_enqueue_script( 'countersign-admin', plugins_url( 'assets/admin.js', FILE ), [ 'wp-i18n', 'wp-a11y' ], VERSION, true );
			wp_set_script_translations( 'countersign-admin', 'countersign', dirname( FILE ) . '/languages' );
		}
	}

	/**
	 * Filter `plugin_action_links_…`.
	 *
	 * @param string[] $links
	 *
	 * @return string[]
	 */
	private function links( array $links ): array {
		return Requirements::are_met()
			? [ '<a href="' . esc_url( self::url( self::CONNECTIONS ) ) . '">' . esc_html__( 'Connections', 'countersign' ) . '</a>', ...$links ]
			: $links;
	}
}

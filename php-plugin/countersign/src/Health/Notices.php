<?php

declare(strict_types=1);

namespace Countersign\Plugin\Health;

use Countersign\Plugin\Admin\Menu;
use Countersign\Plugin\Services;
use Countersign\Plugin\Site\Capabilities;

/** Tells whoever can mend it what keeps agents from being served. On the pages where one looks for it, not on all. */
final class Notices {

	private const SCREENS = [ 'dashboard', 'plugins', 'update-core', 'site-health' ];

	private function __construct( private readonly Services $services ) {}

	public static function register( Services $services ): void {
		$notices = new self( $services );
		add_action( 'admin_notices', $notices->show( ... ) );
	}

	/** Action `admin_notices`. */
	private function show(): void {
		$screen = get_current_screen()->id ?? '';
		$is_own = str_contains( $screen, 'countersign' );
		if ( ( ! $is_own && ! in_array( $screen, self::SCREENS, true ) ) || ! ( current_user_can( 'activate_plugins' ) || current_user_can( Capabilities::MANAGE ) ) ) { // phpcs:ignore WordPress.WP.Capabilities
			return;
		}
		if ( ! Requirements::are_met() ) {
			wp_admin_notice(
				'<p><strong>' . esc_html( Instructions::headline() ) . '</strong></p>' . Instructions::html(),
				[
					'type'           => 'error',
					'paragraph_wrap' => false,
				]
			);
			return;
		}
		if ( 'toplevel_page_countersign' !== $screen && $this->services->kill_switch()->is_on() ) {
			wp_admin_notice(
				sprintf(
					'<strong>%s</strong> <a href="%s">%s</a>',
					esc_html__( 'All AI agents are stopped on this site.', 'countersign' ),
					esc_url( Menu::url( Menu::CONNECTIONS ) ),
					esc_html__( 'Let them go on', 'countersign' )
				),
				[ 'type' => 'warning' ]
			);
		}
		foreach ( Condition::problems( $this->services ) as $problem ) {
			wp_admin_notice( '<strong>' . esc_html__( 'Countersign serves no agent at present.', 'countersign' ) . '</strong> ' . esc_html( $problem ), [ 'type' => 'error' ] );
		}
	}
}

<?php

declare(strict_types=1);

namespace Countersign\Plugin\Admin;

use Countersign\Plugin\Health\AgentState;
use Countersign\Plugin\Site\Capabilities;
use Countersign\Plugin\Site\ErrorLog;

defined( 'ABSPATH' ) || exit;

/** An item in the admin bar that says that agents cannot act, for people who manage connections. While agents can act, there is none. */
final class AdminBar {

	/** @param \Closure(): AgentState $state Returns the state of the site. */
	public function __construct( private readonly \Closure $state ) {}

	/** Callback of the action `admin_bar_menu`. */
	public function add( \WP_Admin_Bar $bar ): void {
		if ( ! current_user_can( Capabilities::MANAGE ) ) { // phpcs:ignore WordPress.WP.Capabilities -- A capability that this plugin adds.
			return;
		}
		try {
			$state = ( $this->state )();
		} catch ( \Throwable $error ) {
			// The bar is on every page, which must not fail for this.
			ErrorLog::failure( 'the state of agents could not be read for the admin bar', $error );
			return;
		}
		if ( ! $state->can_act() ) {
			$bar->add_node(
				[
					'id'    => 'countersign',
					'title' => esc_html( $state->headline() ),
					'href'  => Menu::url( Menu::CONNECTIONS ),
					'meta'  => [ 'title' => esc_attr( $state->text() ) ],
				]
			);
		}
	}
}

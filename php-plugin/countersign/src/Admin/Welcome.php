<?php

declare(strict_types=1);

namespace Countersign\Plugin\Admin;

use Countersign\Plugin\Connections\Repository;
use Countersign\Plugin\Health\Requirements;
use Countersign\Plugin\Site\Capabilities;

defined( 'ABSPATH' ) || exit;

/** The notice after the activation that leads to the view "Connect an agent", until somebody has opened it or an agent is connected. */
final class Welcome {

	/** Option: whether the notice is shown. */
	public const OPTION = 'countersign_welcome';

	public function __construct( private readonly Repository $connections ) {}

	/** Lets the notice be shown. */
	public static function plan(): void {
		update_option( self::OPTION, '1' );
	}

	/** Ends the notice. */
	public static function dismiss(): void {
		if ( get_option( self::OPTION ) ) {
			delete_option( self::OPTION );
		}
	}

	/** Prints the notice, if there is a reason for it. Without the extension, another notice leads to what is missing. */
	public function show(): void {
		if ( ! get_option( self::OPTION ) || ! Requirements::are_met() || ! current_user_can( Capabilities::MANAGE ) || 'connect' === Query::key( 'view' ) ) { // phpcs:ignore WordPress.WP.Capabilities -- A capability that this plugin adds.
			return;
		}
		if ( 0 !== $this->connections->count() ) {
			self::dismiss();
			return;
		}
		wp_admin_notice(
			sprintf(
				'<p><strong>%s</strong> %s</p><p><a class="button button-primary" href="%s">%s</a></p>',
				esc_html__( 'Countersign is ready.', 'countersign' ),
				esc_html__( 'Connect the program in which you use an AI agent, such as Claude or ChatGPT. It takes about two minutes.', 'countersign' ),
				esc_url( ConnectView::url() ),
				esc_html__( 'Connect an agent', 'countersign' )
			),
			[
				'type'           => 'info',
				'paragraph_wrap' => false,
			]
		);
	}
}

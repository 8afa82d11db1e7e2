<?php

declare(strict_types=1);

namespace Countersign\Plugin\Health;

use Countersign\Plugin\Connections\Connection;
use Countersign\Plugin\Connections\KillSwitch;
use Countersign\Plugin\Site\Capabilities;
use Countersign\Plugin\Site\Failure;
use Countersign\Plugin\Site\Names;

defined( 'ABSPATH' ) || exit;

/**
 * Notices in the dashboard that say why agents cannot use the site. They are shown to users who can solve the problem,
 * on Countersign's pages and on a few pages of WordPress.
 */
final class Notices {

	/** Screens of WordPress that show the notices. */
	private const SCREENS = [ 'dashboard', 'plugins', 'update-core', 'site-health' ];

	/**
	 * @param \Closure(): list<Connection> $behind          Returns the connections that clients use although they are behind their
	 *                                                     witness.
	 * @param string                       $connections_url Address of the Connections page, where the kill switch is turned off.
	 * @param \Closure(): void             $welcome         Prints the notice after the activation, if it is time for it.
	 */
	public function __construct(
		private readonly KillSwitch $kill_switch,
		private readonly Condition $condition,
		private readonly \Closure $behind,
		private readonly string $connections_url,
		private readonly \Closure $welcome,
	) {}

	/** Callback of the action `admin_notices`. */
	public function show(): void {
		$screen = get_current_screen()->id ?? '';
		$is_own = str_contains( $screen, 'countersign' );
		if ( ( ! $is_own && ! in_array( $screen, self::SCREENS, true ) ) || ! ( current_user_can( 'activate_plugins' ) || current_user_can( Capabilities::MANAGE ) ) ) { // phpcs:ignore WordPress.WP.Capabilities -- A capability that this plugin adds.
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
		$problems  = $this->condition->problems();
		$questions = array_filter( $problems, Condition::is_question( ... ), ARRAY_FILTER_USE_KEY );
		$is_list   = 'toplevel_page_countersign' === $screen;
		if ( ! $is_list && ! $problems && KillSwitch::OFF !== $this->kill_switch->state() ) {
			wp_admin_notice(
				sprintf(
					'<strong>%s</strong> <a href="%s">%s</a>',
					esc_html__( 'All AI agents are stopped on this site.', 'countersign' ),
					esc_url( $this->connections_url ),
					esc_html__( 'Let agents continue', 'countersign' )
				),
				[ 'type' => 'warning' ]
			);
		}
		// The Connections page asks the question itself.
		foreach ( $is_list ? array_diff_key( $problems, $questions ) : $problems as $reason => $problem ) {
			$link = isset( $questions[ $reason ] ) ? sprintf( ' <a href="%s">%s</a>', esc_url( $this->connections_url ), esc_html__( 'Open the Connections page', 'countersign' ) ) : '';
			wp_admin_notice( '<strong>' . esc_html__( 'AI agents cannot use this site now.', 'countersign' ) . '</strong> ' . esc_html( $problem ) . $link, [ 'type' => 'error' ] );
		}
		if ( ! $problems ) {
			( $this->welcome )();
		}
		if ( ! $questions ) {
			$this->behind();
		}
	}

	/** Names the connections whose clients are refused because the database shows an older state of the connection. */
	private function behind(): void {
		try {
			$names = array_map( static fn( Connection $connection ): string => '“' . Names::text( $connection->name ) . '”', ( $this->behind )() );
		} catch ( \Countersign\Exception | Failure ) {
			return;
		}
		if ( $names ) {
			wp_admin_notice(
				sprintf(
					'<strong>%s</strong> %s <a href="%s">%s</a>',
					esc_html__( 'The database shows an older state of connections that AI agents use, so they are refused:', 'countersign' ),
					esc_html( implode( ', ', $names ) . '. ' . __( 'This is normal after a backup was restored. Otherwise somebody changed the database.', 'countersign' ) ),
					esc_url( $this->connections_url ),
					esc_html__( 'Resume or revoke them', 'countersign' )
				),
				[ 'type' => 'warning' ]
			);
		}
	}
}

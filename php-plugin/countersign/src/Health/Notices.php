<?php

declare(strict_types=1);

namespace Countersign\Plugin\Health;

use Countersign\Plugin\Connections\Connection;
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
	 * @param \Closure(): AgentState       $state           Returns whether agents can act.
	 * @param \Closure(): list<Connection> $behind          Returns the connections that clients use although they are behind their
	 *                                                     witness.
	 * @param string                       $connections_url Address of the Connections page, where the kill switch is turned off.
	 * @param \Closure(): void             $welcome         Prints the notice after the activation, if it is time for it.
	 * @param \Closure                     $witness         Returns the witness as {@see \Countersign\Records::witness()} tells it.
	 */
	public function __construct(
		private readonly \Closure $state,
		private readonly \Closure $behind,
		private readonly string $connections_url,
		private readonly \Closure $welcome,
		private readonly \Closure $witness,
	) {}

	/** Callback of the action `admin_notices`. */
	public function show(): void {
		$screen = get_current_screen()->id ?? '';
		$is_own = str_contains( $screen, 'countersign' );
		if ( ( ! $is_own && ! in_array( $screen, self::SCREENS, true ) ) || ! ( current_user_can( 'activate_plugins' ) || current_user_can( Capabilities::MANAGE ) ) ) { // phpcs:ignore WordPress.WP.Capabilities -- A capability that this plugin adds.
			return;
		}
		$state     = ( $this->state )();
		$is_list   = 'toplevel_page_countersign' === $screen && '' === ( $_GET['view'] ?? '' ); // phpcs:ignore WordPress.Security -- Only compared.
		$questions = array_filter( $state->problems, Condition::is_question( ... ), ARRAY_FILTER_USE_KEY );
		// The Connections page itself shows the state, asks the question, and says what to install.
		if ( ! $state->can_act() && ! $is_list ) {
			wp_admin_notice(
				sprintf(
					'<strong>%s.</strong> %s <a href="%s">%s</a>',
					esc_html( $state->headline() ),
					esc_html( $state->text() ),
					esc_url( $this->connections_url ),
					match ( true ) {
						! Requirements::are_met()  => esc_html__( 'What to install', 'countersign' ),
						$state->is_only_stopped()  => esc_html__( 'Let agents continue', 'countersign' ),
						default                    => esc_html__( 'Open the Connections page', 'countersign' ),
					}
				),
				[ 'type' => $state->is_only_stopped() ? 'warning' : 'error' ]
			);
		}
		if ( ! Requirements::are_met() ) {
			return;
		}
		if ( $state->can_act() ) {
			( $this->welcome )();
		}
		if ( ! $questions ) {
			$this->behind();
		}
		// Site Health has a test of its own for it.
		if ( $is_own ) {
			$this->in_memory();
		}
	}

	/** Says what a site in WebAssembly lacks. */
	private function in_memory(): void {
		try {
			$witness = ( $this->witness )();
		} catch ( \Countersign\Exception | Failure ) {
			// The page shows why.
			return;
		}
		if ( InMemory::is( $witness ) ) {
			wp_admin_notice(
				sprintf( '<strong>%s.</strong> %s', esc_html( InMemory::headline() ), esc_html( implode( ' ', InMemory::sentences() ) ) ),
				[ 'type' => 'info' ]
			);
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

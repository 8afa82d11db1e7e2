<?php

declare(strict_types=1);

namespace Countersign\Plugin\Admin;

use Countersign\Plugin\Connections\Connection;
use Countersign\Plugin\Health\Requirements;
use Countersign\Plugin\Services;
use Countersign\Plugin\Site\Labels;

/** The Connections page: the list with the kill switch above it, and the views of one connection. */
final class ConnectionsPage {

	/** Seconds for which the page tells of a connection that ended because something was wrong. */
	private const TELL_FOR = WEEK_IN_SECONDS;

	public function __construct( private readonly Services $services ) {}

	public function show(): void {
		$view       = sanitize_key( $_GET['view'] ?? '' ); // phpcs:ignore WordPress.Security.NonceVerification -- only what to look at.
		$connection = $this->services->connections()->find( absint( $_GET['connection'] ?? 0 ) ); // phpcs:ignore WordPress.Security.NonceVerification
		echo '<div class="wrap countersign">';
		match ( true ) {
			'connect' === $view                                           => ConnectView::show(),
			'edit' === $view && null !== $connection && Requirements::are_met() => EditView::show( $connection, $this->services->settings()->allow_widening() ),
			'revoke' === $view && null !== $connection                    => $this->confirm_revoke( $connection ),
			default                                                       => $this->list(),
		};
		echo '</div>';
	}

	private function list(): void {
		$table = new ConnectionsTable( $this->services->connections() );
		$table->prepare_items();
		?>
		<h1 class="wp-heading-inline"><?php esc_html_e( 'Connections', 'countersign' ); ?></h1>
		<a href="<?php echo esc_url( Menu::url( Menu::CONNECTIONS, [ 'view' => 'connect' ] ) ); ?>" class="page-title-action"><?php esc_html_e( 'Connect a client', 'countersign' ); ?></a>
		<hr class="wp-header-end">
		<?php
		Flash::show();
		$this->misuse();
		$this->kill_switch();
		if ( 0 === $this->services->connections()->count() ) {
			ConnectView::empty_state();
		} else {
			$table->views();
			?>
			<form method="get">
				<input type="hidden" name="page" value="<?php echo esc_attr( Menu::CONNECTIONS ); ?>">
				<?php
				$table->search_box( __( 'Search connections', 'countersign' ), 'countersign' );
				$table->display();
				?>
			</form>
			<?php
		}
		$this->settings();
	}

	private function kill_switch(): void {
		$is_on              = $this->services->kill_switch()->is_on();
		$is_served          = Requirements::are_met();
		[ $class, $headline ] = match ( true ) {
			$is_on     => [ 'is-stopped', __( 'All agents are stopped', 'countersign' ) ],
			$is_served => [ 'is-running', __( 'Agents may act, each within its connection', 'countersign' ) ],
			default    => [ 'is-unknown', __( 'No agent is served without the extension', 'countersign' ) ],
		};
		?>
		<div class="card countersign-switch <?php echo esc_attr( $class ); ?>">
			<div>
				<h2><?php echo esc_html( $headline ); ?></h2>
				<p>
					<?php
					$is_on
						? esc_html_e( 'No agent can read or change anything. Connections are kept, and go on without a new authorization when you let them.', 'countersign' )
						: esc_html_e( 'If something looks wrong, stop them all at once. Nothing is lost by it: connections are kept and can go on later.', 'countersign' );
					?>
				</p>
			</div>
			<form method="post" action="<?php echo esc_url( admin_url( 'admin-post.php' ) ); ?>">
				<?php Actions::fields( 'countersign_kill_switch' ); ?>
				<input type="hidden" name="on" value="<?php echo $is_on ? '0' : '1'; ?>">
				<button type="submit" class="button <?php echo $is_on ? 'button-primary' : 'countersign-stop'; ?>">
					<?php $is_on ? esc_html_e( 'Let agents go on', 'countersign' ) : esc_html_e( 'Stop all agents', 'countersign' ); ?>
				</button>
			</form>
		</div>
		<?php
	}

	/** Tells of connections that ended because a token was used twice. */
	private function misuse(): void {
		foreach ( $this->services->connections()->ended_by_misuse( time() - self::TELL_FOR ) as $connection ) {
			wp_admin_notice(
				esc_html(
					sprintf(
						/* translators: 1: name of a connection, 2: date and time, 3: reason. */
						__( '“%1$s” was disconnected on %2$s %3$s. If the client is yours, connect it again; if not, nothing more needs to be done.', 'countersign' ),
						$connection->name,
						Format::moment( $connection->ended_at ),
						Labels::ended( $connection->ended_reason )
					)
				),
				[ 'type' => 'warning' ]
			);
		}
	}

	private function confirm_revoke( Connection $connection ): void {
		?>
		<h1><?php esc_html_e( 'Revoke a connection', 'countersign' ); ?></h1>
		<p>
			<?php
			/* translators: %s: name of a connection. */
			echo esc_html( sprintf( __( '“%s” will lose access at once and for good; what it is doing stops before it next writes. What it did stays in the audit log.', 'countersign' ), $connection->name ) );
			?>
		</p>
		<p><?php esc_html_e( 'To stop it for a while only, pause it instead.', 'countersign' ); ?></p>
		<form method="post" action="<?php echo esc_url( admin_url( 'admin-post.php' ) ); ?>">
			<?php Actions::fields( 'countersign_revoke', $connection->id ); ?>
			<p class="submit">
				<button type="submit" class="button countersign-stop"><?php esc_html_e( 'Revoke for good', 'countersign' ); ?></button>
				<a class="button" href="<?php echo esc_url( Menu::url( Menu::CONNECTIONS ) ); ?>"><?php esc_html_e( 'Keep it', 'countersign' ); ?></a>
			</p>
		</form>
		<?php
	}

	private function settings(): void {
		$settings = $this->services->settings();
		$limit    = $settings->ip_limit();
		?>
		<details class="countersign-settings">
			<summary><?php esc_html_e( 'Settings', 'countersign' ); ?></summary>
			<form method="post" action="<?php echo esc_url( admin_url( 'admin-post.php' ) ); ?>">
				<?php Actions::fields( 'countersign_settings' ); ?>
				<table class="form-table" role="presentation">
					<tr>
						<th scope="row"><label for="countersign-ip-max"><?php esc_html_e( 'Requests from one address', 'countersign' ); ?></label></th>
						<td>
							<input type="number" class="small-text" id="countersign-ip-max" name="ip_max" min="1" max="256" value="<?php echo esc_attr( (string) $limit['max'] ); ?>">
							<label for="countersign-ip-window"><?php esc_html_e( 'in any window of', 'countersign' ); ?></label>
							<input type="number" class="small-text" id="countersign-ip-window" name="ip_window" min="1" max="86400" value="<?php echo esc_attr( (string) $limit['window'] ); ?>">
							<?php esc_html_e( 'seconds', 'countersign' ); ?>
							<p class="description"><?php esc_html_e( 'Above that a client is told to wait. Each connection has a limit of its own besides.', 'countersign' ); ?></p>
						</td>
					</tr>
					<tr>
						<th scope="row"><?php esc_html_e( 'Wider permissions', 'countersign' ); ?></th>
						<td>
							<label>
								<input type="checkbox" name="allow_widening" value="1" <?php checked( $settings->allow_widening() ); ?>>
								<?php esc_html_e( 'Let an existing connection be given more permissions', 'countersign' ); ?>
							</label>
							<p class="description"><?php esc_html_e( 'Otherwise a connection can only be narrowed: to give a client more, it is revoked and connected again, so that somebody sees and agrees.', 'countersign' ); ?></p>
						</td>
					</tr>
				</table>
				<?php submit_button( __( 'Save settings', 'countersign' ) ); ?>
			</form>
		</details>
		<?php
	}
}

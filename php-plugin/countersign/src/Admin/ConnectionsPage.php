<?php

declare(strict_types=1);

namespace Countersign\Plugin\Admin;

use Countersign\Plugin\Connections\Connection;
use Countersign\Plugin\Connections\Repository;
use Countersign\Plugin\Health\AgentState;
use Countersign\Plugin\Health\OtherServers;
use Countersign\Plugin\Health\Requirements;
use Countersign\Plugin\Site\Capabilities;
use Countersign\Plugin\Site\Labels;
use Countersign\Plugin\Site\Names;
use Countersign\Plugin\Site\Settings;

defined( 'ABSPATH' ) || exit;

/** The Connections page: the kill switch, the list of connections and the settings, or a view of one connection. */
final class ConnectionsPage {

	/** Seconds for which the page reports a connection that ended because a token was misused. */
	private const REPORT_FOR = WEEK_IN_SECONDS;

	/** @param \Closure(): AgentState $state Returns the state of the site. */
	public function __construct(
		private readonly Repository $connections,
		private readonly Settings $settings,
		private readonly \Closure $state,
		private readonly SettingsForm $settings_form,
		private readonly ImageServicesForm $image_services_form,
		private readonly HeldPosts $held_posts,
		private readonly StateView $state_view,
		private readonly ConnectView $connect_view,
		private readonly PasswordPage $password_page,
		private readonly UploadSessionsView $upload_sessions,
	) {}

	/** Prints the page. */
	public function show(): void {
		$view       = Query::key( 'view' );
		$connection = $this->connections->shown( Query::number( 'connection' ) );
		echo '<div class="wrap countersign">';
		if ( ! Requirements::are_met() ) {
			InstallView::show();
			echo '</div>';
			return;
		}
		match ( true ) {
			'connect' === $view                        => $this->connect_view->show(),
			PasswordPage::VIEW === $view               => $this->password_page->show(),
			'edit' === $view && null !== $connection && self::is_editable( $connection ) => $this->edit( $connection ),
			'revoke' === $view && null !== $connection => $this->confirm_revoke( $connection ),
			AccountView::VIEW === $view && null !== $connection && AccountView::applies( $connection ) && AccountView::is_permitted( $connection ) => AccountView::show( $connection, Query::number( 'to' ), Query::number( 'total' ) ),
			'restored' === $view && null !== $connection && 'record_rolled_back' === $connection->fault => RestoredView::show( $connection, $this->connections->restored( $connection ) ),
			default                                    => $this->list(),
		};
		echo '</div>';
	}

	private static function is_editable( Connection $connection ): bool {
		return null === $connection->fault && Capabilities::may_change( $connection->principal() );
	}

	private function edit( Connection $connection ): void {
		EditView::show( $connection, $this->settings->allow_widening(), ( $this->state )() );
		$this->upload_sessions->show( $connection );
	}

	private function list(): void {
		$state = ( $this->state )();
		$table = new ConnectionsTable( $this->connections, $state );
		$table->prepare_items();
		?>
		<h1 class="wp-heading-inline"><?php esc_html_e( 'Connections', 'countersign' ); ?></h1>
		<a href="<?php echo esc_url( ConnectView::url() ); ?>" class="page-title-action"><?php esc_html_e( 'Connect an agent', 'countersign' ); ?></a>
		<hr class="wp-header-end">
		<?php
		Flash::show();
		$this->misuse();
		$this->state_view->show();
		SwitchCard::show( $state, OtherServers::uncovered() );
		if ( 0 === $this->connections->count() ) {
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
		$this->held_posts->section();
		$this->settings_form->show();
		$this->image_services_form->show();
	}

	/** Prints a notice for each connection that ended because a token or code was used twice. */
	private function misuse(): void {
		foreach ( $this->connections->ended_by_misuse( time() - self::REPORT_FOR ) as $connection ) {
			if ( ! $connection->is_revoked() ) {
				continue;
			}
			wp_admin_notice(
				esc_html(
					sprintf(
						/* translators: 1: name of a connection, 2: date and time, 3: reason, such as "because its refresh token was used twice". */
						__( '“%1$s” was disconnected on %2$s %3$s. If you use this agent, connect it again. Otherwise you do not need to do anything.', 'countersign' ),
						Names::text( $connection->name ),
						Format::moment( $connection->state_at ),
						Labels::ended( $connection->state_reason )
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
			echo esc_html( sprintf( __( '“%s” will lose access immediately and permanently. A call that is running stops before its next write. The audit log keeps what the agent did.', 'countersign' ), Names::text( $connection->name ) ) );
			?>
		</p>
		<?php if ( $connection->own_account ) : ?>
			<p><?php esc_html_e( 'Its account loses its rights and stays, so that its content keeps its author. You can delete the account on the next page, or later.', 'countersign' ); ?></p>
		<?php endif; ?>
		<p><?php esc_html_e( 'To stop the agent temporarily, pause the connection instead.', 'countersign' ); ?></p>
		<form method="post" action="<?php echo esc_url( admin_url( 'admin-post.php' ) ); ?>">
			<?php AdminPost::fields( 'countersign_revoke', $connection->id ); ?>
			<p class="submit">
				<button type="submit" class="button countersign-stop"><?php esc_html_e( 'Revoke permanently', 'countersign' ); ?></button>
				<a class="button" href="<?php echo esc_url( Menu::url( Menu::CONNECTIONS ) ); ?>"><?php esc_html_e( 'Cancel', 'countersign' ); ?></a>
			</p>
		</form>
		<?php
	}
}

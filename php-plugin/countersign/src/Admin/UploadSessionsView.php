<?php

declare(strict_types=1);

namespace Countersign\Plugin\Admin;

use Countersign\Plugin\Audit\EntryDraft;
use Countersign\Plugin\Connections\Connection;
use Countersign\Plugin\Connections\Repository;
use Countersign\Plugin\Site\Capabilities;
use Countersign\Plugin\Site\Names;
use Countersign\Plugin\UploadSessions\Files;
use Countersign\Plugin\UploadSessions\Session;
use Countersign\Plugin\UploadSessions\Sessions;

defined( 'ABSPATH' ) || exit;

/** The open upload sessions of a connection, each with a button that closes it. Whoever manages connections may close each of them. */
final class UploadSessionsView {

	private const ACTION = 'countersign_close_upload';

	public function __construct(
		private readonly Sessions $sessions,
		private readonly Repository $connections,
	) {}

	/** Registers the action of the button. */
	public function register(): void {
		AdminPost::register( self::ACTION, Capabilities::MANAGE, $this->close( ... ) );
	}

	/** Prints the section below the form of a connection, if it may have sessions or has some. */
	public function show( Connection $connection ): void {
		$sessions = $this->sessions->open_of( $connection->id );
		if ( [] === $sessions && ! in_array( 'upload_portal', $connection->groups, true ) ) {
			return;
		}
		?>
		<h2 id="countersign-uploads"><?php esc_html_e( 'Open upload sessions', 'countersign' ); ?></h2>
		<p><?php esc_html_e( 'With the link of an upload session, people without an account send files to the media library for this agent. A link works until its session is full, closed or over, and only while the connection is active.', 'countersign' ); ?></p>
		<?php if ( [] === $sessions ) : ?>
			<p><em><?php esc_html_e( 'No upload session of this connection is open.', 'countersign' ); ?></em></p>
			<?php
			return;
		endif;
		?>
		<table class="widefat striped countersign-uploads" aria-labelledby="countersign-uploads">
			<thead>
				<tr>
					<th scope="col"><?php esc_html_e( 'For', 'countersign' ); ?></th>
					<th scope="col"><?php esc_html_e( 'Files', 'countersign' ); ?></th>
					<th scope="col"><?php esc_html_e( 'Open until', 'countersign' ); ?></th>
					<th scope="col"><span class="screen-reader-text"><?php esc_html_e( 'Close', 'countersign' ); ?></span></th>
				</tr>
			</thead>
			<tbody>
				<?php array_map( fn( Session $session ) => $this->row( $connection, $session ), $sessions ); ?>
			</tbody>
		</table>
		<?php
	}

	private function row( Connection $connection, Session $session ): void {
		$done = count( Files::done( ( new Files() )->of( $session->id ) ) );
		?>
		<tr>
			<td><?php echo Names::html( $session->title ); // phpcs:ignore WordPress.Security.EscapeOutput -- It escapes. ?></td>
			<td>
				<?php
				/* translators: 1: number of files that were uploaded, 2: number of files that can be uploaded. */
				echo esc_html( sprintf( __( '%1$s of %2$s uploaded', 'countersign' ), number_format_i18n( $done ), number_format_i18n( $session->files ) ) );
				?>
			</td>
			<td><?php echo esc_html( Format::moment( $session->expires ) ); ?></td>
			<td>
				<form method="post" action="<?php echo esc_url( admin_url( 'admin-post.php' ) ); ?>">
					<?php AdminPost::fields( self::ACTION, $connection->id ); ?>
					<input type="hidden" name="session" value="<?php echo esc_attr( $session->id ); ?>">
					<?php
					/* translators: %s: what an upload session is for. */
					$label = sprintf( __( 'Close the session “%s”', 'countersign' ), Names::text( $session->title ) );
					?>
					<button type="submit" class="button" aria-label="<?php echo esc_attr( $label ); ?>"><?php esc_html_e( 'Close', 'countersign' ); ?></button>
				</form>
			</td>
		</tr>
		<?php
	}

	private function close(): string {
		$connection = $this->connections->find( AdminPost::connection_id() );
		$session    = null === $connection ? null : $this->sessions->find( AdminPost::text( 'session' ), $connection->id );
		if ( null === $connection || null === $session ) {
			wp_die( esc_html__( 'This upload session does not exist.', 'countersign' ), 404 );
		}
		$this->sessions->close( $session, EntryDraft::admin( 'system', 'upload_session.closed', $session->target(), [ 'connection' => $connection->id ] ) );
		/* translators: %s: what an upload session is for. */
		Flash::add( 'success', sprintf( __( 'The upload session “%s” is closed. Its link does not work any more.', 'countersign' ), Names::text( $session->title ) ) );
		return Menu::url(
			Menu::CONNECTIONS,
			[
				'view'       => 'edit',
				'connection' => $connection->id,
			]
		);
	}
}

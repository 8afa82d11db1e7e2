<?php

declare(strict_types=1);

namespace Countersign\Plugin\Admin;

use Countersign\Plugin\Connections\Connection;
use Countersign\Plugin\Site\Capabilities;
use Countersign\Plugin\Site\Labels;
use Countersign\Plugin\Site\Names;

defined( 'ABSPATH' ) || exit;

/**
 * Asks a person whether a connection may act again that was changed after the backup from which the database was restored.
 * Nobody knows what the change was, so the person sees what the backup says and decides.
 */
final class RestoredView {

	/** Action of the form. */
	public const ACTION = 'countersign_take_back';

	/**
	 * Prints the view.
	 *
	 * @param Connection        $connection The connection as it is: its record is behind its witness.
	 * @param Connection|string $restored   The connection as the database shows it, or the reason code for which it cannot be resumed.
	 */
	public static function show( Connection $connection, Connection|string $restored ): void {
		?>
		<h1><?php esc_html_e( 'Resume a restored connection', 'countersign' ); ?></h1>
		<hr class="wp-header-end">
		<?php
		Flash::show();
		if ( is_string( $restored ) ) {
			echo '<p>' . esc_html( self::refusal( $restored ) ) . '</p>';
			self::links( $connection );
			return;
		}
		?>
		<p>
			<?php
			/* translators: %s: name of a connection. */
			echo esc_html( sprintf( __( '“%s” was changed after the backup was made. The backup does not show what that change was: the connection can have been paused, or its permissions can have been narrowed. It was not revoked.', 'countersign' ), Names::text( $restored->name ) ) );
			?>
		</p>
		<p><?php esc_html_e( 'If you resume it, it holds again as the backup shows it:', 'countersign' ); ?></p>
		<?php
		self::facts( $restored );
		if ( ! Capabilities::may_change( $restored->principal() ) ) {
			echo '<p><strong>' . esc_html__( 'This connection acts as an account that you may not edit. You can revoke it. Ask an administrator to resume it.', 'countersign' ) . '</strong></p>';
			self::links( $connection );
			return;
		}
		?>
		<form method="post" action="<?php echo esc_url( admin_url( 'admin-post.php' ) ); ?>">
			<?php AdminPost::fields( self::ACTION, $connection->id ); ?>
			<input type="hidden" name="seen" value="<?php echo esc_attr( self::digest( $restored ) ); ?>">
			<p class="description"><?php esc_html_e( 'If you are not sure about the permissions, take it back as paused, narrow them, and then resume it.', 'countersign' ); ?></p>
			<p class="submit">
				<button type="submit" class="button button-primary" name="state" value="paused"><?php esc_html_e( 'Take it back as paused', 'countersign' ); ?></button>
				<button type="submit" class="button" name="state" value="active"><?php esc_html_e( 'Resume', 'countersign' ); ?></button>
			</p>
		</form>
		<?php
		self::links( $connection );
	}

	/** Returns a digest of what a person has seen, to be submitted with the decision. */
	public static function digest( Connection $restored ): string {
		return hash( 'sha256', (string) $restored->text );
	}

	/**
	 * Returns why a restored connection cannot be resumed, for people.
	 *
	 * @param string $reason Reason code.
	 */
	public static function refusal( string $reason ): string {
		return 'connection_revoked' === $reason
			? __( 'It was revoked after the backup was made, and stays revoked. Nobody can resume it.', 'countersign' )
			: Labels::fault( $reason );
	}

	private static function facts( Connection $restored ): void {
		$rows = [
			__( 'Agent', 'countersign' )      => Names::text( $restored->client ),
			__( 'Acts as', 'countersign' )     => Format::user( $restored->user ),
			__( 'State', 'countersign' )       => Labels::state( $restored->state ),
			__( 'Permissions', 'countersign' ) => implode( "\n", array_map( Labels::group( ... ), $restored->groups ) ),
			__( 'Fields it may not write', 'countersign' ) => implode( "\n", $restored->denied_fields ),
			__( 'Limit', 'countersign' )       => sprintf(
				/* translators: 1: number of calls, 2: number of seconds. */
				__( '%1$s calls within %2$s seconds', 'countersign' ),
				number_format_i18n( $restored->limit['max'] ),
				number_format_i18n( $restored->limit['window'] )
			),
			__( 'Connected', 'countersign' )   => Format::moment( $restored->created_at ),
		];
		echo '<table class="widefat striped countersign-restored"><tbody>';
		foreach ( array_filter( $rows, static fn( string $text ): bool => '' !== $text ) as $title => $text ) {
			printf( '<tr><th scope="row">%s</th><td dir="auto">%s</td></tr>', esc_html( $title ), nl2br( esc_html( $text ) ) ); // phpcs:ignore WordPress.Security.EscapeOutput -- nl2br() only adds line breaks.
		}
		echo '</tbody></table>';
	}

	private static function links( Connection $connection ): void {
		$revoke = [
			'view'       => 'revoke',
			'connection' => $connection->id,
		];
		printf(
			'<p><a class="button countersign-stop" href="%s">%s</a> <a class="button" href="%s">%s</a></p>',
			esc_url( Menu::url( Menu::CONNECTIONS, $revoke ) ),
			esc_html__( 'Revoke', 'countersign' ),
			esc_url( Menu::url( Menu::CONNECTIONS ) ),
			esc_html__( 'Back to the list', 'countersign' )
		);
	}
}

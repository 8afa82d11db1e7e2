<?php

declare(strict_types=1);

namespace Countersign\Plugin\Admin;

use Countersign\Access;
use Countersign\Plugin\Connections\Connection;
use Countersign\Plugin\Health\AgentState;
use Countersign\Plugin\Site\Labels;
use Countersign\Plugin\Site\Names;

defined( 'ABSPATH' ) || exit;

/** Shows one connection, with a form that changes its name, permissions and limit. */
final class EditView {

	/**
	 * Prints the view.
	 *
	 * @param Connection $connection The connection.
	 * @param bool       $may_widen  Whether permissions can be added.
	 * @param AgentState $site       The state of the site.
	 */
	public static function show( Connection $connection, bool $may_widen, AgentState $site ): void {
		?>
		<h1 dir="auto"><?php echo esc_html( $connection->name ); ?></h1>
		<hr class="wp-header-end">
		<?php Flash::show(); ?>
		<form method="post" action="<?php echo esc_url( admin_url( 'admin-post.php' ) ); ?>">
			<?php AdminPost::fields( 'countersign_save', $connection->id ); ?>
			<table class="form-table" role="presentation">
				<tr>
					<th scope="row"><?php esc_html_e( 'State', 'countersign' ); ?></th>
					<td><?php self::facts( $connection, $site ); ?></td>
				</tr>
				<tr>
					<th scope="row"><label for="countersign-name"><?php esc_html_e( 'Name', 'countersign' ); ?></label></th>
					<td><input type="text" class="regular-text" dir="auto" id="countersign-name" name="name" maxlength="120" required value="<?php echo esc_attr( $connection->name ); ?>"></td>
				</tr>
				<tr>
					<th scope="row"><?php esc_html_e( 'Permissions', 'countersign' ); ?></th>
					<td><?php self::groups( $connection, $may_widen ); ?></td>
				</tr>
				<tr>
					<th scope="row"><?php esc_html_e( 'Authors', 'countersign' ); ?></th>
					<td><?php EditAuthors::show( $connection ); ?></td>
				</tr>
				<tr>
					<th scope="row"><label for="countersign-fields"><?php esc_html_e( 'Fields it may not write', 'countersign' ); ?></label></th>
					<td><?php FieldRules::show( $connection->denied_fields, $may_widen ); ?></td>
				</tr>
				<tr>
					<th scope="row"><label for="countersign-max"><?php esc_html_e( 'Limit', 'countersign' ); ?></label></th>
					<td>
						<input type="number" class="small-text" id="countersign-max" name="limit_max" min="1" max="256" value="<?php echo esc_attr( (string) $connection->limit['max'] ); ?>">
						<label for="countersign-window"><?php esc_html_e( 'calls within', 'countersign' ); ?></label>
						<input type="number" class="small-text" id="countersign-window" name="limit_window" min="1" max="86400" value="<?php echo esc_attr( (string) $connection->limit['window'] ); ?>">
						<?php esc_html_e( 'seconds', 'countersign' ); ?>
					</td>
				</tr>
				<tr>
					<th scope="row"><?php esc_html_e( 'Budget', 'countersign' ); ?></th>
					<td><?php EditBudget::show( $connection ); ?></td>
				</tr>
				<tr>
					<th scope="row"><?php esc_html_e( 'Unknown arguments', 'countersign' ); ?></th>
					<td>
						<label>
							<input type="checkbox" name="drops" value="1" <?php checked( $connection->drops ); ?>>
							<?php esc_html_e( 'Ignore arguments that a tool does not have', 'countersign' ); ?>
						</label>
						<p class="description"><?php esc_html_e( 'Some agents add arguments of their own to every call, such as toolCallId, and every call is then refused. Select this only for such an agent: it is not told any more when it misspells an argument.', 'countersign' ); ?></p>
					</td>
				</tr>
			</table>
			<p class="submit">
				<button type="submit" class="button button-primary"><?php esc_html_e( 'Save', 'countersign' ); ?></button>
				<a class="button" href="<?php echo esc_url( Menu::url( Menu::CONNECTIONS ) ); ?>"><?php esc_html_e( 'Back to the list', 'countersign' ); ?></a>
			</p>
		</form>
		<?php
	}

	private static function facts( Connection $connection, AgentState $site ): void {
		echo RowState::html( $connection, $site, RowState::pause( $connection ) ); // phpcs:ignore WordPress.Security.EscapeOutput -- RowState escapes.
		?>
		<p class="description">
			<?php
			/* translators: 1: name of a client program, 2: name and role of a user. */
			echo esc_html( sprintf( __( 'Agent: %1$s. Acts as: %2$s.', 'countersign' ), Names::text( $connection->client ), Format::user( $connection->user ) ) );
			echo ' ';
			/* translators: 1: date and time, 2: name and role of a user. */
			echo esc_html( sprintf( __( 'Connected on %1$s by %2$s.', 'countersign' ), Format::moment( $connection->created_at ), Format::user( $connection->created_by ) ) );
			if ( $connection->last_used_at ) {
				echo ' ';
				/* translators: 1: date and time, 2: network address. */
				echo esc_html( sprintf( __( 'Last used on %1$s from %2$s.', 'countersign' ), Format::moment( $connection->last_used_at ), $connection->last_used_ip ) );
			}
			if ( $connection->own_account ) {
				echo ' ' . esc_html__( 'This account was made for the connection and has its name. Nobody can log in to it, and it may do no more than the person who approved the connection.', 'countersign' );
			}
			?>
		</p>
		<?php
	}

	private static function groups( Connection $connection, bool $may_widen ): void {
		?>
		<fieldset>
			<legend class="screen-reader-text"><?php esc_html_e( 'Permissions', 'countersign' ); ?></legend>
			<?php
			foreach ( Access::groups() as $group ) :
				$has      = in_array( $group, $connection->groups, true );
				$is_fixed = 'read' === $group || ( ! $has && ! $may_widen );
				?>
				<label>
					<input type="checkbox" name="groups[]" value="<?php echo esc_attr( $group ); ?>" <?php checked( $has ); ?> <?php disabled( $is_fixed ); ?>>
					<?php echo esc_html( Labels::group( $group ) ); ?>
				</label><br>
			<?php endforeach; ?>
		</fieldset>
		<p class="description">
			<?php
			$may_widen
				? esc_html_e( 'Removed permissions end with the agent\'s next request. Added permissions apply when the agent connects to the site the next time.', 'countersign' )
				: esc_html_e( 'Removed permissions end with the agent\'s next request. You cannot add permissions to a connection. To give the agent more, revoke the connection and connect the agent again.', 'countersign' );
			?>
		</p>
		<?php
	}
}

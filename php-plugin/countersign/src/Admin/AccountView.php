<?php

declare(strict_types=1);

namespace Countersign\Plugin\Admin;

use Countersign\Plugin\Accounts\AgentAccounts;
use Countersign\Plugin\Accounts\AgentContent;
use Countersign\Plugin\Connections\Connection;
use Countersign\Plugin\Site\Names;

defined( 'ABSPATH' ) || exit;

/** The page on which a person deletes the account of a connection that has ended, and says to whom its content goes. */
final class AccountView {

	/** The value of the parameter `view`. */
	public const VIEW = 'account';

	/** The action of the form. */
	public const ACTION = 'countersign_delete_account';

	/** The largest number of accounts that are offered. */
	private const MAX = 200;

	/** Tells whether there is something to decide: the connection has ended, and its account still exists. */
	public static function applies( Connection $connection ): bool {
		return $connection->own_account && $connection->is_revoked() && null === $connection->fault && AgentAccounts::is_said_to_be_of( $connection->user, $connection ) && false !== get_userdata( $connection->user );
	}

	/**
	 * Tells whether the current user may delete the account of a connection: with the right to delete accounts, or because the agent
	 * was that person's own.
	 */
	public static function is_permitted( Connection $connection ): bool {
		return get_current_user_id() === $connection->created_by || self::may_delete( $connection );
	}

	private static function may_delete( Connection $connection ): bool {
		return current_user_can( is_multisite() ? 'remove_user' : 'delete_user', $connection->user );
	}

	/**
	 * Returns the accounts that can get the content: those that can write. Without the right to delete accounts, only the own one.
	 *
	 * @return array<int, string> User id => name and role; the person who approved the connection comes first.
	 */
	public static function receivers( Connection $connection ): array {
		$ids = [];
		if ( self::may_delete( $connection ) ) {
			$ids = get_users(
				[
					'capability' => 'edit_posts',
					'number'     => self::MAX,
					'orderby'    => 'display_name',
					'fields'     => 'ID',
				]
			);
		}
		$first  = array_filter( [ $connection->created_by, get_current_user_id() ], static fn( int $id ): bool => user_can( $id, 'edit_posts' ) && ( [] !== $ids || get_current_user_id() === $id ) );
		$ids    = array_diff( array_unique( array_map( intval( ... ), [ ...$first, ...$ids ] ) ), [ $connection->user ] );
		$result = [];
		foreach ( $ids as $id ) {
			$result[ $id ] = Format::user( $id );
		}
		return $result;
	}

	/**
	 * Prints the page.
	 *
	 * @param Connection $connection One to which {@see applies()} and {@see is_permitted()} apply.
	 * @param int        $to         Id of the account that gets the content, while that is going on; else 0.
	 * @param int        $total      Number of items that there were when it began.
	 */
	public static function show( Connection $connection, int $to, int $total ): void {
		$left = AgentContent::count( $connection->user );
		?>
		<h1><?php esc_html_e( 'Delete the account of an agent', 'countersign' ); ?></h1>
		<hr class="wp-header-end">
		<?php
		Flash::show();
		0 < $to && isset( self::receivers( $connection )[ $to ] ) ? self::progress( $connection, $to, max( $total, $left ), $left ) : self::question( $connection, $left );
	}

	private static function question( Connection $connection, int $left ): void {
		?>
		<p>
			<?php
			/* translators: 1: name of a connection, 2: name of an account. */
			echo esc_html( sprintf( __( 'The connection “%1$s” has ended. Its account “%2$s” stays, without rights, so that its content keeps its author. You can keep it so, or delete it.', 'countersign' ), Names::text( $connection->name ), Names::text( (string) get_userdata( $connection->user )?->display_name ) ) );
			?>
		</p>
		<?php self::content( $connection->user ); ?>
		<form method="post" action="<?php echo esc_url( admin_url( 'admin-post.php' ) ); ?>">
			<?php AdminPost::fields( self::ACTION, $connection->id ); ?>
			<p>
				<label for="countersign-receiver"><strong><?php esc_html_e( 'Its content gets the author', 'countersign' ); ?></strong></label><br>
				<select id="countersign-receiver" name="to">
					<?php foreach ( self::receivers( $connection ) as $id => $label ) : ?>
						<option value="<?php echo esc_attr( (string) $id ); ?>"><?php echo esc_html( $label ); ?></option>
					<?php endforeach; ?>
				</select>
			</p>
			<input type="hidden" name="total" value="<?php echo esc_attr( (string) $left ); ?>">
			<p><?php esc_html_e( 'This cannot be undone. The audit log keeps what the agent did, under the number of the account.', 'countersign' ); ?></p>
			<p class="submit">
				<button type="submit" class="button countersign-stop"><?php esc_html_e( 'Delete the account', 'countersign' ); ?></button>
				<a class="button" href="<?php echo esc_url( Menu::url( Menu::CONNECTIONS ) ); ?>"><?php esc_html_e( 'Keep the account', 'countersign' ); ?></a>
			</p>
		</form>
		<?php
	}

	/** Prints what the account has written. */
	private static function content( int $user ): void {
		$counts = AgentContent::counts( $user );
		if ( [] === $counts ) {
			echo '<p>' . esc_html__( 'It is the author of nothing.', 'countersign' ) . '</p>';
			return;
		}
		echo '<p>' . esc_html__( 'It is the author of:', 'countersign' ) . '</p><ul class="ul-disc">';
		foreach ( $counts as $type => $count ) {
			/* translators: 1: name of a post type, such as "Posts", 2: number of items. */
			echo '<li>' . esc_html( sprintf( __( '%1$s: %2$s', 'countersign' ), get_post_type_object( $type )->labels->name ?? $type, number_format_i18n( $count ) ) ) . '</li>';
		}
		echo '</ul>';
	}

	/** Prints how far it is. The script of the pages presses the button. */
	private static function progress( Connection $connection, int $to, int $total, int $left ): void {
		?>
		<p>
			<?php
			/* translators: 1: number of items that are done, 2: number of all items, 3: name and role of a user. */
			echo esc_html( sprintf( __( '%1$s of %2$s items have the author %3$s now. The account is deleted when all of them have.', 'countersign' ), number_format_i18n( $total - $left ), number_format_i18n( $total ), Format::user( $to ) ) );
			?>
		</p>
		<p><progress max="<?php echo esc_attr( (string) max( 1, $total ) ); ?>" value="<?php echo esc_attr( (string) ( $total - $left ) ); ?>"></progress></p>
		<form method="post" action="<?php echo esc_url( admin_url( 'admin-post.php' ) ); ?>" data-countersign-go-on>
			<?php AdminPost::fields( self::ACTION, $connection->id ); ?>
			<input type="hidden" name="to" value="<?php echo esc_attr( (string) $to ); ?>">
			<input type="hidden" name="total" value="<?php echo esc_attr( (string) $total ); ?>">
			<p class="submit">
				<button type="submit" class="button button-primary"><?php esc_html_e( 'Continue', 'countersign' ); ?></button>
				<a class="button" href="<?php echo esc_url( Menu::url( Menu::CONNECTIONS ) ); ?>"><?php esc_html_e( 'Stop here', 'countersign' ); ?></a>
			</p>
		</form>
		<?php
	}
}

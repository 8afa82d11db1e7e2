<?php

declare(strict_types=1);

namespace Countersign\Plugin\Admin;

use Countersign\Plugin\Accounts\ActingAccounts;
use Countersign\Plugin\Connections\Connection;

defined( 'ABSPATH' ) || exit;

/** The choice of the account that an agent acts as, on the consent page and on the page for a password. */
final class ConsentAccount {

	/**
	 * Prints the field.
	 *
	 * @param array<int, string> $users As {@see ActingAccounts::offered()} returns them.
	 */
	public static function select( ConsentChoice $choice, array $users ): void {
		?>
		<select id="countersign-user" name="user" aria-describedby="countersign-user-help">
			<?php foreach ( $users as $id => $label ) : ?>
				<option value="<?php echo esc_attr( Connection::OWN_ACCOUNT === $id ? ActingAccounts::OWN : (string) $id ); ?>" <?php selected( $choice->user, $id ); ?>><?php echo esc_html( $label ); ?></option>
			<?php endforeach; ?>
		</select>
		<?php
	}

	/** Prints what the choice means for this person. */
	public static function help(): void {
		?>
		<span class="description" id="countersign-user-help">
			<?php
			esc_html_e( 'An account of its own has the name of the connection, so that everybody can tell what the agent wrote. Nobody can log in to it. It may do what you choose above, as far as you may do it yourself. If you choose the account of a person, that person is the author of what the agent writes, and the agent can never do more than that account.', 'countersign' );
			if ( ! current_user_can( 'edit_others_posts' ) ) {
				echo ' <strong>' . esc_html__( 'You may change only what you wrote yourself. So an agent with an account of its own can change only what it wrote itself, and nothing of yours.', 'countersign' ) . '</strong>';
			}
			?>
		</span>
		<?php
	}
}

<?php

declare(strict_types=1);

namespace Countersign\Plugin\Admin;

use Countersign\Plugin\Health\AgentState;
use Countersign\Plugin\Health\Condition;
use Countersign\Plugin\Site\Names;

defined( 'ABSPATH' ) || exit;

/** The card at the top of the Connections page: whether agents can act, and the button that stops them or lets them continue. */
final class SwitchCard {

	/**
	 * Prints the card.
	 *
	 * @param list<string> $uncovered The other MCP servers of the site that have tools of their own.
	 */
	public static function show( AgentState $state, array $uncovered = [] ): void {
		$class = match ( true ) {
			$state->can_act()    => 'is-running',
			$state->is_stopped() => 'is-stopped',
			default              => 'is-unknown',
		};
		?>
		<div class="card countersign-switch <?php echo esc_attr( $class ); ?>">
			<div>
				<h2><?php echo esc_html( $state->headline() ); ?></h2>
				<?php
				foreach ( $state->problems as $reason => $text ) {
					echo '<p>' . esc_html( Condition::is_question( $reason ) ? __( 'An administrator has to answer the question above first.', 'countersign' ) : $text ) . '</p>';
				}
				?>
				<p>
					<?php
					$state->is_stopped()
						? esc_html_e( 'No agent can read or change anything. Connections are kept as they are, and active ones work again when you let agents continue.', 'countersign' )
						: esc_html_e( 'If something looks wrong, stop all agents at once. Connections are kept, and agents can continue later.', 'countersign' );
					?>
				</p>
				<?php if ( [] !== $uncovered ) : ?>
					<p>
						<?php
						/* translators: %s: names of plugins. */
						echo esc_html( sprintf( __( 'This does not stop tools that other MCP servers of this site have of their own: %s. The abilities that they run for programs are stopped. Switch these servers off in their own settings.', 'countersign' ), implode( ', ', array_map( Names::text( ... ), $uncovered ) ) ) );
						?>
					</p>
				<?php endif; ?>
				<?php if ( $state->is_unsealed ) : ?>
					<p><strong><?php esc_html_e( 'This could not be sealed, so somebody who can write to the database could undo it. It is sealed by itself as soon as the audit log can be written. The site\'s error log shows the reason.', 'countersign' ); ?></strong></p>
				<?php endif; ?>
			</div>
			<form method="post" action="<?php echo esc_url( admin_url( 'admin-post.php' ) ); ?>">
				<?php AdminPost::fields( 'countersign_kill_switch' ); ?>
				<input type="hidden" name="on" value="<?php echo $state->is_stopped() ? '0' : '1'; ?>">
				<button type="submit" class="button <?php echo $state->is_stopped() ? 'button-primary' : 'countersign-stop'; ?>">
					<?php $state->is_stopped() ? esc_html_e( 'Let agents continue', 'countersign' ) : esc_html_e( 'Stop all agents', 'countersign' ); ?>
				</button>
			</form>
		</div>
		<?php
	}
}

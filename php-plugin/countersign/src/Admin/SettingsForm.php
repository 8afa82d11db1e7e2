<?php

declare(strict_types=1);

namespace Countersign\Plugin\Admin;

use Countersign\Plugin\Audit\EntryDraft;
use Countersign\Plugin\Audit\Log;
use Countersign\Plugin\Site\Capabilities;
use Countersign\Plugin\Site\Settings;

defined( 'ABSPATH' ) || exit;

/** The settings on the Connections page: their form, and its action. */
final class SettingsForm {

	public function __construct(
		private readonly Settings $settings,
		private readonly Log $log,
	) {}

	/** Registers the form's action. */
	public function register(): void {
		AdminPost::register( 'countersign_settings', Capabilities::MANAGE, $this->save( ... ) );
	}

	/** Prints the form. */
	public function show(): void {
		$limit = $this->settings->ip_limit();
		?>
		<details class="countersign-settings">
			<summary><?php esc_html_e( 'Settings', 'countersign' ); ?></summary>
			<form method="post" action="<?php echo esc_url( admin_url( 'admin-post.php' ) ); ?>">
				<?php AdminPost::fields( 'countersign_settings' ); ?>
				<table class="form-table" role="presentation">
					<tr>
						<th scope="row"><label for="countersign-ip-max"><?php esc_html_e( 'Requests from one IP address', 'countersign' ); ?></label></th>
						<td>
							<input type="number" class="small-text" id="countersign-ip-max" name="ip_max" min="1" max="256" value="<?php echo esc_attr( (string) $limit['max'] ); ?>">
							<label for="countersign-ip-window"><?php esc_html_e( 'within', 'countersign' ); ?></label>
							<input type="number" class="small-text" id="countersign-ip-window" name="ip_window" min="1" max="86400" value="<?php echo esc_attr( (string) $limit['window'] ); ?>">
							<?php esc_html_e( 'seconds', 'countersign' ); ?>
							<p class="description"><?php esc_html_e( 'A client that sends more requests is told to wait. Each connection also has a limit of its own.', 'countersign' ); ?></p>
						</td>
					</tr>
					<tr>
						<th scope="row"><?php esc_html_e( 'More permissions', 'countersign' ); ?></th>
						<td>
							<label>
								<input type="checkbox" name="allow_widening" value="1" <?php checked( $this->settings->allow_widening() ); ?>>
								<?php esc_html_e( 'Allow adding permissions to an existing connection', 'countersign' ); ?>
							</label>
							<p class="description"><?php esc_html_e( 'If this is off, you can only remove permissions from a connection. To give a client more, revoke its connection and connect it again, so that you see and approve everything that it may do.', 'countersign' ); ?></p>
						</td>
					</tr>
				</table>
				<?php submit_button( __( 'Save settings', 'countersign' ) ); ?>
			</form>
		</details>
		<?php
	}

	private function save(): string {
		$changes = $this->settings->changes(
			[
				'ip_limit'       => [
					'max'    => AdminPost::text( 'ip_max' ),
					'window' => AdminPost::text( 'ip_window' ),
				],
				'allow_widening' => '1' === AdminPost::text( 'allow_widening' ),
			]
		);
		if ( $changes ) {
			$this->log->append( EntryDraft::admin( 'setting', 'settings.changed', 'settings', $changes ) );
			$this->settings->apply( $changes );
		}
		Flash::add( 'success', __( 'Settings saved.', 'countersign' ) );
		return Menu::url( Menu::CONNECTIONS );
	}
}

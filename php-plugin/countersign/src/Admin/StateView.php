<?php

declare(strict_types=1);

namespace Countersign\Plugin\Admin;

use Countersign\Plugin\Connections\Repository;
use Countersign\Plugin\Records\Migration;
use Countersign\Plugin\Records\SiteState;
use Countersign\Plugin\Site\Failure;
use Countersign\Plugin\Site\Identity;
use Countersign\Plugin\Site\Json;
use Countersign\Plugin\Site\Labels;
use Countersign\Plugin\Site\Names;
use Countersign\Plugin\Site\Settings;
use Countersign\Plugin\Site\Urls;

defined( 'ABSPATH' ) || exit;

/**
 * The part of the Connections page that asks a person to decide: after a move, on a copy, on a new server, after a restored
 * backup, a change of keys or a change of the database by something else. Prints nothing if there is nothing to decide.
 */
final class StateView {

	public function __construct(
		private readonly SiteState $state,
		private readonly Migration $migration,
		private readonly Repository $connections,
		private readonly Settings $settings,
	) {}

	/** Prints the question that is open. */
	public function show(): void {
		try {
			$reason  = $this->state->current()->reason();
			$pending = $this->migration->pending();
		} catch ( \Countersign\Exception | Failure ) {
			// The card on the page says what prevents the site from serving agents.
			return;
		}
		match ( true ) {
			[] !== $pending && ( null === $reason || $this->state->is_unknown() ) => $this->take_over( $pending ),
			'record_missing' === $reason     => $this->missing(),
			'record_forged' === $reason      => $this->forged(),
			'keys_changed' === $reason       => $this->keys(),
			'record_rolled_back' === $reason => $this->rolled_back(),
			'site_moved' === $reason         => $this->address(),
			'witness_missing' === $reason    => $this->unwitnessed(),
			'witness_unusable' === $reason   => $this->unusable(),
			default                          => null,
		};
		if ( null === $reason ) {
			$this->settings();
			$this->permalinks();
		}
	}

	/** @param list<array{kind: string, id: int, data: string, key: int|string}> $pending As {@see Migration::pending()} returned it. */
	private function take_over( array $pending ): void {
		$this->card(
			__( 'Take over your connections', 'countersign' ),
			[
				__( 'From this version on, Countersign seals what you decide, so that nobody who can write to the database can change it unnoticed. The connections below were made before that. Nobody can tell whether they are still as you approved them.', 'countersign' ),
				__( 'Look at each one. If all of them are right, take them over. If one is not, revoke it first. Until then, none of them can be used.', 'countersign' ),
			],
			fn() => $this->old( $pending ),
			[ 'countersign_take_over' => __( 'These are right: take them over', 'countersign' ) ],
			[ 'seen' => Migration::digest( $pending ) ]
		);
	}

	/** @param list<array{kind: string, id: int, data: string, key: int|string}> $pending */
	private function old( array $pending ): void {
		$connections = array_filter( $pending, static fn( array $entry ): bool => 'connection' === $entry['kind'] );
		?>
		<table class="widefat striped countersign-stack">
			<thead>
				<tr>
					<th scope="col"><?php esc_html_e( 'Name', 'countersign' ); ?></th>
					<th scope="col"><?php esc_html_e( 'Acts as', 'countersign' ); ?></th>
					<th scope="col"><?php esc_html_e( 'Permissions', 'countersign' ); ?></th>
					<th scope="col"><?php esc_html_e( 'State', 'countersign' ); ?></th>
				</tr>
			</thead>
			<tbody>
				<?php
				foreach ( $connections as $entry ) :
					$data = Json::decode( $entry['data'] );
					?>
					<tr>
						<td data-label="<?php esc_attr_e( 'Name', 'countersign' ); ?>"><?php echo Names::html( Names::clean( (string) $data['name'] ) ); // phpcs:ignore WordPress.Security.EscapeOutput -- Names::html() escapes. ?></td>
						<td data-label="<?php esc_attr_e( 'Acts as', 'countersign' ); ?>"><?php echo esc_html( Format::user( (int) $data['user'] ) ); ?></td>
						<td data-label="<?php esc_attr_e( 'Permissions', 'countersign' ); ?>"><?php echo esc_html( implode( ', ', array_map( Labels::group_short( ... ), array_filter( (array) $data['groups'], is_string( ... ) ) ) ) ); ?></td>
						<td data-label="<?php esc_attr_e( 'State', 'countersign' ); ?>"><?php echo esc_html( Labels::state( (string) $data['state'] ) ); ?></td>
					</tr>
				<?php endforeach; ?>
			</tbody>
		</table>
		<?php
	}

	private function missing(): void {
		$this->card(
			__( 'The record of this site is missing, so no agent can act', 'countersign' ),
			[
				__( 'Countersign keeps a sealed record in the database that says which site this is. It is not there. Either it could not be made when the plugin was activated, or something deleted it.', 'countersign' ),
				__( 'Start again to make a new one. Nobody can tell any more which records belong to this site, so old connections are revoked, the settings have their defaults, and agents are stopped until you let them continue. Then connect your agents again. The audit log is kept.', 'countersign' ),
			],
			null,
			[ 'countersign_start_again' => __( 'Start again', 'countersign' ) ]
		);
	}

	private function forged(): void {
		$this->card(
			__( 'Something else changed the record of this site, so no agent can act', 'countersign' ),
			[
				__( 'The record in the database that says which site this is was not written by Countersign. Somebody, or another plugin, wrote to the database directly.', 'countersign' ),
				__( 'First find out who it was: look at the list of administrators, at the plugins that were installed last, and at the Audit page. Then start again: old connections are revoked, the settings have their defaults, and agents are stopped until you let them continue.', 'countersign' ),
			],
			null,
			[ 'countersign_start_again' => __( 'Start again', 'countersign' ) ]
		);
	}

	private function keys(): void {
		$count = $this->connections->count();
		$this->card(
			__( 'The keys of this site were changed, so agents must be connected again', 'countersign' ),
			[
				__( 'AUTH_KEY or AUTH_SALT in wp-config.php is not the one that your connections were made with. This is normal if you, your host or a security plugin replaced the keys. Nothing that was decided before can be checked any more, so no old connection can act, and the settings have their defaults.', 'countersign' ),
				0 === $count
					? __( 'Start again, then connect your agents again. The audit log is kept.', 'countersign' )
					: sprintf(
						/* translators: %s: number of connections. */
						_n( 'Revoke the %s old connection and start again. Agents are stopped until you let them continue. Then connect your agent again. The audit log is kept.', 'Revoke the %s old connections and start again. Agents are stopped until you let them continue. Then connect your agents again. The audit log is kept.', $count, 'countersign' ),
						number_format_i18n( $count )
					),
			],
			null,
			[ 'countersign_start_again' => 0 === $count ? __( 'Start again', 'countersign' ) : __( 'Revoke old connections and start again', 'countersign' ) ]
		);
	}

	private function rolled_back(): void {
		$this->card(
			__( 'The database is older than it was before, so no agent can act', 'countersign' ),
			[
				__( 'This is normal after a backup was restored. If nobody restored one, somebody put older data into the database: find out who, before you continue.', 'countersign' ),
				$this->state->is_of_another_address()
					? __( 'The database is that of another address, and older than what was decided at this one. When you continue, the connections in it are revoked, the settings have their defaults, and agents are stopped until you let them continue. Then connect your agents again.', 'countersign' )
					: __( 'When you continue, connected agents get new access by themselves. Connections that were changed after the backup stay refused until you resume or revoke each of them in the list below. What was revoked stays revoked.', 'countersign' ),
			],
			null,
			[ 'countersign_restored' => __( 'A backup was restored: continue', 'countersign' ) ]
		);
	}

	private function address(): void {
		$this->card(
			__( 'Did this site move, or is it a copy?', 'countersign' ),
			[
				sprintf(
					/* translators: 1: address of a site, 2: address of a site. */
					__( 'Your connections were made at the address %1$s. Now the address of this site is %2$s. No agent can act until you answer.', 'countersign' ),
					(string) $this->state->stored_address(),
					Urls::address()
				),
				__( 'It moved: the old address is given up. Settings, the list of connections and the audit log are kept. An agent that uses the old address has to be connected again.', 'countersign' ),
				__( 'It is a copy, for example for tests: the original goes on working as before. All connections on this copy are revoked, so that no agent works on both. The settings are kept.', 'countersign' ),
			],
			null,
			[
				'countersign_moved'  => __( 'The site moved', 'countersign' ),
				'countersign_copied' => __( 'This is a copy', 'countersign' ),
			]
		);
	}

	private function permalinks(): void {
		if ( ! Identity::is_of_other_permalinks() ) {
			return;
		}
		$this->card(
			__( 'Can agents still reach this site?', 'countersign' ),
			[
				sprintf(
					/* translators: %s: address of the site for agents. */
					__( 'The permalinks of this site have changed. Agents go on using the address %s, which works if the web server still passes it on to WordPress.', 'countersign' ),
					Urls::mcp()
				),
				sprintf(
					/* translators: %s: address of the site for agents. */
					__( 'If agents can no longer connect, choose the earlier permalinks again under Settings, Permalinks. Or use the address %s from now on, and connect each agent again.', 'countersign' ),
					Identity::rest_of_current_permalinks() . Urls::NAMESPACE . '/mcp'
				),
			],
			null,
			[ 'countersign_permalinks' => __( 'Use the new address', 'countersign' ) ]
		);
	}

	private function unwitnessed(): void {
		$this->card(
			__( 'Is the database of this site current?', 'countersign' ),
			[
				__( 'Outside the database, Countersign keeps a small file that shows whether the database was replaced by an older one. This server does not have that file. This is normal on a new server, or if the host emptied the folder.', 'countersign' ),
				__( 'If the database was restored from an old backup, connections that you revoked since then can be active in it. Look at the list below, then continue. Connected agents get new access by themselves.', 'countersign' ),
			],
			null,
			[ 'countersign_continue' => __( 'The database is current: continue', 'countersign' ) ]
		);
	}

	private function unusable(): void {
		$this->card(
			__( 'The file that protects this site against restored backups cannot be used', 'countersign' ),
			[
				/* translators: %s: English description of a problem with a file. */
				sprintf( __( 'The extension says: %s', 'countersign' ), (string) $this->state->witness()['failure'] ),
				__( 'If the file is damaged, look at the list of connections below, then continue: a new file is made from the database. Otherwise your host has to make the file readable and writable for the web server.', 'countersign' ),
			],
			null,
			[ 'countersign_continue' => __( 'The database is current: continue', 'countersign' ) ]
		);
	}

	private function settings(): void {
		if ( '' === $this->settings->fault() ) {
			return;
		}
		wp_admin_notice(
			'<strong>' . esc_html__( 'The settings have their defaults.', 'countersign' ) . '</strong> ' . esc_html__( 'The stored ones are missing, changed by something else, older than they were, or sealed with other keys. Check them under Settings below and save them again.', 'countersign' ),
			[ 'type' => 'warning' ]
		);
	}

	/**
	 * Prints one question with its answers.
	 *
	 * @param string                $title   The heading.
	 * @param list<string>          $texts   Paragraphs.
	 * @param \Closure|null         $details Prints more.
	 * @param array<string, string> $answers Action => label of its button. The first one is the usual answer.
	 * @param array<string, string> $fields  Hidden fields.
	 */
	private function card( string $title, array $texts, ?\Closure $details, array $answers, array $fields = [] ): void {
		?>
		<div class="card countersign-question">
			<h2><?php echo esc_html( $title ); ?></h2>
			<?php
			foreach ( $texts as $text ) {
				echo '<p>' . esc_html( $text ) . '</p>';
			}
			if ( null !== $details ) {
				$details();
			}
			if ( ! current_user_can( StateForms::CAPABILITY ) ) {
				echo '<p><strong>' . esc_html__( 'An administrator of this site has to answer this.', 'countersign' ) . '</strong></p></div>';
				return;
			}
			?>
			<div class="countersign-answers">
				<?php foreach ( $answers as $action => $label ) : ?>
					<form method="post" action="<?php echo esc_url( admin_url( 'admin-post.php' ) ); ?>">
						<?php
						AdminPost::fields( $action );
						foreach ( $fields as $name => $value ) {
							printf( '<input type="hidden" name="%s" value="%s">', esc_attr( $name ), esc_attr( $value ) );
						}
						?>
						<button type="submit" class="button <?php echo array_key_first( $answers ) === $action && 1 === count( $answers ) ? 'button-primary' : ''; ?>"><?php echo esc_html( $label ); ?></button>
					</form>
				<?php endforeach; ?>
			</div>
		</div>
		<?php
	}
}

<?php

declare(strict_types=1);

namespace Countersign\Plugin\Admin;

use Countersign\Plugin\Audit\Checkpoints;
use Countersign\Plugin\Audit\Log;
use Countersign\Plugin\Audit\Verification;
use Countersign\Plugin\Health\Condition;
use Countersign\Plugin\Health\Requirements;
use Countersign\Plugin\Services;
use Countersign\Plugin\Site\Capabilities;

/** The Audit page: what was done, and whether the record of it is whole. */
final class AuditPage {

	public function __construct( private readonly Services $services ) {}

	public function show(): void {
		$table = new AuditTable( $this->services->connections() );
		$table->prepare_items();
		echo '<div class="wrap countersign">';
		echo '<h1>' . esc_html__( 'Audit', 'countersign' ) . '</h1><hr class="wp-header-end">';
		Flash::show();
		$this->rollback();
		$this->verification();
		?>
		<form method="get">
			<input type="hidden" name="page" value="<?php echo esc_attr( Menu::AUDIT ); ?>">
			<?php
			$table->search_box( __( 'Search entries', 'countersign' ), 'countersign' );
			$table->display();
			?>
		</form>
		</div>
		<?php
	}

	/** Where the log is shorter than it has been, somebody has to say why. */
	private function rollback(): void {
		if ( ! Requirements::are_met() || ! isset( Condition::problems( $this->services )['audit_rollback'] ) || ! current_user_can( Capabilities::MANAGE ) ) { // phpcs:ignore WordPress.WP.Capabilities
			return;
		}
		?>
		<div class="notice notice-warning">
			<form method="post" action="<?php echo esc_url( admin_url( 'admin-post.php' ) ); ?>">
				<?php Actions::fields( 'countersign_acknowledge' ); ?>
				<p>
					<button type="submit" class="button"><?php esc_html_e( 'The database was restored from a backup', 'countersign' ); ?></button>
					<span class="description"><?php esc_html_e( 'Takes the log as it is now for the true one, says so in the log itself, and serves agents again.', 'countersign' ); ?></span>
				</p>
			</form>
		</div>
		<?php
	}

	private function verification(): void {
		$last     = Verification::last();
		$progress = Verification::progress();
		$class    = match ( true ) {
			null !== $progress || null === $last => 'is-unknown',
			$last['ok']                          => 'is-running',
			default                              => 'is-stopped',
		};
		?>
		<div class="card countersign-switch <?php echo esc_attr( $class ); ?>">
			<div>
				<h2><?php echo esc_html( $progress ? __( 'Verifying the log…', 'countersign' ) : self::headline( $last ) ); ?></h2>
				<p>
					<?php
					if ( $progress ) {
						/* translators: 1: number of entries checked, 2: number of all entries. */
						echo esc_html( sprintf( __( '%1$s of %2$s entries so far.', 'countersign' ), number_format_i18n( $progress[0] ), number_format_i18n( $progress[1] ) ) );
					} else {
						echo esc_html( $last ? self::result( $last ) : __( 'Verifying reads every entry again and finds any that was changed, removed, put in or cut off.', 'countersign' ) );
					}
					?>
				</p>
				<?php $this->key(); ?>
			</div>
			<?php if ( Requirements::are_met() ) : ?>
				<form method="post" action="<?php echo esc_url( admin_url( 'admin-post.php' ) ); ?>" <?php echo $progress ? 'data-countersign-go-on' : ''; ?>>
					<?php Actions::fields( 'countersign_verify' ); ?>
					<button type="submit" class="button"><?php $progress ? esc_html_e( 'Go on', 'countersign' ) : esc_html_e( 'Verify now', 'countersign' ); ?></button>
				</form>
			<?php endif; ?>
		</div>
		<?php
	}

	private function key(): void {
		if ( ! Requirements::are_met() ) {
			return;
		}
		try {
			$key        = $this->services->log()->verifier_key();
			$checkpoint = Checkpoints::newest();
		} catch ( \Countersign\Exception ) {
			return;
		}
		?>
		<details>
			<summary><?php esc_html_e( 'For auditors', 'countersign' ); ?></summary>
			<p><?php esc_html_e( 'With this key anybody can check the signed checkpoints of this log, without trusting this site. Keep a copy elsewhere.', 'countersign' ); ?></p>
			<p class="countersign-copy">
				<label class="screen-reader-text" for="countersign-key"><?php esc_html_e( 'Verifier key', 'countersign' ); ?></label>
				<input type="text" id="countersign-key" class="code" readonly value="<?php echo esc_attr( $key ); ?>">
				<button type="button" class="button" data-countersign-copy="countersign-key"><?php esc_html_e( 'Copy', 'countersign' ); ?></button>
			</p>
			<?php if ( null !== $checkpoint ) { ?>
				<p><label for="countersign-checkpoint"><?php esc_html_e( 'The newest checkpoint: kept elsewhere, it shows whether history was rewritten. Verifying makes a new one.', 'countersign' ); ?></label></p>
				<textarea id="countersign-checkpoint" class="code large-text" rows="6" readonly><?php echo esc_textarea( $checkpoint ); ?></textarea>
			<?php } ?>
			<form method="post" action="<?php echo esc_url( admin_url( 'admin-post.php' ) ); ?>">
				<?php Actions::fields( 'countersign_export' ); ?>
				<p><?php esc_html_e( 'The whole log as a file. What is for auditors proves itself: anybody verifies it offline with the key above, by the command “countersign audit verify”. The table is for reading only.', 'countersign' ); ?></p>
				<p>
					<button type="submit" class="button" name="format" value="ndjson"><?php esc_html_e( 'Export for auditors', 'countersign' ); ?></button>
					<button type="submit" class="button" name="format" value="csv"><?php esc_html_e( 'Export as table (CSV)', 'countersign' ); ?></button>
				</p>
			</form>
		</details>
		<?php
	}

	/** @param array<string, mixed>|null $last */
	private static function headline( ?array $last ): string {
		return match ( true ) {
			null === $last                       => sprintf(
				/* translators: %s: number of entries. */
				_n( '%s entry, not verified yet', '%s entries, not verified yet', max( 1, Log::head()->size ), 'countersign' ),
				number_format_i18n( Log::head()->size )
			),
			$last['ok']                          => __( 'The log is whole', 'countersign' ),
			'unknown_key' === $last['verdict'] => __( 'Part of the log cannot be vouched for', 'countersign' ),
			default                              => __( 'The log was tampered with', 'countersign' ),
		};
	}

	/** @param array<string, mixed> $last */
	private static function result( array $last ): string {
		$when = sprintf(
			/* translators: 1: number of entries, 2: date and time. */
			_n( '%1$s entry was checked on %2$s.', '%1$s entries were checked on %2$s.', $last['checked'], 'countersign' ),
			number_format_i18n( $last['checked'] ),
			Format::moment( $last['time'] )
		);
		if ( $last['ok'] ) {
			return $when . ' ' . __( 'None was changed, removed, put in or cut off.', 'countersign' );
		}
		$what = match ( $last['verdict'] ) {
			'entry_modified'        => __( 'An entry was changed.', 'countersign' ),
			'index_column_mismatch' => __( 'A column that is used for filtering was changed; the entry itself is as it was.', 'countersign' ),
			'missing_range'         => __( 'Entries were removed.', 'countersign' ),
			'inserted'              => __( 'An entry was put in, doubled or moved.', 'countersign' ),
			'truncated_tail'        => __( 'The end of the log was cut off.', 'countersign' ),
			'fork'                  => __( 'The log is another one than it was: its history was rewritten.', 'countersign' ),
			'head_mismatch'         => __( 'The stored state of the log does not fit its entries.', 'countersign' ),
			'unknown_key'           => __( 'A checkpoint was signed with a key this site does not have: AUTH_KEY was changed since, or the checkpoint is not from here.', 'countersign' ),
			'checkpoint_invalid'    => __( 'A stored checkpoint was changed.', 'countersign' ),
			default                 => $last['verdict'],
		};
		if ( null !== $last['first_bad'] ) {
			/* translators: %s: number of an entry. */
			$what .= ' ' . sprintf( __( 'The first one concerned is entry %s.', 'countersign' ), number_format_i18n( $last['first_bad'] ) );
		}
		return $what . ' ' . $when;
	}
}

<?php

declare(strict_types=1);

namespace Countersign\Plugin\Admin;

use Countersign\Plugin\Audit\Checkpoints;
use Countersign\Plugin\Audit\Log;
use Countersign\Plugin\Audit\Verification;
use Countersign\Plugin\Connections\Repository;
use Countersign\Plugin\Health\Condition;
use Countersign\Plugin\Health\Requirements;
use Countersign\Plugin\Records\Verification as RecordsVerification;
use Countersign\Plugin\Site\Labels;

defined( 'ABSPATH' ) || exit;

/** The Audit page: the entries of the log, and whether the log is complete and unchanged. */
final class AuditPage {

	public function __construct(
		private readonly Repository $connections,
		private readonly Log $log,
		private readonly Condition $condition,
	) {}

	/** Prints the page. */
	public function show(): void {
		$table = new AuditTable( $this->connections );
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

	/** Prints a form to confirm a restored backup, if the log is shorter than it was before. */
	private function rollback(): void {
		if ( ! Requirements::are_met() || ! current_user_can( StateForms::CAPABILITY ) || ! isset( $this->condition->problems()['audit_rollback'] ) ) {
			return;
		}
		?>
		<div class="notice notice-warning">
			<form method="post" action="<?php echo esc_url( admin_url( 'admin-post.php' ) ); ?>">
				<?php AdminPost::fields( 'countersign_acknowledge' ); ?>
				<p>
					<button type="submit" class="button"><?php esc_html_e( 'The database was restored from a backup', 'countersign' ); ?></button>
					<span class="description"><?php esc_html_e( 'Accepts the log as it is now, records this in the log, and lets agents use the site again.', 'countersign' ); ?></span>
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
						echo esc_html( sprintf( __( '%1$s of %2$s entries checked.', 'countersign' ), number_format_i18n( $progress[0] ), number_format_i18n( $progress[1] ) ) );
					} else {
						echo esc_html( $last ? self::result( $last ) : __( 'Verification reads every entry again. It finds entries that were changed, removed or inserted, and a log whose end was cut off.', 'countersign' ) );
					}
					?>
				</p>
				<?php self::records(); ?>
				<?php
				[ $key, $checkpoint ] = $this->known();
				if ( null !== $key ) {
					self::for_auditors( $key, $checkpoint );
				}
				VerifierView::show( $key );
				?>
			</div>
			<?php if ( Requirements::are_met() ) : ?>
				<form method="post" action="<?php echo esc_url( admin_url( 'admin-post.php' ) ); ?>" <?php echo $progress ? 'data-countersign-go-on' : ''; ?>>
					<?php AdminPost::fields( 'countersign_verify' ); ?>
					<button type="submit" class="button"><?php $progress ? esc_html_e( 'Continue', 'countersign' ) : esc_html_e( 'Verify now', 'countersign' ); ?></button>
				</form>
			<?php endif; ?>
		</div>
		<?php
	}

	/** Prints what the last verification of the records found. */
	private static function records(): void {
		$report = RecordsVerification::last();
		if ( null === $report ) {
			return;
		}
		$text = sprintf(
			/* translators: 1: number of sealed decisions, 2: date and time. */
			_n( '%1$s sealed decision was checked on %2$s.', '%1$s sealed decisions were checked on %2$s.', $report['checked'], 'countersign' ),
			number_format_i18n( $report['checked'] ),
			Format::moment( $report['time'] )
		);
		if ( ! $report['faults'] ) {
			echo '<p>' . esc_html( $text . ' ' . __( 'Each is as it was sealed, and the log explains it.', 'countersign' ) ) . '</p>';
			return;
		}
		if ( ! $report['is_whole'] ) {
			/* translators: %s: number of faults. */
			$text .= ' ' . sprintf( _n( 'The check ended after %s fault, so there can be more.', 'The check ended after %s faults, so there can be more.', count( $report['faults'] ), 'countersign' ), number_format_i18n( count( $report['faults'] ) ) );
		}
		echo '<p>' . esc_html( $text ) . '</p>';
		foreach ( array_unique( $report['faults'] ) as $reason ) {
			$names   = array_map( strval( ... ), array_keys( $report['faults'], $reason, true ) );
			$meaning = 'record_unexplained' === $reason
				? __( 'The log does not explain these decisions, so code on this site made them without a person. Find out which plugin did this.', 'countersign' )
				: Labels::fault( $reason );
			printf( '<p><strong>%s</strong><br><span class="code">%s</span></p>', esc_html( $meaning ), esc_html( implode( ', ', $names ) ) );
		}
	}

	/**
	 * Returns the verifier key and the newest checkpoint, as far as there are any.
	 *
	 * @return array{string|null, string|null}
	 */
	private function known(): array {
		if ( ! Requirements::are_met() ) {
			return [ null, null ];
		}
		try {
			return [ $this->log->verifier_key(), Checkpoints::newest() ];
		} catch ( \Countersign\Exception ) {
			return [ null, null ];
		}
	}

	/** Prints the verifier key, the newest checkpoint and the export. */
	private static function for_auditors( string $key, ?string $checkpoint ): void {
		?>
		<details>
			<summary><?php esc_html_e( 'For auditors', 'countersign' ); ?></summary>
			<p><?php esc_html_e( 'This key verifies the signed checkpoints of this log. Keep a copy in another place, so that the log can be verified without trusting this site.', 'countersign' ); ?></p>
			<p class="countersign-copy">
				<label class="screen-reader-text" for="countersign-key"><?php esc_html_e( 'Verifier key', 'countersign' ); ?></label>
				<input type="text" id="countersign-key" class="code" readonly value="<?php echo esc_attr( $key ); ?>">
				<button type="button" class="button" data-countersign-copy="countersign-key"><?php esc_html_e( 'Copy', 'countersign' ); ?></button>
			</p>
			<?php if ( null !== $checkpoint ) { ?>
				<p><label for="countersign-checkpoint"><?php esc_html_e( 'The newest checkpoint. A copy that you keep in another place later shows whether older entries were rewritten. Each verification creates a new checkpoint.', 'countersign' ); ?></label></p>
				<textarea id="countersign-checkpoint" class="code large-text" rows="6" readonly><?php echo esc_textarea( $checkpoint ); ?></textarea>
			<?php } ?>
			<form method="post" action="<?php echo esc_url( admin_url( 'admin-post.php' ) ); ?>">
				<?php AdminPost::fields( 'countersign_export' ); ?>
				<p><?php esc_html_e( 'Download the whole log as a file. The file for auditors can be verified with the key above: under “Verify an export”, or offline with the command “countersign audit verify”. The table is for reading only and cannot be verified.', 'countersign' ); ?></p>
				<p>
					<button type="submit" class="button" name="format" value="ndjson"><?php esc_html_e( 'Export for auditors', 'countersign' ); ?></button>
					<button type="submit" class="button" name="format" value="csv"><?php esc_html_e( 'Export as table (CSV)', 'countersign' ); ?></button>
				</p>
			</form>
		</details>
		<?php
	}

	/** @param array<string, mixed>|null $last As {@see Verification::last()} returned it. */
	private static function headline( ?array $last ): string {
		return match ( true ) {
			null === $last                     => sprintf(
				/* translators: %s: number of entries. */
				_n( '%s entry, not verified yet', '%s entries, not verified yet', max( 1, Log::head()->size ), 'countersign' ),
				number_format_i18n( Log::head()->size )
			),
			$last['ok']                        => __( 'The log is complete and unchanged', 'countersign' ),
			'unknown_key' === $last['verdict'] => __( 'Part of the log could not be verified', 'countersign' ),
			default                            => __( 'The log was tampered with', 'countersign' ),
		};
	}

	/** @param array<string, mixed> $last As {@see Verification::last()} returned it. */
	private static function result( array $last ): string {
		$when = sprintf(
			/* translators: 1: number of entries, 2: date and time. */
			_n( '%1$s entry was checked on %2$s.', '%1$s entries were checked on %2$s.', $last['checked'], 'countersign' ),
			number_format_i18n( $last['checked'] ),
			Format::moment( $last['time'] )
		);
		if ( $last['ok'] ) {
			return $when . ' ' . __( 'No entry was changed, removed or inserted, and the end was not cut off.', 'countersign' );
		}
		$what = match ( $last['verdict'] ) {
			'entry_modified'        => __( 'An entry was changed.', 'countersign' ),
			'text_modified'         => __( 'A text that is stored beside its entry was changed or exchanged. The entry itself is unchanged.', 'countersign' ),
			'index_column_mismatch' => __( 'A column that is used for filtering was changed. The entry itself is unchanged.', 'countersign' ),
			'missing_range'         => __( 'Entries were removed.', 'countersign' ),
			'inserted'              => __( 'An entry was inserted, duplicated or moved.', 'countersign' ),
			'truncated_tail'        => __( 'The end of the log was cut off.', 'countersign' ),
			'fork'                  => __( 'Older entries were rewritten since a checkpoint was signed.', 'countersign' ),
			'head_mismatch'         => __( 'The stored head of the log does not match its entries.', 'countersign' ),
			'unknown_key'           => __( 'A checkpoint was signed with a key that this site does not have. Either AUTH_KEY was changed since, or the checkpoint is from another site.', 'countersign' ),
			'checkpoint_invalid'    => __( 'A stored checkpoint was changed.', 'countersign' ),
			default                 => $last['verdict'],
		};
		if ( null !== $last['first_bad'] ) {
			/* translators: %s: number of an entry. */
			$what .= ' ' . sprintf( __( 'The first affected entry is number %s.', 'countersign' ), number_format_i18n( $last['first_bad'] ) );
		}
		return $what . ' ' . $when;
	}
}

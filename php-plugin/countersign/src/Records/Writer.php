<?php

declare(strict_types=1);

namespace Countersign\Plugin\Records;

use Countersign\AuditAppend;
use Countersign\Plugin\Audit\Change;
use Countersign\Plugin\Audit\ChangeFailed;
use Countersign\Plugin\Audit\EntryDraft;
use Countersign\Plugin\Audit\Log;
use Countersign\Plugin\Audit\Unavailable;
use Countersign\Plugin\Audit\Unprotected;
use Countersign\Plugin\Site\Extension;
use Countersign\Plugin\Site\SealedOptions;
use Countersign\Records;

defined( 'ABSPATH' ) || exit;

/**
 * Stores new versions of records. The rows and the entry that explains them are stored in one transaction; then the witness
 * outside the database learns of them. Only after that may a person be told that something is done.
 */
final class Writer {

	public function __construct(
		private readonly Extension $extension,
		private readonly SealedOptions $options,
		private readonly Log $log,
	) {}

	/**
	 * Stores versions of records together with their entry: all of it, or nothing.
	 *
	 * @param EntryDraft|string $draft     Draft of the plugin, or a draft of the extension, which is JSON.
	 * @param list<Revision>    $revisions What is sealed.
	 * @param \Closure          $changes   Receives for each version the value to store and returns the list of {@see Change}. The
	 *                                     condition of each says in which state there is something to change.
	 * @param \Closure|null     $commit    Tells the witness, after the commit: receives the site's records and the sealed texts.
	 *                                     Null for {@see Records::committed()}.
	 *
	 * @return bool True if everything was stored and the witness knows it. False if one of the changes found nothing to change,
	 *              because another request was faster; then nothing was stored.
	 *
	 * @throws ChangeFailed If the database refused a change.
	 * @throws Unavailable  If nothing was stored because the entry could not be. Its reason is `agent_at_work` if the extension
	 *                      refused to seal during an agent's call.
	 * @throws Unprotected  If everything is stored and in effect, but the witness could not be raised.
	 */
	public function write( EntryDraft|string $draft, array $revisions, \Closure $changes, ?\Closure $commit = null ): bool {
		try {
			$records = $this->extension->records();
			$entry   = $records->explain( $this->log->json( $draft ), array_map( static fn( Revision $revision ): array => $revision->facts(), $revisions ) );
		} catch ( \Countersign\Exception $error ) {
			throw new Unavailable( $error->reason(), $error->getMessage(), $error ); // phpcs:ignore WordPress.Security.EscapeOutput.ExceptionNotEscaped -- For the error log.
		}
		$texts  = [];
		$values = [];
		foreach ( $revisions as $position => $revision ) {
			$values[] = static function ( AuditAppend $append ) use ( $records, $revision, $position, &$texts ): string {
				return $texts[ $position ] ??= $revision->seal( $records, $append );
			};
		}
		$late = null;
		try {
			if ( ! $this->log->append_with( $changes( ...$values ), $entry ) ) {
				return false;
			}
		} catch ( Unprotected $error ) {
			$late = $error;
		} catch ( Unavailable $error ) {
			// The witness already knows this version: another request has sealed it since the record was read.
			return 'record_rolled_back' === $error->reason ? false : throw $error;
		}
		$this->options->forget();
		try {
			null === $commit ? $records->committed( array_values( $texts ) ) : $commit( $records, array_values( $texts ) );
		} catch ( \Countersign\Exception $error ) {
			$late ??= Unprotected::because( $error );
		}
		/**
		 * Fires after new versions of records were stored, whether or not the witness learned of them.
		 */
		do_action( 'countersign_records_written' );
		return null === $late ? true : throw $late;
	}

	/**
	 * Returns the change that stores a sealed text in an option whose row exists, if the option holds another known text.
	 *
	 * @param string      $option One of the constants of {@see SealedOptions}.
	 * @param \Closure    $text   The value for the option.
	 * @param string|null $from   The text that the option holds, or null if it holds none.
	 */
	public static function option( string $option, \Closure $text, ?string $from ): Change {
		global $wpdb;
		return new Change( "UPDATE $wpdb->options SET option_value = ? WHERE option_name = ? AND option_value = ?", [ $text, $option, (string) $from ] );
	}
}

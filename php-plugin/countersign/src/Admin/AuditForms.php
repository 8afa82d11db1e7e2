<?php

declare(strict_types=1);

namespace Countersign\Plugin\Admin;

use Countersign\Plugin\Audit\EntryDraft;
use Countersign\Plugin\Audit\Export;
use Countersign\Plugin\Audit\Log;
use Countersign\Plugin\Audit\Verification;
use Countersign\Plugin\Records\SiteState;
use Countersign\Plugin\Records\Verification as RecordsVerification;
use Countersign\Plugin\Site\Capabilities;
use Countersign\Plugin\Site\Extension;

defined( 'ABSPATH' ) || exit;

/**
 * The actions of the Audit page: verifying the log and the records that it explains, exporting it, and confirming that it was
 * restored from a backup.
 */
final class AuditForms {

	/** Seconds that one request of a verification works. The page sends further requests until it is finished. */
	private const VERIFY_FOR = 15.0;

	public function __construct(
		private readonly Extension $extension,
		private readonly Log $log,
		private readonly SiteState $state,
		private readonly RecordsVerification $records,
	) {}

	/** Registers the actions. */
	public function register(): void {
		AdminPost::register( 'countersign_verify', Capabilities::AUDIT, $this->verify( ... ) );
		AdminPost::register( 'countersign_export', Capabilities::AUDIT, $this->export( ... ) );
		// This lets agents act again, as the answers about the whole site do.
		AdminPost::register( 'countersign_acknowledge', StateForms::CAPABILITY, $this->acknowledge( ... ) );
	}

	private function verify(): string {
		( new Verification( $this->extension->audit_log() ) )->run( self::VERIFY_FOR );
		if ( null === Verification::progress() ) {
			$this->records->run();
		}
		return Menu::url( Menu::AUDIT );
	}

	/** Sends the log as a file and ends the request. The export is recorded first, as the last entry of the file. */
	private function export(): never {
		$format = 'csv' === AdminPost::text( 'format' ) ? 'csv' : 'ndjson';
		$this->log->append( EntryDraft::admin( 'system', 'audit.exported', 'audit', [ 'format' => $format ] ) );
		set_time_limit( 0 );
		while ( ob_get_level() > 0 && ob_end_clean() ) {
			continue;
		}
		nocache_headers();
		header( 'Content-Type: ' . ( 'csv' === $format ? 'text/csv; charset=utf-8' : 'application/x-ndjson; charset=utf-8' ) );
		header( 'X-Content-Type-Options: nosniff' );
		header( sprintf( 'Content-Disposition: attachment; filename="audit-%s-%s.%s"', sanitize_file_name( (string) wp_parse_url( home_url(), PHP_URL_HOST ) ), gmdate( 'Ymd-His' ), $format ) );
		( new Export( $this->extension->audit_log() ) )->$format(
			static function ( string $piece ): void {
				echo $piece; // phpcs:ignore WordPress.Security.EscapeOutput -- A file for download, not a page.
				flush();
			}
		);
		exit;
	}

	private function acknowledge(): string {
		$this->log->acknowledge_rollback();
		// The restored database can know tokens that were ended since. If the site asks another question first, its answer does this.
		$reason = $this->state->current()->reason();
		if ( null === $reason || 'record_rolled_back' === $reason ) {
			$this->state->restored();
			Flash::add( 'success', __( 'The audit log has recorded this. Agents can use the site again. Agents get new access by themselves.', 'countersign' ) );
		} else {
			Flash::add( 'warning', __( 'The audit log has recorded this. Before agents can use the site again, answer the question on the Connections page.', 'countersign' ) );
		}
		return Menu::url( Menu::AUDIT );
	}
}

<?php

declare(strict_types=1);

namespace Countersign\Plugin\Health;

use Countersign\Plugin\Audit\Log;
use Countersign\Plugin\Audit\Unavailable;
use Countersign\Plugin\Records\SiteState;
use Countersign\Plugin\Site\Extension;
use Countersign\Plugin\Site\Failure;
use Countersign\Plugin\Site\Urls;

defined( 'ABSPATH' ) || exit;

/** Finds what prevents the site from serving agents although the PHP extension is loaded. */
final class Condition {

	public function __construct(
		private readonly Extension $extension,
		private readonly Log $log,
		private readonly SiteState $site,
	) {}

	/**
	 * Returns the problems that prevent the site from serving agents. Call it only if {@see Requirements::are_met()}.
	 *
	 * @return array<string, string> Reason code => description for an administrator. Empty if there is no problem.
	 */
	public function problems(): array {
		$problems = [];
		try {
			// First the store: a site gets its identity, which the keys need, when the store can be used.
			$this->extension->store();
			$this->extension->keyring();
			$this->extension->audit_log();
		} catch ( \Countersign\Exception $error ) {
			$problems[ $error->reason() ] = $error->getMessage();
		}
		if ( ! $problems ) {
			try {
				$this->log->check();
			} catch ( \Countersign\Exception $error ) {
				$problems[ $error->reason() ] = 'audit_rollback' === $error->reason()
					? __( 'The audit log is shorter than it was before. If the database was restored from a backup, confirm this on the Audit page. Otherwise entries were removed without authorization.', 'countersign' )
					: $error->getMessage();
			}
		}
		if ( ! $problems || [ 'audit_rollback' ] === array_keys( $problems ) ) {
			$problems += $this->question();
		}
		if ( ! Urls::is_site_secure() ) {
			$problems['https_required'] = __( 'This site is not served over HTTPS, so others on the network could read what agents send and receive. Set up HTTPS and change the site\'s address to https. (Sites on your own computer do not need HTTPS.)', 'countersign' );
		}
		return $problems;
	}

	/**
	 * Tells whether a problem is a question that the Connections page asks.
	 *
	 * @param string $reason Reason code.
	 */
	public static function is_question( string $reason ): bool {
		return '' !== self::sentence( $reason );
	}

	/** @return array<string, string> The question about the whole site that is open, as {@see problems()} returns it. */
	private function question(): array {
		try {
			$state = $this->site->current();
		} catch ( \Countersign\Exception | Failure | Unavailable $error ) {
			$reason = $error instanceof Failure ? 'store_unavailable' : ( $error instanceof Unavailable ? $error->reason : $error->reason() );
			return [ $reason => $error->getMessage() ];
		}
		$reason = $state->reason();
		return null === $reason ? [] : [ $reason => self::sentence( $reason ) ?: (string) $state->message() ];
	}

	private static function sentence( string $reason ): string {
		return match ( $reason ) {
			'record_missing'     => __( 'The record of this site is missing from the database. An administrator decides on the Connections page how to go on.', 'countersign' ),
			'record_forged'      => __( 'Something else changed the record of this site in the database. An administrator decides on the Connections page how to go on.', 'countersign' ),
			'keys_changed'       => __( 'The keys in wp-config.php were changed, so agents must be connected again. An administrator starts again on the Connections page.', 'countersign' ),
			'record_rolled_back' => __( 'The database is older than it was before. An administrator says on the Connections page whether a backup was restored.', 'countersign' ),
			'site_moved'         => __( 'The address of this site has changed. An administrator says on the Connections page whether the site moved or is a copy.', 'countersign' ),
			'witness_missing'    => __( 'This server does not have the file that shows whether the database is current. An administrator confirms on the Connections page that it is.', 'countersign' ),
			'witness_unusable'   => __( 'The file that shows whether the database is current cannot be used. The Connections page shows why.', 'countersign' ),
			default              => '',
		};
	}
}

<?php

declare(strict_types=1);

namespace Countersign\Plugin\Health;

use Countersign\Plugin\Audit\Log;
use Countersign\Plugin\Site\Extension;
use Countersign\Plugin\Site\Urls;

defined( 'ABSPATH' ) || exit;

/** Finds what prevents the site from serving agents although the PHP extension is loaded. */
final class Condition {

	public function __construct(
		private readonly Extension $extension,
		private readonly Log $log,
	) {}

	/**
	 * Returns the problems that prevent the site from serving agents. Call it only if {@see Requirements::are_met()}.
	 *
	 * @return array<string, string> Reason code => description for an administrator. Empty if there is no problem.
	 */
	public function problems(): array {
		$problems = [];
		try {
			$this->extension->keyring();
			$this->extension->store();
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
		if ( ! Urls::is_site_secure() ) {
			$problems['https_required'] = __( 'This site is not served over HTTPS, so others on the network could read what agents send and receive. Set up HTTPS and change the site\'s address to https. (Sites on your own computer do not need HTTPS.)', 'countersign' );
		}
		return $problems;
	}
}

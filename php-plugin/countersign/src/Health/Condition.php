<?php

declare(strict_types=1);

namespace Countersign\Plugin\Health;

use Countersign\Plugin\Services;
use Countersign\Plugin\Site\Urls;

/** What keeps agents from being served, though the extension is there. */
final class Condition {

	/**
	 * Reason code => one sentence; empty when all is well.
	 *
	 * @return array<string, string>
	 */
	public static function problems( Services $services ): array {
		$problems = [];
		try {
			$services->keyring();
			$services->store();
			$services->audit_log();
		} catch ( \Countersign\Exception $error ) {
			$problems[ $error->reason() ] = $error->getMessage();
		}
		if ( ! $problems ) {
			try {
				$services->log()->check();
			} catch ( \Countersign\Exception $error ) {
				$problems[ $error->reason() ] = 'audit_rollback' === $error->reason()
					? __( 'The audit log is shorter than it has been. If the database was restored from a backup, say so on the Audit page; otherwise somebody has removed entries.', 'countersign' )
					: $error->getMessage();
			}
		}
		if ( ! Urls::is_site_secure() ) {
			$problems['https_required'] = __( 'This site is not served over HTTPS, so agents are refused: what they send and get would travel readable for everybody. Set up HTTPS and change the site\'s address to https. (Sites on your own computer are exempt.)', 'countersign' );
		}
		return $problems;
	}
}

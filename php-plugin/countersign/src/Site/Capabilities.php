<?php

declare(strict_types=1);

namespace Countersign\Plugin\Site;

/** The plugin's own WordPress capabilities: separate, so that an auditor need not be an administrator. */
final class Capabilities {

	/** See, make, change and revoke connections; the kill switch; the settings. */
	public const MANAGE = 'countersign_manage_connections';

	/** Read and verify the audit log. */
	public const AUDIT = 'countersign_read_audit';

	/** @return list<string> */
	public static function all(): array {
		return [ self::MANAGE, self::AUDIT ];
	}

	/** Gives them to administrators. Other roles get them from whoever runs the site. */
	public static function grant(): void {
		$role = get_role( 'administrator' );
		foreach ( $role ? self::all() : [] as $capability ) {
			$role->add_cap( $capability );
		}
	}

	/** Takes them from every role, on uninstallation. */
	public static function remove(): void {
		foreach ( array_keys( wp_roles()->roles ) as $name ) {
			foreach ( self::all() as $capability ) {
				get_role( (string) $name )?->remove_cap( $capability );
			}
		}
	}
}

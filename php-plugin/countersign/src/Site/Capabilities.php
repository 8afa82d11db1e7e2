<?php

declare(strict_types=1);

namespace Countersign\Plugin\Site;

defined( 'ABSPATH' ) || exit;

/** The plugin's own WordPress capabilities. There are two, so that an auditor does not have to be an administrator. */
final class Capabilities {

	/** View, create, change and revoke connections, use the kill switch and change the settings. */
	public const MANAGE = 'countersign_manage_connections';

	/** Read, verify and export the audit log. */
	public const AUDIT = 'countersign_read_audit';

	/**
	 * Returns both capabilities.
	 *
	 * @return list<string>
	 */
	public static function all(): array {
		return [ self::MANAGE, self::AUDIT ];
	}

	/** Grants both capabilities to administrators. The site's owner can grant them to other roles. */
	public static function grant(): void {
		$role = get_role( 'administrator' );
		foreach ( self::all() as $capability ) {
			$role?->add_cap( $capability );
		}
	}

	/** Removes both capabilities from every role. Called when the plugin is deleted. */
	public static function remove(): void {
		foreach ( array_keys( wp_roles()->roles ) as $name ) {
			foreach ( self::all() as $capability ) {
				get_role( (string) $name )?->remove_cap( $capability );
			}
		}
	}
}

<?php

declare(strict_types=1);

namespace Countersign\Plugin\Site;

defined( 'ABSPATH' ) || exit;

/** The plugin's own WordPress capabilities. There are two, so that an auditor does not have to be an administrator. */
final class Capabilities {

	/** View, create, change and revoke connections, use the kill switch and change the settings. */
	public const MANAGE = 'countersign_manage_connections';

	/** The role of the accounts that were made for connections. It can read; what else such an account may is its own. */
	public const AGENT_ROLE = 'countersign_agent';

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

	/**
	 * Tells whether the current user may change a connection that acts as the given account: resume it, or change its name,
	 * permissions or limit. That needs the right to edit the account, as choosing it at the consent does. Otherwise somebody
	 * who may only manage connections could act through the account of an administrator. Pausing and revoking need only
	 * {@see MANAGE}, because they take rights away.
	 *
	 * @param int $account Id of the account whose rights bound the connection.
	 */
	public static function may_change( int $account ): bool {
		return current_user_can( self::MANAGE ) && current_user_can( 'edit_user', $account ); // phpcs:ignore WordPress.WP.Capabilities -- A capability that this plugin adds.
	}

	/** Adds the role of the accounts of agents, unless the site has it. */
	public static function add_agent_role(): void {
		if ( null === get_role( self::AGENT_ROLE ) ) {
			add_role( self::AGENT_ROLE, 'Agent', [ 'read' => true ] );
		}
	}

	/** Grants both capabilities to administrators, and adds the role of agents. The site's owner can grant them to other roles. */
	public static function grant(): void {
		self::add_agent_role();
		$role = get_role( 'administrator' );
		foreach ( self::all() as $capability ) {
			$role?->add_cap( $capability );
		}
	}

	/** Removes both capabilities from every role, and the role of agents. Called when the plugin is deleted. */
	public static function remove(): void {
		remove_role( self::AGENT_ROLE );
		foreach ( array_keys( wp_roles()->roles ) as $name ) {
			foreach ( self::all() as $capability ) {
				get_role( (string) $name )?->remove_cap( $capability );
			}
		}
	}
}

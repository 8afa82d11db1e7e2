<?php

declare(strict_types=1);

namespace Countersign\Plugin\Accounts;

use Countersign\Plugin\Connections\Connection;

defined( 'ABSPATH' ) || exit;

/** The accounts that a person can let an agent act as. The first is one of its own, which does not exist yet. */
final class ActingAccounts {

	/** The value of the form for an account of its own. */
	public const OWN = 'own';

	/** The largest number of accounts that a page offers. */
	private const MAX = 200;

	/**
	 * Returns the accounts that the agent may act as: one of its own, then the person's, then those of people who can write and whom
	 * this person may edit. So an agent acts under another person's name only if that account was chosen on the page.
	 *
	 * Everybody who may connect agents may give one an account of its own, also without the right to create users: it never gets
	 * more rights than the person has.
	 *
	 * @return array<int, string> User id, or {@see Connection::OWN_ACCOUNT} => name and role.
	 */
	public static function offered(): array {
		$users = [ Connection::OWN_ACCOUNT => __( 'An account of its own (recommended)', 'countersign' ) ];
		$found = get_users(
			[
				'capability' => 'edit_posts',
				'number'     => self::MAX,
				'orderby'    => 'display_name',
			]
		);
		foreach ( [ wp_get_current_user(), ...$found ] as $user ) {
			if ( ! AgentAccounts::is_one( $user->ID ) && ( get_current_user_id() === $user->ID || current_user_can( 'edit_user', $user->ID ) ) ) {
				$roles              = array_map( static fn( string $role ): string => translate_user_role( wp_roles()->role_names[ $role ] ?? $role ), $user->roles );
				/* translators: 1: name of a user, 2: role of the user. */
				$label              = get_current_user_id() === $user->ID ? __( 'Your account: %1$s (%2$s)', 'countersign' ) : '%1$s (%2$s)';
				$users[ $user->ID ] = sprintf( $label, $user->display_name, implode( ', ', $roles ) ?: $user->user_login );
			}
		}
		return $users;
	}
}

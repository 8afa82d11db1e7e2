<?php

declare(strict_types=1);

namespace Countersign\Plugin\Accounts;

defined( 'ABSPATH' ) || exit;

/** The accounts that a person can let an agent act as. */
final class ActingAccounts {

	/** The largest number of accounts that a page offers. */
	private const MAX = 200;

	/**
	 * Returns the accounts that the agent may act as: the person's own first, then those that can write and that this
	 * person may edit. So an agent acts under another person's name only if that account was chosen on the page.
	 *
	 * @return array<int, string> User id => name and role.
	 */
	public static function offered(): array {
		$users = [];
		$found = get_users(
			[
				'capability' => 'edit_posts',
				'number'     => self::MAX,
				'orderby'    => 'display_name',
			]
		);
		foreach ( [ wp_get_current_user(), ...$found ] as $user ) {
			if ( get_current_user_id() === $user->ID || current_user_can( 'edit_user', $user->ID ) ) {
				$roles              = array_map( static fn( string $role ): string => translate_user_role( wp_roles()->role_names[ $role ] ?? $role ), $user->roles );
				$users[ $user->ID ] = sprintf( '%1$s (%2$s)', $user->display_name, implode( ', ', $roles ) ?: $user->user_login );
			}
		}
		return $users;
	}
}

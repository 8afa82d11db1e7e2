<?php

declare(strict_types=1);

namespace Countersign\Plugin\Passwords;

use const Countersign\Plugin\FILE;

defined( 'ABSPATH' ) || exit;

/**
 * The application passwords of WordPress that were made for agents. They have an application id of their own, and WordPress
 * accepts them for nothing but the MCP endpoint: whoever holds one must not get past the limits of its connection. This also
 * holds if the PHP extension is missing. While the plugin is not active nobody refuses them elsewhere, so none is left then.
 */
final class AgentPasswords {

	/** The beginning of the application id; the id of the site follows. People can see it, so it proves nothing. */
	private const APP = 'c0d5e516-a9e0-4b1d-8e5c-';

	/** Seconds for which a password that belongs to no connection may be one that is being connected. */
	private const BEING_MADE = 5 * MINUTE_IN_SECONDS;

	/** Whether the MCP endpoint verifies a password now. */
	private static bool $is_endpoint = false;

	/** Whether it is looked at now whether a password can be made. */
	private static bool $is_looking = false;

	/** Registers the refusal of these passwords by everything but the MCP endpoint. */
	public static function restrict(): void {
		add_action( 'wp_authenticate_application_password_errors', self::refuse_elsewhere( ... ), PHP_INT_MAX, 3 );
	}

	/**
	 * Callback of the action `wp_authenticate_application_password_errors`, which WordPress fires after it has recognised a password,
	 * for every door that accepts one.
	 *
	 * @param array<string, mixed> $item The stored data of the password.
	 */
	private static function refuse_elsewhere( \WP_Error $error, \WP_User $user, array $item ): void {
		if ( ! self::$is_endpoint && str_starts_with( (string) ( $item['app_id'] ?? '' ), self::APP ) ) {
			$error->add(
				'countersign_password_elsewhere',
				__( 'This application password belongs to an AI agent. It works only at the address for agents, which Countersign shows on its page Connections.', 'countersign' ),
				[ 'status' => 401 ]
			);
			/**
			 * Fires after the application password of an agent was refused by something else than the MCP endpoint.
			 *
			 * @param string $uuid The id of the password.
			 */
			do_action( 'countersign_password_elsewhere', (string) ( $item['uuid'] ?? '' ) );
		}
	}

	/**
	 * Lets WordPress verify a password for the MCP endpoint.
	 *
	 * @param array{username: string, password: string} $sent What the request has sent.
	 *
	 * @return array{user: int, uuid: string}|null The account, and the id of the password, also of one that was not made for an
	 *                                             agent. Null if WordPress does not accept it.
	 */
	public static function verify( #[\SensitiveParameter] array $sent ): ?array {
		$found  = null;
		$accept = static function ( \WP_User $user, array $item ) use ( &$found ): void {
			$found = [
				'user' => $user->ID,
				'uuid' => (string) $item['uuid'],
			];
		};
		add_action( 'application_password_did_authenticate', $accept, 10, 2 );
		add_filter( 'application_password_is_api_request', '__return_true', PHP_INT_MAX );
		self::$is_endpoint = true;
		try {
			$user = wp_authenticate_application_password( null, $sent['username'], $sent['password'] );
		} finally {
			self::$is_endpoint = false;
			remove_action( 'application_password_did_authenticate', $accept );
			remove_filter( 'application_password_is_api_request', '__return_true', PHP_INT_MAX );
		}
		return $user instanceof \WP_User && $user->ID === ( $found['user'] ?? 0 ) ? $found : null;
	}

	/** Tells whether this class verifies a password now, or looks whether one can be made. */
	public static function is_at_work(): bool {
		return self::$is_endpoint || self::$is_looking;
	}

	/**
	 * Returns why no password can be made for an account, for people; null if one can.
	 *
	 * @param int|null $user Id of the account; null for one that does not exist yet.
	 */
	public static function obstacle( ?int $user ): ?string {
		self::$is_looking = true;
		try {
			return self::found_obstacle( $user );
		} finally {
			self::$is_looking = false;
		}
	}

	private static function found_obstacle( ?int $user ): ?string {
		$account = null === $user ? null : get_userdata( $user );
		return match ( true ) {
			false === $account => __( 'This account does not exist.', 'countersign' ),
			! wp_is_application_passwords_available() => __( 'Application passwords are not available on this site: it has no HTTPS, or a plugin has switched them off.', 'countersign' ),
			null !== $account && ! wp_is_application_passwords_available_for_user( $account ) => __( 'A plugin has switched off application passwords for this account.', 'countersign' ),
			// The accounts of a network are shared, and a site without the plugin would accept the password for everything.
			is_multisite() && ! self::is_network_active() => __( 'On a network, passwords for agents can be made only if Countersign is active for the whole network.', 'countersign' ),
			default => null,
		};
	}

	/**
	 * Makes a password.
	 *
	 * @param int    $user Id of the account.
	 * @param string $name Name of the password in the profile.
	 *
	 * @return array{user: int, password: string, uuid: string, created: int}|null The password without spaces; null if it could not be stored.
	 */
	public static function make( int $user, string $name ): ?array {
		$made = \WP_Application_Passwords::create_new_application_password(
			$user,
			[
				'name'   => $name,
				'app_id' => self::app(),
			]
		);
		return is_wp_error( $made ) ? null : [
			'user'     => $user,
			'password' => (string) $made[0],
			'uuid'     => (string) $made[1]['uuid'],
			'created'  => (int) $made[1]['created'],
		];
	}

	/** Deletes a password, if it exists and was made for an agent of this site. */
	public static function delete( int $user, string $uuid ): void {
		$item = \WP_Application_Passwords::get_user_application_password( $user, $uuid );
		if ( self::app() === ( $item['app_id'] ?? '' ) ) {
			\WP_Application_Passwords::delete_application_password( $user, $uuid );
		}
	}

	/**
	 * Deletes the passwords that were made for agents of this site.
	 *
	 * @param list<string> $except Ids of passwords that are kept. With this list, those that are being connected are kept too.
	 *                             Without one, all are deleted.
	 */
	public static function delete_all( ?array $except = null ): void {
		foreach ( self::holders() as $user ) {
			foreach ( \WP_Application_Passwords::get_user_application_passwords( $user ) as $item ) {
				$is_kept = null !== $except && ( in_array( $item['uuid'], $except, true ) || (int) $item['created'] > time() - self::BEING_MADE );
				if ( self::app() === ( $item['app_id'] ?? '' ) && ! $is_kept ) {
					self::delete( $user, (string) $item['uuid'] );
				}
			}
		}
	}

	/** Tells whether an account has this password. */
	public static function exists( int $user, string $uuid ): bool {
		return null !== \WP_Application_Passwords::get_user_application_password( $user, $uuid );
	}

	/** @return list<int> Ids of the accounts that have such passwords. Also accounts that are not members of this site. */
	private static function holders(): array {
		global $wpdb;
		$ids = $wpdb->get_col( // phpcs:ignore WordPress.DB.DirectDatabaseQuery -- No function of WordPress finds accounts of all sites by a part of their metadata.
			$wpdb->prepare( "SELECT user_id FROM $wpdb->usermeta WHERE meta_key = %s AND meta_value LIKE %s", \WP_Application_Passwords::USERMETA_KEY_APPLICATION_PASSWORDS, '%' . $wpdb->esc_like( self::app() ) . '%' )
		);
		return array_map( intval( ... ), $ids );
	}

	private static function app(): string {
		return self::APP . sprintf( '%012x', get_current_blog_id() );
	}

	private static function is_network_active(): bool {
		require_once ABSPATH . 'wp-admin/includes/plugin.php';
		return is_plugin_active_for_network( plugin_basename( FILE ) );
	}
}

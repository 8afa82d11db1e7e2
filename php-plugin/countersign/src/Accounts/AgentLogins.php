<?php

declare(strict_types=1);

namespace Countersign\Plugin\Accounts;

use Countersign\Plugin\Passwords\AgentPasswords;

defined( 'ABSPATH' ) || exit;

/**
 * Keeps everybody from logging in to the accounts that were made for connections: with a password, a session, a reset of the
 * password, or an application password. Only the application password of its connection is verified, at the MCP endpoint.
 * Works without the PHP extension.
 */
final class AgentLogins {

	/** Registers the filters of WordPress. */
	public static function refuse(): void {
		// Last, so that no other plugin logs the account in by a way of its own.
		add_filter( 'authenticate', self::authenticated( ... ), PHP_INT_MAX );
		add_filter( 'wp_authenticate_user', self::authenticated( ... ), PHP_INT_MAX );
		add_filter( 'check_password', static fn( mixed $is_right, string $password, string $hash, mixed $user ): bool => (bool) $is_right && ! AgentAccounts::is_one( (int) $user ), PHP_INT_MAX, 4 );
		add_filter( 'determine_current_user', static fn( mixed $user ): mixed => is_numeric( $user ) && AgentAccounts::is_one( (int) $user ) ? false : $user, PHP_INT_MAX );
		add_filter( 'get_user_metadata', self::without_sessions( ... ), PHP_INT_MAX, 3 );
		add_filter( 'send_auth_cookies', static fn( mixed $send, mixed $expire, mixed $expiration, mixed $user ): bool => (bool) $send && ! AgentAccounts::is_one( (int) $user ), PHP_INT_MAX, 4 );
		add_filter( 'allow_password_reset', static fn( mixed $allow, mixed $user ): mixed => AgentAccounts::is_one( (int) $user ) ? false : $allow, PHP_INT_MAX, 2 );
		add_filter( 'lostpassword_user_data', static fn( mixed $user ): mixed => $user instanceof \WP_User && AgentAccounts::is_one( $user->ID ) ? false : $user, PHP_INT_MAX );
		add_filter( 'wp_is_application_passwords_available_for_user', static fn( mixed $is_available, \WP_User $user ): bool => (bool) $is_available && ( AgentPasswords::is_at_work() || ! AgentAccounts::is_one( $user->ID ) ), PHP_INT_MAX, 2 );
		add_filter( 'wp_pre_insert_user_data', self::without_ways_to_log_in( ... ), PHP_INT_MAX, 3 );
	}

	/** Callback of the filters `authenticate` and `wp_authenticate_user`. */
	private static function authenticated( mixed $user ): mixed {
		return $user instanceof \WP_User && AgentAccounts::is_one( $user->ID )
			? new \WP_Error( 'countersign_agent_account', __( 'This account belongs to an AI agent. Nobody can log in to it.', 'countersign' ) )
			: $user;
	}

	/**
	 * Callback of the filter `get_user_metadata`. A session that other code has made is none, so that WordPress accepts no cookie.
	 *
	 * @param mixed  $value Null to let WordPress continue.
	 * @param int    $user  Id of the account.
	 * @param string $key   The meta key.
	 */
	private static function without_sessions( mixed $value, int $user, string $key ): mixed {
		return 'session_tokens' === $key && AgentAccounts::is_one( $user ) ? [ [] ] : $value;
	}

	/**
	 * Callback of the filter `wp_pre_insert_user_data`: an update stores neither a password nor an e-mail address.
	 *
	 * @param array<string, mixed> $data      Column => value.
	 * @param bool                 $is_update Whether the account exists.
	 * @param int|null             $user      Id of the account.
	 *
	 * @return array<string, mixed>
	 */
	private static function without_ways_to_log_in( array $data, bool $is_update, ?int $user ): array {
		return $is_update && AgentAccounts::is_one( (int) $user )
			? [
				'user_pass'           => AgentAccounts::no_password(),
				'user_email'          => '',
				'user_activation_key' => '',
			] + $data
			: $data;
	}
}

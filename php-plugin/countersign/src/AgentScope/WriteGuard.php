<?php

declare(strict_types=1);

namespace Countersign\Plugin\AgentScope;

use Countersign\Plugin\Connections\KillSwitch;
use Countersign\Plugin\Site\Denied;
use Countersign\Plugin\Site\Schema;
use Countersign\Plugin\Site\Settings;

defined( 'ABSPATH' ) || exit;

/**
 * Restricts what an agent's call can write, whichever tool does the work.
 *
 * It refuses writes to Countersign's own options and tables, and to the accounts and options that decide who may do what
 * on this site. Before the first write it checks that the connection may still act. It protects against tools that are
 * misled by an agent's arguments, not against malicious PHP code on the site, which could remove the hooks.
 */
final class WriteGuard {

	/** Options that no agent may write, besides all options of Countersign. */
	private const PROTECTED = [
		'active_plugins',
		'active_sitewide_plugins',
		'admin_email',
		'default_role',
		'home',
		'new_admin_email',
		'recovery_keys',
		'siteurl',
		'site_admins',
		'stylesheet',
		'template',
		'users_can_register',
	];

	/** Protected options of a network. */
	private const NETWORK = [ 'active_sitewide_plugins', 'admin_email', 'site_admins' ];

	/** Countersign's own options and transients. */
	private const OWN = '/^(?:_site)?(?:_transient_)?(?:timeout_)?countersign_/';

	private bool $has_written = false;

	public function __construct( private readonly LiveCheck $live_check ) {}

	/**
	 * Runs a function under these restrictions.
	 *
	 * @template T
	 *
	 * @param callable(): T $act
	 *
	 * @return T What the function returned.
	 *
	 * @throws Denied `capability_denied` for a forbidden write; if the connection may no longer act, `kill_switch`,
	 *                `connection_unknown`, `connection_revoked`, `token_revoked` or `connection_paused`.
	 */
	public function watch( callable $act ): mixed {
		$hooks = [
			'pre_update_option' => [ $this->before_update( ... ), 3 ],
			'add_option'        => [ $this->before_option( ... ), 1 ],
			'delete_option'     => [ $this->before_option( ... ), 1 ],
			'query'             => [ $this->before_query( ... ), 1 ],
		];
		// WordPress has no filter that covers all options of a network.
		foreach ( self::NETWORK as $option ) {
			$hooks[ "pre_update_site_option_$option" ] = [ $this->before_network_update( ... ), 3 ];
		}
		try {
			foreach ( $hooks as $hook => [ $callback, $arguments ] ) {
				add_filter( $hook, $callback, PHP_INT_MAX, $arguments );
			}
			return $act();
		} finally {
			foreach ( $hooks as $hook => [ $callback ] ) {
				remove_filter( $hook, $callback, PHP_INT_MAX );
			}
		}
	}

	/** Tells whether a user's meta key holds capabilities or a way to log in. */
	public static function is_protected_user_meta( string $key ): bool {
		return str_ends_with( $key, 'capabilities' ) || str_ends_with( $key, 'user_level' ) || in_array( $key, [ '_application_passwords', 'session_tokens' ], true );
	}

	/** Callback of the filter `pre_update_option`. Returns the value unchanged if the option may be written. */
	private function before_update( mixed $value, string $option, mixed $old ): mixed {
		if ( $value !== $old ) {
			$this->before_option( $option );
		}
		return $value;
	}

	/** Callback of the filter `pre_update_site_option_{option}`, registered for protected options only. */
	private function before_network_update( mixed $value, mixed $old, string $option ): mixed {
		return $this->before_update( $value, $option, $old );
	}

	/** Callback of the actions `add_option` and `delete_option`, which fire before anything is written. */
	private function before_option( string $option ): void {
		if ( self::is_protected( $option ) ) {
			throw new Denied( 'capability_denied', null, 'option:' . $option ); // phpcs:ignore WordPress.Security.EscapeOutput.ExceptionNotEscaped -- Sent as JSON.
		}
	}

	/** Callback of the filter `query`, which covers every SQL statement of WordPress and its plugins. */
	private function before_query( string $sql ): string {
		$statement = SqlStatement::of( $sql );
		if ( $statement->is_read() || $statement->is_harmless() ) {
			return $sql;
		}
		if ( ! $statement->is_clear() || $this->is_forbidden( $statement ) ) {
			throw new Denied( 'capability_denied' );
		}
		if ( ! $this->has_written ) {
			$this->live_check->ensure_live();
			$this->has_written = true;
		}
		return $sql;
	}

	private function is_forbidden( SqlStatement $statement ): bool {
		global $wpdb;
		if ( $statement->mentions( $wpdb->base_prefix . 'countersign_', true ) || $statement->mentions( $wpdb->prefix . 'countersign_', true ) || $statement->mentions( $wpdb->users ) ) {
			return true;
		}
		if ( $statement->mentions( $wpdb->usermeta ) && ! $this->is_user_meta_deletion( $statement ) ) {
			$keys = $statement->values_of( 'meta_key' );
			return null === $keys || array_filter( $keys, self::is_protected_user_meta( ... ) );
		}
		if ( $statement->mentions( $wpdb->options ) ) {
			$names = $statement->values_of( 'option_name' );
			return null === $names || array_filter( $names, self::may_be_protected( ... ) );
		}
		return false;
	}

	/**
	 * Tells whether a statement is one by which WordPress deletes user metadata by id, after its filter has allowed it.
	 * Deleting a capability grants none.
	 */
	private function is_user_meta_deletion( SqlStatement $statement ): bool {
		return [] === $statement->texts && $statement->is_deletion() && $statement->mentions( 'umeta_id' );
	}

	private static function is_protected( string $option ): bool {
		return preg_match( self::OWN, $option ) || in_array( $option, self::PROTECTED, true ) || str_ends_with( $option, 'user_roles' );
	}

	/** Tells whether an option name, or a pattern of LIKE, can match a protected option. */
	private static function may_be_protected( string $name ): bool {
		if ( self::is_protected( $name ) ) {
			return true;
		}
		if ( ! str_contains( $name, '%' ) && ! str_contains( $name, '_' ) ) {
			return false;
		}
		global $wpdb;
		$wildcards = [
			'%'      => '.*',
			'\\\\_' => '_',
			'_'      => '.',
		];
		$pattern   = '/^' . strtr( preg_quote( $name, '/' ), $wildcards ) . '$/Dis';
		foreach ( [ ...self::PROTECTED, $wpdb->prefix . 'user_roles', Schema::OPTION, KillSwitch::OPTION, Settings::OPTION, Settings::SITE_ID, Settings::AUDIT_HOST ] as $option ) {
			if ( preg_match( $pattern, $option ) ) {
				return true;
			}
		}
		return false;
	}
}

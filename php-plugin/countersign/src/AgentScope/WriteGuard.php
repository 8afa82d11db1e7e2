<?php

declare(strict_types=1);

namespace Countersign\Plugin\AgentScope;

use Countersign\Plugin\Connections\KillSwitch;
use Countersign\Plugin\Site\Denied;
use Countersign\Plugin\Site\Schema;
use Countersign\Plugin\Site\Settings;

/**
 * What holds while an agent's call runs, whatever tool or ability does the work: no write to Countersign's own options
 * or tables, none to the accounts and options that decide who may do what on this site, and no first write without a
 * checkpoint. Code that means harm and runs as PHP on this site is beyond it; a tool that goes astray is not.
 */
final class WriteGuard {

	/** Options no agent writes, besides all of Countersign's. */
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

	/** Those of them that a network has. */
	private const NETWORK = [ 'active_sitewide_plugins', 'admin_email', 'site_admins' ];

	private const OWN = '/^(?:_site)?(?:_transient_)?(?:timeout_)?countersign_/';

	private bool $has_written = false;

	public function __construct( private readonly LiveCheck $checkpoint ) {}

	/**
	 * Runs something under guard.
	 *
	 * @template T
	 *
	 * @param callable(): T $act
	 *
	 * @return T
	 *
	 * @throws Denied From within: `capability_denied` for a forbidden write, or what a checkpoint says.
	 */
	public function watch( callable $act ): mixed {
		$hooks = [
			'pre_update_option' => [ $this->before_update( ... ), 3 ],
			'add_option'        => [ $this->before_option( ... ), 1 ],
			'delete_option'     => [ $this->before_option( ... ), 1 ],
			'query'             => [ $this->before_query( ... ), 1 ],
		];
		// Options of a network have no filter for all of them.
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

	/** Whether a meta key of accounts holds rights or ways to log in. */
	public static function is_key_of_rights( string $key ): bool {
		return str_ends_with( $key, 'capabilities' ) || str_ends_with( $key, 'user_level' ) || in_array( $key, [ '_application_passwords', 'session_tokens' ], true );
	}

	/** Filter `pre_update_option`: the value goes through where the option may be written. */
	private function before_update( mixed $value, string $option, mixed $old ): mixed {
		if ( $value !== $old ) {
			$this->before_option( $option );
		}
		return $value;
	}

	/** Filter `pre_update_site_option_{option}`, for protected options only. */
	private function before_network_update( mixed $value, mixed $old, string $option ): mixed {
		return $this->before_update( $value, $option, $old );
	}

	/** Actions `add_option` and `delete_option`, which fire before anything is written. */
	private function before_option( string $option ): void {
		if ( self::is_protected( $option ) ) {
			throw new Denied( 'capability_denied', null, 'option:' . $option );
		}
	}

	/** Filter `query`: every SQL statement of WordPress and its plugins. */
	private function before_query( string $sql ): string {
		$statement = SqlStatement::of( $sql );
		if ( $statement->is_read() || $statement->is_harmless() ) {
			return $sql;
		}
		if ( ! $statement->is_clear() || $this->is_forbidden( $statement ) ) {
			throw new Denied( 'capability_denied' );
		}
		if ( ! $this->has_written ) {
			$this->checkpoint->pass();
			$this->has_written = true;
		}
		return $sql;
	}

	private function is_forbidden( SqlStatement $statement ): bool {
		global $wpdb;
		if ( $statement->mentions( $wpdb->base_prefix . 'countersign_', true ) || $statement->mentions( $wpdb->prefix . 'countersign_', true ) || $statement->mentions( $wpdb->users ) ) {
			return true;
		}
		if ( $statement->mentions( $wpdb->usermeta ) && ! $this->is_deletion_by_id( $statement ) ) {
			$keys = $statement->values_of( 'meta_key' );
			return null === $keys || array_filter( $keys, self::is_key_of_rights( ... ) );
		}
		if ( $statement->mentions( $wpdb->options ) ) {
			$names = $statement->values_of( 'option_name' );
			return null === $names || array_filter( $names, self::may_be_protected( ... ) );
		}
		return false;
	}

	/** How WordPress deletes metadata, after its filter was asked. Taking rights away gives nobody any. */
	private function is_deletion_by_id( SqlStatement $statement ): bool {
		return [] === $statement->texts && $statement->is_deletion() && $statement->mentions( 'umeta_id' );
	}

	private static function is_protected( string $option ): bool {
		return preg_match( self::OWN, $option ) || in_array( $option, self::PROTECTED, true ) || str_ends_with( $option, 'user_roles' );
	}

	/** Whether a name, or a pattern of LIKE, may stand for a protected option. */
	private static function may_be_protected( string $name ): bool {
		if ( self::is_protected( $name ) ) {
			return true;
		}
		if ( ! str_contains( $name, '%' ) && ! str_contains( $name, '_' ) ) {
			return false;
		}
		global $wpdb;
		$pattern = '/^' . strtr( preg_quote( $name, '/' ), [ '%' => '.*', '\\\\_' => '_', '_' => '.' ] ) . '$/Dis'; // phpcs:ignore
		foreach ( [ ...self::PROTECTED, $wpdb->prefix . 'user_roles', Schema::OPTION, KillSwitch::OPTION, Settings::OPTION, Settings::SITE_ID, Settings::AUDIT_HOST ] as $option ) {
			if ( preg_match( $pattern, $option ) ) {
				return true;
			}
		}
		return false;
	}
}

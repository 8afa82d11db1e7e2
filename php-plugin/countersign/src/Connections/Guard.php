<?php

declare(strict_types=1);

namespace Countersign\Plugin\Connections;

use Countersign\Plugin\Denied;

/**
 * What holds while an agent's call runs, whatever tool or ability does the work: no write to Countersign's own options
 * or tables, none to the accounts and options that decide who may do what on this site, and no first write without a checkpoint.
 */
final class Guard {

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

	private const OWN_TABLES = '/countersign_(?:connections|oauth_clients|grants|audit_)/i';

	private const OWN = '/^(?:_site)?(?:_transient_)?(?:timeout_)?countersign_/';

	private bool $has_written = false;

	private bool $is_asking = false;

	public function __construct( private readonly Checkpoint $checkpoint ) {}

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
		if ( preg_match( self::OWN, $option ) || in_array( $option, self::PROTECTED, true ) || str_ends_with( $option, 'user_roles' ) ) {
			throw new Denied( 'capability_denied', null, 'option:' . $option );
		}
	}

	/** Filter `query`: every SQL statement of WordPress and its plugins. */
	private function before_query( string $sql ): string {
		if ( $this->is_asking || preg_match( '/^[\s(]*(?:SELECT|SHOW|DESCRIBE|DESC|EXPLAIN|SET|PRAGMA)\b/i', $sql ) ) {
			return $sql;
		}
		$bare = self::without_values( $sql );
		if ( null === $bare || preg_match( self::OWN_TABLES, $bare ) || preg_match( self::accounts(), $bare ) ) {
			throw new Denied( 'capability_denied' );
		}
		if ( ! $this->has_written ) {
			$this->is_asking = true;
			try {
				$this->checkpoint->pass();
			} finally {
				$this->is_asking = false;
			}
			$this->has_written = true;
		}
		return $sql;
	}

	/** A statement without quoted text and comments: a post may be about Countersign's tables. Null when it cannot be told. */
	private static function without_values( string $sql ): ?string {
		return preg_replace( "~'(?:[^'\\\\]|\\\\.|'')*+'|\"(?:[^\"\\\\]|\\\\.|\"\")*+\"|/\\*.*?\\*/~s", ' ', $sql );
	}

	/** Writing the table of accounts: names, addresses, passwords. */
	private static function accounts(): string {
		global $wpdb;
		return '~\b(?:INTO|UPDATE|FROM|TABLE)\s+(?:IGNORE\s+)?[`"]?' . preg_quote( $wpdb->users, '~' ) . '\b~i';
	}
}

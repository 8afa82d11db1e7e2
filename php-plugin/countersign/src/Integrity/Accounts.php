<?php

declare(strict_types=1);

namespace Countersign\Plugin\Integrity;

use Countersign\Plugin\Accounts\AgentRights;
use Countersign\Plugin\Site\Capabilities;
use Countersign\Plugin\Site\Failure;
use Countersign\Plugin\Site\Schema;

defined( 'ABSPATH' ) || exit;

/**
 * The accounts that can administer the site, with digests of what somebody would change to take one over, and the accounts
 * that connections act as or were approved by.
 */
final class Accounts {

	/** Capabilities that make an account one that is watched. */
	private const POWERS = [ 'manage_options', 'promote_users', 'edit_users', 'install_plugins', 'edit_plugins', 'edit_themes', 'unfiltered_upload' ];

	/** Beginning of the names of accounts of connections. */
	private const OF_CONNECTION = 'account/';

	/** Largest number of accounts. */
	private const MAX = 1000;

	/**
	 * Returns a short digest of each fact, as they are in the database and not in a cache.
	 *
	 * @return array<string, string> Those of {@see of_connections()}; `administrator/ID`, `administrator/ID/email` and
	 *                               `administrator/ID/password`; `roles` for the definition of the roles => 16 hexadecimal digits.
	 *
	 * @throws Failure If the database cannot be read.
	 */
	public static function digests(): array {
		global $wpdb;
		$roles   = (string) $wpdb->get_var( $wpdb->prepare( 'SELECT option_value FROM %i WHERE option_name = %s', $wpdb->options, $wpdb->get_blog_prefix() . 'user_roles' ) ); // phpcs:ignore WordPress.DB.DirectDatabaseQuery -- The stored value, past any cache.
		Failure::if_refused( 'The roles could not be read.' );
		$digests = [ 'roles' => self::short( $roles ) ];
		$likes   = array_map( static fn( string $name ): string => '%"' . $wpdb->esc_like( $name ) . '"%', self::names( $roles ) );
		$where   = implode( ' OR ', array_fill( 0, count( $likes ), 'm.meta_value LIKE %s' ) );
		$rows    = $wpdb->get_results( // phpcs:ignore WordPress.DB.DirectDatabaseQuery -- The stored accounts, past any cache.
			$wpdb->prepare(
				"SELECT DISTINCT u.ID, u.user_login, u.user_email, u.user_pass FROM %i u JOIN %i m ON m.user_id = u.ID WHERE m.meta_key = %s AND ($where) ORDER BY u.ID LIMIT %d", // phpcs:ignore WordPress.DB.PreparedSQL, WordPress.DB.PreparedSQLPlaceholders -- Placeholders for the list.
				[ $wpdb->users, $wpdb->usermeta, $wpdb->get_blog_prefix() . 'capabilities', ...$likes, self::MAX ]
			),
			ARRAY_A
		);
		// Without this, accounts that cannot be read would look like accounts that were removed.
		Failure::if_refused( 'The accounts could not be read.' );
		$rows = [ ...( $rows ?: [] ), ...self::super_admins() ];
		foreach ( $rows as $row ) {
			$name                        = 'administrator/' . (int) $row['ID'];
			$digests[ $name ]            = self::short( (string) $row['user_login'] );
			$digests[ "$name/email" ]    = self::short( (string) $row['user_email'] );
			$digests[ "$name/password" ] = self::short( (string) $row['user_pass'] );
		}
		return $digests + self::of_connections();
	}

	/**
	 * Returns who the accounts of connections are, and their rights.
	 *
	 * @return array<string, string> `account/ID` and `account/ID/rights` => 16 hexadecimal digits.
	 */
	private static function of_connections(): array {
		global $wpdb;
		$rows    = $wpdb->get_results( // phpcs:ignore WordPress.DB.DirectDatabaseQuery -- The stored accounts, past any cache.
			$wpdb->prepare(
				"SELECT DISTINCT u.ID, u.user_login, u.user_registered, m.meta_value FROM %i c JOIN %i u ON u.ID = c.user_id OR u.ID = c.created_by LEFT JOIN %i m ON m.user_id = u.ID AND m.meta_key = %s WHERE c.state <> 'revoked' ORDER BY u.ID LIMIT %d",
				Schema::table( 'connections' ),
				$wpdb->users,
				$wpdb->usermeta,
				$wpdb->get_blog_prefix() . 'capabilities',
				self::MAX
			),
			ARRAY_A
		);
		Failure::if_refused( 'The accounts of connections could not be read.' );
		$digests = [];
		foreach ( $rows ?: [] as $row ) {
			$name                      = self::OF_CONNECTION . (int) $row['ID'];
			$digests[ $name ]          = self::short( $row['user_login'] . "\0" . $row['user_registered'] );
			$digests[ "$name/rights" ] = self::short( self::rights( (string) $row['meta_value'] ) );
		}
		return $digests;
	}

	/**
	 * Returns what of the stored rights of an account does not change by itself. The plugin changes the capabilities of the accounts that it
	 * has made for connections, and a call has no more than its connection anyway.
	 */
	private static function rights( string $stored ): string {
		$rights = str_contains( $stored, Capabilities::AGENT_ROLE ) ? maybe_unserialize( $stored ) : null;
		return is_array( $rights ) && ! empty( $rights[ Capabilities::AGENT_ROLE ] ) ? implode( ',', AgentRights::powers( $rights ) ) : $stored;
	}

	/** Returns the id of the account of a connection that a name is about; null for any other name. */
	public static function of_connection( string $name ): ?int {
		return str_starts_with( $name, self::OF_CONNECTION ) ? (int) substr( $name, strlen( self::OF_CONNECTION ) ) : null;
	}

	/** @return list<array<string, mixed>> */
	private static function super_admins(): array {
		$rows = [];
		foreach ( is_multisite() ? array_slice( get_super_admins(), 0, self::MAX ) : [] as $login ) {
			$user = get_user_by( 'login', (string) $login );
			if ( $user ) {
				$rows[] = (array) $user->data;
			}
		}
		return $rows;
	}

	/** @return list<string> The roles that have one of the powers, and the powers themselves. */
	private static function names( string $roles ): array {
		$names   = self::POWERS;
		$defined = maybe_unserialize( $roles );
		foreach ( is_array( $defined ) ? $defined : [] as $role => $definition ) {
			if ( array_intersect_key( array_fill_keys( self::POWERS, true ), array_filter( (array) ( $definition['capabilities'] ?? [] ) ) ) ) {
				$names[] = (string) $role;
			}
		}
		return $names;
	}

	private static function short( string $value ): string {
		return substr( hash( 'sha256', $value ), 0, 16 );
	}
}

<?php

declare(strict_types=1);

namespace Countersign\Plugin\Accounts;

use Countersign\Plugin\Connections\AccountMaker;
use Countersign\Plugin\Connections\Connection;
use Countersign\Plugin\Connections\Repository;
use Countersign\Plugin\Site\Capabilities;
use Countersign\Plugin\Site\ErrorLog;
use Countersign\Plugin\Site\Failure;
use Countersign\Plugin\Site\Names;

defined( 'ABSPATH' ) || exit;

/**
 * The WordPress accounts that were made for connections: one for each, with the name of the connection, the role
 * {@see Capabilities::AGENT_ROLE} and the capabilities of {@see AgentRights}. Nobody can log in to such an account:
 * {@see AgentLogins}.
 *
 * The sealed record of the connection says which account is its own. The metadata of the account only finds the record.
 */
final class AgentAccounts implements AccountMaker {

	/** Metadata of an account: the id of its connection. */
	public const META = 'countersign_connection';

	/** The beginning of the login names. */
	private const LOGIN = 'agent-';

	/** The largest number of accounts that are looked at once a day. */
	private const MAX = 1000;

	/** Whether this plugin changes the rights of such an account now. */
	private static bool $is_adjusting = false;

	public function __construct( private readonly Repository $connections ) {}

	/**
	 * Tells whether an account was made for a connection, also for one that has ended or whose record cannot be opened. Nothing is
	 * granted for it: it only decides that nobody may log in.
	 */
	public static function is_one( int $user ): bool {
		return null !== self::index( $user );
	}

	/** Tells whether this plugin changes the rights of such an account now, so that this is not taken for lost rights. */
	public static function is_adjusting(): bool {
		return self::$is_adjusting;
	}

	/**
	 * Returns the connection that an account was made for, as its sealed record says.
	 *
	 * @param int $user Id of the account.
	 *
	 * @return Connection|null The connection, also if it is paused or has ended. If its record cannot be opened, it has the state
	 *                         {@see Connection::UNUSABLE} and grants nothing. Null if the account is that of a person, or if no record
	 *                         names it; {@see is_one()} tells these apart.
	 *
	 * @throws \Countersign\Exception If the extension's keys or store cannot be used.
	 * @throws Failure                If the database cannot be read.
	 */
	public function connection_of( int $user ): ?Connection {
		$id         = self::index( $user );
		$connection = null === $id ? null : $this->connections->find( $id );
		return null !== $connection && ( null !== $connection->fault || self::belongs( $user, $connection ) ) ? $connection : null;
	}

	/**
	 * Returns the connection that an account was made for, for a page. Works also if the extension is missing.
	 *
	 * @throws Failure If the database cannot be read.
	 */
	public function shown( int $user ): ?Connection {
		$id         = self::index( $user );
		$connection = null === $id ? null : $this->connections->shown( $id );
		return null !== $connection && ( null !== $connection->fault || self::belongs( $user, $connection ) ) ? $connection : null;
	}

	private static function belongs( int $user, Connection $connection ): bool {
		return $connection->own_account && $user === $connection->user;
	}

	/** Returns the id of the connection that an account is said to be for, or null. */
	private static function index( int $user ): ?int {
		$id = 0 < $user ? get_user_meta( $user, self::META, true ) : '';
		return is_numeric( $id ) ? (int) $id : null;
	}

	/** {@inheritDoc} */
	public function make( string $name, int $connection ): int {
		Capabilities::add_agent_role();
		$login = self::LOGIN . bin2hex( random_bytes( 6 ) );
		// No password has this hash.
		$lock = static fn( array $data ): array => [ 'user_pass' => self::no_password() ] + $data;
		add_filter( 'wp_pre_insert_user_data', $lock, PHP_INT_MAX );
		try {
			$id = wp_insert_user(
				[
					'user_login'           => $login,
					'user_nicename'        => $login,
					'user_pass'            => wp_generate_password( 64 ),
					'user_email'           => '',
					'display_name'         => self::name( $name ),
					'nickname'             => self::name( $name ),
					'role'                 => Capabilities::AGENT_ROLE,
					'show_admin_bar_front' => 'false',
					// Before other plugins learn of the account.
					'meta_input'           => [ self::META => (string) $connection ],
				]
			);
		} finally {
			remove_filter( 'wp_pre_insert_user_data', $lock, PHP_INT_MAX );
		}
		return is_int( $id ) ? $id : throw new Failure( 'WordPress did not make an account for the agent.' );
	}

	/** {@inheritDoc} */
	public function discard( int $user ): void {
		try {
			if ( self::is_one( $user ) && 0 === AgentContent::count( $user ) && null === $this->connections->owner_of_account( $user ) ) {
				self::delete( $user );
			}
		} catch ( \Throwable $error ) {
			ErrorLog::failure( 'the unused account of an agent could not be deleted', $error );
		}
	}

	/**
	 * Deletes an account that was made for a connection. Its content must belong to somebody else before, because WordPress would
	 * delete it.
	 */
	public static function delete( int $user ): bool {
		require_once ABSPATH . 'wp-admin/includes/user.php';
		$is_done = wp_delete_user( $user );
		// On a network, the account is only removed from this site, and it is a member of no other one.
		if ( is_multisite() && [] === get_blogs_of_user( $user, true ) ) {
			require_once ABSPATH . 'wp-admin/includes/ms.php';
			$is_done = wpmu_delete_user( $user );
		}
		return $is_done;
	}

	/** Tells whether an account is said to be that of a connection and not of another one that replaced it. */
	public static function is_said_to_be_of( int $user, Connection $connection ): bool {
		return self::index( $user ) === $connection->id;
	}

	/**
	 * Gives the account of a connection the name of the connection and exactly the rights that it has now. If the connection has ended and
	 * another one has taken its account over, the account follows that one.
	 */
	public function adjust( int $id ): void {
		try {
			$connection = $this->connections->find( $id );
			if ( true === $connection?->own_account && get_userdata( $connection->user ) ) {
				$connection = $connection->is_revoked() ? $this->connections->owner_of_account( $connection->user ) ?? $connection : $connection;
				self::set_index( $connection );
				self::set_name( $connection );
				self::set_rights( $connection->user, AgentRights::of( $connection ) );
			}
		} catch ( \Throwable $error ) {
			// A call has no more rights than its connection, whatever its account has.
			ErrorLog::failure( 'the account of a connection could not be adjusted', $error );
		}
	}

	/**
	 * Adjusts the accounts of all connections, as far as they have no more rights than the plugin gave them: what a person has added
	 * is shown in Site Health. Takes the rights of accounts whose connections have ended or are those of another site. Called once a day.
	 */
	public function check_all(): void {
		foreach ( self::all( self::MAX ) as $user ) {
			try {
				$connection = $this->connection_of( $user );
				$connection = null === $connection || $connection->is_revoked() ? $this->connections->owner_of_account( $user ) : $connection;
				if ( null === $connection ) {
					self::set_rights( $user, [] );
				} elseif ( null === $connection->fault && [] === self::surplus( $user ) ) {
					$this->adjust( $connection->id );
				}
			} catch ( \Throwable $error ) {
				ErrorLog::failure( 'the account of a connection could not be checked', $error );
			}
		}
	}

	/**
	 * Returns what a person has given the account of a connection and no agent can use.
	 *
	 * @return list<string> As {@see AgentRights::powers()} returns it.
	 */
	public static function surplus( int $user ): array {
		return AgentRights::powers( self::stored_rights( $user ) );
	}

	/**
	 * Returns the accounts of this site that were made for connections.
	 *
	 * @return list<int>
	 */
	public static function all( int $limit ): array {
		$ids = get_users(
			[
				'meta_key'     => self::META, // phpcs:ignore WordPress.DB.SlowDBQuery -- Once a day and in Site Health.
				'meta_compare' => 'EXISTS',
				'number'       => $limit,
				'orderby'      => 'ID',
				'fields'       => 'ID',
				'count_total'  => false,
			]
		);
		return array_values( array_map( intval( ... ), $ids ) );
	}

	/** The index is what somebody who writes the database has changed, if it differs. */
	private static function set_index( Connection $connection ): void {
		if ( self::index( $connection->user ) !== $connection->id ) {
			update_user_meta( $connection->user, self::META, (string) $connection->id );
		}
	}

	private static function set_name( Connection $connection ): void {
		$name = self::name( $connection->name );
		if ( get_userdata( $connection->user )?->display_name !== $name ) {
			wp_update_user(
				[
					'ID'           => $connection->user,
					'display_name' => $name,
					'nickname'     => $name,
				]
			);
		}
	}

	/** @param list<string> $capabilities */
	private static function set_rights( int $user, array $capabilities ): void {
		global $wpdb;
		$rights = array_fill_keys( [ Capabilities::AGENT_ROLE, ...$capabilities ], true );
		if ( self::stored_rights( $user ) == $rights ) { // phpcs:ignore Universal.Operators.StrictComparisons -- In any order.
			return;
		}
		self::$is_adjusting = true;
		try {
			update_user_meta( $user, $wpdb->get_blog_prefix() . 'capabilities', $rights );
		} finally {
			self::$is_adjusting = false;
		}
		clean_user_cache( $user );
	}

	/** @return array<array-key, mixed> Names of roles and capabilities => whether the account has it. */
	private static function stored_rights( int $user ): array {
		global $wpdb;
		$stored = get_user_meta( $user, $wpdb->get_blog_prefix() . 'capabilities', true );
		return is_array( $stored ) ? $stored : [];
	}

	/** Returns the name that visitors see. WordPress has no name without letters. */
	private static function name( string $name ): string {
		$name = Names::clean( $name );
		return '' === $name ? __( 'Agent', 'countersign' ) : $name;
	}

	/** Returns a text for the column of the password's hash that no function of WordPress takes for a hash. */
	public static function no_password(): string {
		return '!' . bin2hex( random_bytes( 24 ) );
	}
}

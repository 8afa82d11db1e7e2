<?php

declare(strict_types=1);

namespace Countersign\Plugin\Accounts;

use Countersign\Plugin\Audit\EntryDraft;
use Countersign\Plugin\Audit\Unavailable;
use Countersign\Plugin\Audit\Unprotected;
use Countersign\Plugin\Connections\Connection;
use Countersign\Plugin\Connections\Manager;
use Countersign\Plugin\Connections\Repository;
use Countersign\Plugin\Site\Capabilities;
use Countersign\Plugin\Site\ErrorLog;
use Countersign\Plugin\Site\Failure;
use Countersign\Plugin\Site\Json;
use Countersign\Plugin\Site\Schema;

defined( 'ABSPATH' ) || exit;

/**
 * Pauses a connection whose accounts are not what they were when it was approved: the account that it acts as, and the
 * account of the person who approved it. A person then looks at it and resumes or revokes it.
 *
 * It is paused when WordPress deletes one of them or removes it from the site, takes a capability away from it, or resets
 * its password because it was forgotten, which is how a stolen account is taken back. A password that a person changes in
 * the profile, and a role whose definition changes, do not pause it. Changes past WordPress's functions are found when the
 * connection is used, as far as an account is missing, and once a day.
 */
final class Standing {

	/** The reason code of the pause. */
	public const REASON = 'account_changed';

	private const UNPAUSED = 'a connection of a changed account could not be paused';

	/** The largest number of connections that one event pauses, or that are checked once a day. */
	private const MAX = 1000;

	public function __construct(
		private readonly Repository $connections,
		private readonly Manager $manager,
	) {}

	/**
	 * Pauses an active connection if one of its accounts is missing. Called before a connection is used.
	 *
	 * @return Connection|null The connection as it is now, or null if it does not exist any more.
	 *
	 * @throws Unavailable If it must be paused and could not be.
	 */
	public function enforce( Connection $connection ): ?Connection {
		$fault = Connection::ACTIVE === $connection->state ? self::missing( $connection ) : null;
		if ( null === $fault ) {
			return $connection;
		}
		try {
			$this->pause( $connection, ...$fault );
			return $this->connections->find( $connection->id );
		} catch ( Unavailable $error ) {
			throw $error;
		} catch ( \Throwable $error ) {
			throw new Unavailable( 'audit_unavailable', 'a connection without its account could not be paused', $error );
		}
	}

	/**
	 * Returns why a paused connection cannot be resumed, for people: it would be paused again. Null if it can.
	 */
	public static function obstacle( Connection $connection ): ?string {
		[ $account ] = self::missing( $connection ) ?? self::powerless( $connection ) ?? [ null ];
		return match ( $account ) {
			null     => null,
			'acting' => __( 'The connection was not resumed, because the account that it acts as does not exist on this site any more. Revoke it, and connect the agent again.', 'countersign' ),
			default  => __( 'The connection was not resumed, because the person who approved it could not approve it any more. Revoke it, and connect the agent again.', 'countersign' ),
		};
	}

	/** Tells whether both accounts of a connection exist on the site. */
	public static function is_complete( Connection $connection ): bool {
		return null === self::missing( $connection );
	}

	/**
	 * Pauses every active connection that acts as an account or was approved by it.
	 *
	 * @param int    $user Id of the account.
	 * @param string $why  `deleted`, `demoted`, `password_reset` or `replaced`.
	 */
	public function changed( int $user, string $why ): void {
		global $wpdb;
		try {
			$ids = $wpdb->get_col( $wpdb->prepare( "SELECT id FROM %i WHERE (user_id = %d OR created_by = %d) AND state = 'active' LIMIT %d", Schema::table( 'connections' ), $user, $user, self::MAX ) ); // phpcs:ignore WordPress.DB.DirectDatabaseQuery -- A table of this plugin, past any cache.
			Failure::if_refused( 'The connections of an account could not be read.' );
		} catch ( \Throwable $error ) {
			ErrorLog::failure( self::UNPAUSED, $error );
			return;
		}
		foreach ( $ids as $id ) {
			$this->try_to_pause(
				function () use ( $id, $user, $why ): void {
					$connection = $this->connections->find( (int) $id );
					if ( null !== $connection ) {
						$this->pause( $connection, $connection->user === $user ? 'acting' : 'granting', $user, $why );
					}
				}
			);
		}
	}

	/** Pauses the active connections of which an account is missing or may no longer grant them. Called once a day. */
	public function check_all(): void {
		foreach ( $this->connections->page( Connection::ACTIVE, '', self::MAX, 0 ) as $connection ) {
			$fault = self::missing( $connection ) ?? self::powerless( $connection );
			if ( null !== $fault && Connection::ACTIVE === $connection->state ) {
				$this->try_to_pause( fn() => $this->pause( $connection, ...$fault ) );
			}
		}
	}

	/** Returns what happened to which account of a connection that was paused for this reason, for people. */
	public static function explain( Connection $connection ): string {
		global $wpdb;
		$body   = $wpdb->get_var( $wpdb->prepare( "SELECT body FROM %i WHERE action = 'connection.paused' AND target = %s ORDER BY seq DESC LIMIT 1", Schema::table( 'audit_entry' ), $connection->target() ) ); // phpcs:ignore WordPress.DB.DirectDatabaseQuery -- A table of this plugin, past any cache.
		$change = (array) ( Json::decode( (string) $body )['change'] ?? [] );
		$which  = 'granting' === ( $change['account'] ?? '' )
			? __( 'The account of the person who approved it', 'countersign' )
			: __( 'The account that it acts as', 'countersign' );
		/* translators: %s: "The account that it acts as" or "The account of the person who approved it". */
		return match ( $change['why'] ?? '' ) {
			/* translators: %s: "The account that it acts as" or "The account of the person who approved it". */
			'deleted'        => sprintf( __( '%s was deleted or removed from the site.', 'countersign' ), $which ),
			/* translators: %s: "The account that it acts as" or "The account of the person who approved it". */
			'demoted'        => sprintf( __( '%s lost rights.', 'countersign' ), $which ),
			/* translators: %s: "The account that it acts as" or "The account of the person who approved it". */
			'password_reset' => sprintf( __( '%s had its password reset.', 'countersign' ), $which ),
			/* translators: %s: "The account that it acts as" or "The account of the person who approved it". */
			'replaced'       => sprintf( __( '%s was changed in the database.', 'countersign' ), $which ),
			default          => __( 'One of its accounts has changed.', 'countersign' ),
		};
	}

	/**
	 * Returns the account that does not exist on the site any more, as {@see pause()} takes it, or null.
	 *
	 * @return array{string, int, string}|null
	 */
	private static function missing( Connection $connection ): ?array {
		foreach ( [
			'acting'   => $connection->user,
			'granting' => $connection->created_by,
		] as $role => $user ) {
			if ( false === \WP_User::get_data_by( 'id', $user ) || ( is_multisite() && ! is_user_member_of_blog( $user ) && ! is_super_admin( $user ) ) ) {
				return [ $role, $user, 'deleted' ];
			}
		}
		return null;
	}

	/**
	 * Returns the account that approved the connection if it could not approve it today, or null.
	 *
	 * @return array{string, int, string}|null
	 */
	private static function powerless( Connection $connection ): ?array {
		$may_grant = user_can( $connection->created_by, Capabilities::MANAGE ) && user_can( $connection->created_by, 'edit_user', $connection->principal() ); // phpcs:ignore WordPress.WP.Capabilities -- A capability that this plugin adds.
		return $may_grant ? null : [ 'granting', $connection->created_by, 'demoted' ];
	}

	/** One connection that cannot be paused must keep neither WordPress from changing the account nor the others from being paused. */
	private function try_to_pause( \Closure $pause ): void {
		try {
			$pause();
		} catch ( Unprotected $error ) {
			ErrorLog::failure( 'a connection of a changed account is paused, but a restored database could undo this unnoticed', $error );
		} catch ( \Throwable $error ) {
			ErrorLog::failure( self::UNPAUSED, $error );
		}
	}

	private function pause( Connection $connection, string $account, int $user, string $why ): void {
		$this->manager->pause(
			$connection,
			self::REASON,
			EntryDraft::admin(
				'connection',
				'connection.paused',
				$connection->target(),
				[
					'because' => self::REASON,
					'account' => $account,
					'user'    => $user,
					'why'     => $why,
				]
			)
		);
	}
}

<?php

declare(strict_types=1);

namespace Countersign\Plugin\Passwords;

use Countersign\McpServer;
use Countersign\Plugin\Audit\ChangeFailed;
use Countersign\Plugin\Audit\EntryDraft;
use Countersign\Plugin\Audit\Log;
use Countersign\Plugin\Audit\Unavailable;
use Countersign\Plugin\Audit\Unprotected;
use Countersign\Plugin\Connections\Connection;
use Countersign\Plugin\Connections\Creation;
use Countersign\Plugin\Connections\Manager;
use Countersign\Plugin\Connections\Repository;
use Countersign\Plugin\Site\ErrorLog;
use Countersign\Plugin\Site\Failure;
use Countersign\Plugin\Site\Json;
use Countersign\Records;

defined( 'ABSPATH' ) || exit;

/**
 * Connections of agents without OAuth, each bound to one application password: made together and ended together. The sealed record
 * of the connection decides which password it is for; the columns only find it.
 */
final class PasswordConnections {

	/** The reason code of a connection that has ended because its password is gone. */
	public const DELETED = 'app_password_deleted';

	private const ELSEWHERE = 'app_password_elsewhere';

	/** @param \Closure(string): bool $may_record Tells whether a use elsewhere is recorded now. Receives the target of the connection. */
	public function __construct(
		private readonly Repository $connections,
		private readonly Creation $creation,
		private readonly Manager $manager,
		private readonly Log $log,
		private readonly \Closure $may_record,
	) {}

	/**
	 * Makes an application password and the connection that it is for: both, or nothing. The caller has checked that the current user
	 * may connect agents and may edit the account.
	 *
	 * @param string       $name   Name that the person gave the connection.
	 * @param int          $user   Id of the account that the agent acts as, or {@see Connection::OWN_ACCOUNT}.
	 * @param string       $preset Name of a preset, or `custom`.
	 * @param list<string> $groups Permission groups; used only for `custom`.
	 *
	 * @return array{connection: int, username: string, password: string} The password is stored nowhere.
	 *
	 * @throws ChangeFailed|Failure If something was not stored, or {@see AgentPasswords::obstacle()} forbids it.
	 * @throws Unavailable          If it cannot be recorded, or the extension refuses to seal it.
	 * @throws Unprotected          If it could not be protected against a restored backup. Then it has been ended again.
	 */
	public function create( string $name, int $user, string $preset, array $groups ): array {
		$name       = mb_substr( $name, 0, 190 );
		$made       = null;
		$credential = static function ( int $user ) use ( $name, &$made ): array {
			if ( null !== AgentPasswords::obstacle( $user ) ) {
				throw new Failure( 'No application password can be made for this account.' );
			}
			/* translators: %s: name of a connection. */
			$made = AgentPasswords::make( $user, sprintf( __( 'Countersign: %s', 'countersign' ), $name ) ) ?? throw new Failure( 'WordPress could not store the application password.' );
			return Json::decode( McpServer::credential( $user, $made['uuid'], $made['password'], $made['created'] ) );
		};
		$is_done    = false;
		try {
			$created = $this->creation->create( $name, $name, $user, $preset, $groups, [], credential: $credential );
			$is_done = true;
		} finally {
			if ( ! $is_done && null !== $made ) {
				AgentPasswords::delete( $made['user'], $made['uuid'] );
			}
		}
		return [
			'connection' => $created['connection'],
			'username'   => (string) get_userdata( $created['user'] )?->user_login,
			'password'   => \WP_Application_Passwords::chunk_password( (string) ( $made['password'] ?? '' ) ),
		];
	}

	/**
	 * Lets WordPress verify the application password of a request, and finds the connection that it is said to be for.
	 *
	 * @param array<string, string> $headers The headers of the request.
	 *
	 * @return string|null As {@see McpServer::receive()} takes it.
	 *
	 * @throws Failure If the database cannot be read.
	 */
	public function verified( #[\SensitiveParameter] array $headers ): ?string {
		$sent  = McpServer::sentPassword( $headers );
		$found = null === $sent ? null : AgentPasswords::verify( $sent );
		return null === $found ? null : Json::encode( $found + [ 'connection' => $this->connections->of_credential( $found['uuid'] ) ] );
	}

	/**
	 * Ends the connections of an account whose passwords are gone. Called after its list of passwords was changed. The change of the
	 * list must succeed, whatever happens here.
	 */
	public function after_change( int $user ): void {
		$this->try( fn() => $this->end_lost( $this->connections->with_credentials( $user ) ) );
	}

	/**
	 * Records that somebody has tried the password of a connection elsewhere, at most once a minute for each connection. An agent
	 * that follows somebody else's instructions does this, or a thief.
	 *
	 * @param string $uuid The id of the password.
	 */
	public function after_use_elsewhere( string $uuid ): void {
		if ( ! class_exists( Records::class, false ) ) {
			return;
		}
		$this->try(
			function () use ( $uuid ): void {
				$connection = $this->connections->find( $this->connections->of_credential( $uuid ) ?? 0 );
				if ( $uuid === ( $connection->credential['uuid'] ?? null ) && ( $this->may_record )( $connection->target() ) ) {
					$this->log->append( EntryDraft::agent( 'refusal', 'password.elsewhere', $connection->id, $connection->user, null, [], self::ELSEWHERE ) );
				}
			}
		);
	}

	/** Deletes the password of a connection that has ended. */
	public function after_end( int $id ): void {
		$this->try(
			function () use ( $id ): void {
				$credential = $this->connections->find( $id )?->credential;
				if ( null !== $credential ) {
					AgentPasswords::delete( $credential['user'], $credential['uuid'] );
				}
			}
		);
	}

	/**
	 * Ends connections whose passwords are gone, and deletes passwords whose connections have ended, as after a restored backup. Called
	 * once a day.
	 */
	public function check_all(): void {
		$this->end_lost( $this->connections->with_credentials() );
		// By the columns, so that a connection keeps its password whose record cannot be opened only for now.
		AgentPasswords::delete_all( $this->connections->credentials() );
	}

	/**
	 * Returns the connections that have not ended and whose passwords are older than {@see Connection::PASSWORD_AGE}.
	 *
	 * @return list<Connection>
	 *
	 * @throws \Countersign\Exception If the extension's keys or store cannot be used.
	 * @throws Failure                If the database cannot be read.
	 */
	public function old(): array {
		return array_values( array_filter( $this->connections->with_credentials(), static fn( Connection $one ): bool => $one->has_old_password() ) );
	}

	/** Returns the number of connections that have not ended and are for an application password, by their columns. */
	public function count(): int {
		return count( $this->connections->credentials() );
	}

	/** @param list<Connection> $connections */
	private function end_lost( array $connections ): void {
		foreach ( $connections as $connection ) {
			if ( null !== $connection->credential && ! AgentPasswords::exists( $connection->credential['user'], $connection->credential['uuid'] ) ) {
				$this->try( fn() => $this->manager->end( $connection, self::DELETED, EntryDraft::admin( 'revoke', 'connection.revoked', $connection->target(), [ 'because' => self::DELETED ] ) ) );
			}
		}
	}

	/** One connection that cannot be ended must keep neither WordPress from changing the list nor the others from being ended. */
	private function try( \Closure $step ): void {
		try {
			$step();
		} catch ( Unprotected $error ) {
			ErrorLog::failure( 'a connection without its application password has ended, but a restored database could undo this unnoticed', $error );
		} catch ( \Throwable $error ) {
			ErrorLog::failure( 'a connection and its application password could not be ended together', $error );
		}
	}
}

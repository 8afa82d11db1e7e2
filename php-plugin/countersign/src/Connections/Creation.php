<?php

declare(strict_types=1);

namespace Countersign\Plugin\Connections;

use Countersign\Access;
use Countersign\OAuthRequest;
use Countersign\Plugin\Audit\Change;
use Countersign\Plugin\Audit\ChangeFailed;
use Countersign\Plugin\Audit\EntryDraft;
use Countersign\Plugin\Audit\Unavailable;
use Countersign\Plugin\Audit\Unprotected;
use Countersign\Plugin\OAuth\Clients;
use Countersign\Plugin\Records\Revision;
use Countersign\Plugin\Records\Writer;
use Countersign\Plugin\Site\ErrorLog;
use Countersign\Plugin\Site\Failure;
use Countersign\Plugin\Site\Settings;
use Countersign\Records;

defined( 'ABSPATH' ) || exit;

/**
 * Creates connections. A connection is sealed and stored in one transaction with its grant, its client and the entry that explains
 * it.
 */
final class Creation {

	/** How often a new connection is stored if other requests change its client meanwhile. */
	private const ATTEMPTS = 10;

	public function __construct(
		private readonly Repository $connections,
		private readonly Grants $grants,
		private readonly Clients $clients,
		private readonly Manager $manager,
		private readonly Writer $writer,
		private readonly Settings $settings,
		private readonly AccountMaker $accounts,
	) {}

	/**
	 * Creates an active connection from a person's consent, with its grant and its client: all of it, or nothing.
	 *
	 * @param string               $name    Name that the person gave the connection.
	 * @param string               $client  Name that the client gave itself.
	 * @param int                  $user    Id of the user that the client acts as, or {@see Connection::OWN_ACCOUNT} for an account that is
	 *                                      made for the connection.
	 * @param string               $preset  Name of a preset, or `custom`.
	 * @param list<string>         $groups  Permission groups; used only for `custom`.
	 * @param array<string, mixed> $facts   Facts about the authorization request, for the audit log.
	 * @param OAuthRequest|null    $request The authorization request, or null for a connection without a grant.
	 * @param Connection|null      $earlier A connection of the same person, client, account and permissions whose code was never
	 *                                      redeemed; it is continued instead of adding another one. Null for a new one.
	 *
	 * @param (\Closure(int): array<array-key, mixed>)|null $credential Makes the application password that the connection is for, for
	 *                                      the id of its account, and returns it as {@see \Countersign\McpServer::credential()} does;
	 *                                      null if its client has tokens.
	 *
	 * @param list<string>         $denied_fields Fields that the client may not write: those of the connections that this one replaces.
	 *
	 * @param Connection|null      $replaced A connection of the same person that the new one is about to replace and whose own account it
	 *                                      takes over, so that the agent stays the author of what it wrote. Null for a new account.
	 *
	 * @return array{connection: int, grant: int|null, user: int} The new ids, and that of the account.
	 *
	 * @throws ChangeFailed|Failure If the database did not store it.
	 * @throws Unavailable          If it cannot be recorded, or the extension refuses to seal it.
	 * @throws Unprotected          If it could not be protected against a restored backup. Then it has been ended again.
	 */
	public function create( string $name, string $client, int $user, string $preset, array $groups, array $facts, ?OAuthRequest $request = null, ?Connection $earlier = null, ?\Closure $credential = null, array $denied_fields = [], ?Connection $replaced = null ): array {
		$denied  = Access::fields( [ ...$earlier->denied_fields ?? [], ...$denied_fields ] );
		$id      = $earlier->id ?? Records::newId();
		$is_own  = Connection::OWN_ACCOUNT === $user;
		$before  = $earlier ?? $replaced;
		$is_new  = $is_own && null === $before;
		$user    = match ( true ) {
			$is_new => $this->accounts->make( $name, $id ),
			$is_own => $before->user ?? 0,
			default => $user,
		};
		$is_done = false;
		try {
			$data    = [
				'name'         => mb_substr( $name, 0, 190 ),
				'client'       => mb_substr( $client, 0, 190 ),
				'user'         => $user,
				'preset'       => $preset,
				'groups'       => Access::resolve( $preset, $groups ),
				'state'        => Connection::ACTIVE,
				'epoch'        => $earlier->epoch ?? 0,
				'limit'        => $earlier->limit ?? $this->settings->connection_limit(),
				'created_at'   => time(),
				'created_by'   => get_current_user_id(),
				'state_at'     => time(),
				'state_reason' => '',
				'origins'      => $request?->origins() ?? [],
			] + ( [] === $denied ? [] : [ 'denied_fields' => $denied ] )
				+ ( null === $earlier ? [] : array_intersect_key( $earlier->data(), array_flip( [ 'authors', 'budget' ] ) ) )
				+ ( $earlier?->drops ? [ 'drop_unknown_arguments' => true ] : [] )
				+ ( null === $credential ? [] : [ 'credential' => $credential( $user ) ] )
				+ ( $is_own ? [ 'own_account' => true ] : [] );
			$facts  += isset( $data['credential']['uuid'] ) ? [ 'application_password' => $data['credential']['uuid'] ] : [];
			$grant   = $this->store( $id, $data, $facts, $request, $earlier );
			$is_done = true;
		} finally {
			if ( $is_new && ! $is_done ) {
				$this->accounts->discard( $user );
			}
		}
		/**
		 * Fires after a connection was made, or was continued because its agent never used it and asked again.
		 *
		 * @param int $id Id of the connection.
		 */
		do_action( 'countersign_connection_created', $id );
		return [
			'connection' => $id,
			'grant'      => $grant,
			'user'       => $user,
		];
	}

	/**
	 * Stores a connection with its grant and its client.
	 *
	 * @param int                  $id    Id of the connection.
	 * @param array<string, mixed> $data  Data of its record.
	 * @param array<string, mixed> $facts As for {@see create()}.
	 *
	 * @return int|null Id of the grant.
	 */
	private function store( int $id, array $data, array $facts, ?OAuthRequest $request, ?Connection $earlier ): ?int {
		$draft = EntryDraft::admin(
			'grant',
			null === $earlier ? 'connection.created' : 'connection.renewed',
			"connection:$id",
			[
				'name'    => $data['name'],
				'client'  => $data['client'],
				'acts_as' => $data['user'],
				'preset'  => $data['preset'],
				'groups'  => $data['groups'],
				...array_intersect_key( $data, [ 'denied_fields' => true ] ),
				'request' => $facts,
			] + ( isset( $data['own_account'] ) ? [ 'own_account' => true ] : [] )
		);
		$grant = null === $request ? null : Records::newId();
		for ( $attempt = 1; $attempt <= self::ATTEMPTS; $attempt++ ) {
			$parts = [ $this->storing( $id, $data, $earlier ) ];
			if ( null !== $request && null !== $grant ) {
				$parts[] = $this->grants->storing( $grant, $id, $request->clientId(), $request->toJson() );
				$parts[] = $this->clients->storing( $request->client() );
			}
			$parts = array_values( array_filter( $parts ) );
			try {
				$is_stored = $this->writer->write(
					$draft,
					array_column( $parts, 0 ),
					static fn( \Closure ...$texts ): array => array_map( static fn( \Closure $change, \Closure $text ): Change => $change( $text ), array_column( $parts, 1 ), $texts )
				);
			} catch ( Unprotected $error ) {
				$this->abandon( $id, $error->reason );
				throw $error;
			} catch ( ChangeFailed $error ) {
				// Another consent for the same client can store the client first.
				$is_stored = null === $request || self::ATTEMPTS === $attempt ? throw $error : false;
			}
			if ( $is_stored ) {
				return $grant;
			}
			$earlier = null === $earlier ? null : $this->unchanged( $earlier );
		}
		throw new Failure( 'Other requests kept changing the client.' );
	}

	/**
	 * Returns what stores a new connection, or the next version of one that is continued.
	 *
	 * @param array<string, mixed> $data Data of the record.
	 *
	 * @return array{Revision, \Closure(\Closure): Change}
	 */
	private function storing( int $id, array $data, ?Connection $earlier ): array {
		if ( null === $earlier ) {
			$version = $this->connections->first_version( $id );
			return [ new Revision( 'connection', $id, $version, $data ), fn( \Closure $text ): Change => $this->connections->inserting( $id, $data, $version, $text ) ];
		}
		$version = $this->connections->next_version( $earlier, $data );
		return [ new Revision( 'connection', $id, $version, $data, $earlier->text ), fn( \Closure $text ): Change => $this->connections->replacing( $earlier, $data, $version, $text ) ];
	}

	/**
	 * Returns a connection as it is now.
	 *
	 * @throws Failure If something was changed that its consent was shown with.
	 */
	private function unchanged( Connection $earlier ): Connection {
		$now   = $this->connections->find( $earlier->id );
		$terms = static fn( ?Connection $one ): array => [ $one?->state, $one?->user, $one?->groups, $one?->epoch, $one?->limit, $one?->fault ];
		return null !== $now && $terms( $now ) === $terms( $earlier ) ? $now : throw new Failure( 'The connection was changed while its consent was stored.' );
	}

	/**
	 * Ends connections because a new one of the same client replaces them. Their own accounts are deleted if they have no content.
	 *
	 * @param list<Connection> $connections The connections that end.
	 * @param int              $by          Id of the new connection.
	 *
	 * @throws ChangeFailed|Failure If the database did not store it.
	 * @throws Unavailable          If it cannot be recorded, or the extension refuses to seal it.
	 * @throws Unprotected          If it could not be protected against a restored backup.
	 */
	public function replace( array $connections, int $by ): void {
		foreach ( $connections as $connection ) {
			$this->manager->end( $connection, 'replaced', EntryDraft::admin( 'revoke', 'connection.revoked', $connection->target(), [ 'because' => 'replaced', 'by' => "connection:$by" ] ) );
			if ( $connection->own_account ) {
				$this->accounts->discard( $connection->user );
			}
		}
	}

	/**
	 * Ends a new connection because its client did not get its authorization code. Otherwise a connection would stay active that
	 * nobody knows of.
	 *
	 * @param int    $id     Id of the connection.
	 * @param string $reason Reason code.
	 */
	public function abandon( int $id, string $reason ): void {
		try {
			$connection = $this->connections->find( $id );
			if ( null !== $connection ) {
				try {
					$this->manager->end( $connection, $reason, EntryDraft::admin( 'revoke', 'connection.revoked', $connection->target(), [ 'because' => $reason ] ) );
				} finally {
					if ( $connection->own_account ) {
						$this->accounts->discard( $connection->user );
					}
				}
			}
		} catch ( Unprotected ) {
			// It has ended. The caller reports why it is not protected.
			return;
		} catch ( \RuntimeException | \Countersign\Exception $error ) {
			ErrorLog::failure( 'a connection whose client got no code could not be revoked', $error );
		}
	}
}

<?php

declare(strict_types=1);

namespace Countersign\Plugin\Connections;

use Countersign\Plugin\Site\Json;
use Countersign\Plugin\Site\Names;

defined( 'ABSPATH' ) || exit;

/** A client's connection to the site, as stored in the database. Immutable. */
final class Connection {

	/** State: the client may act. */
	public const ACTIVE = 'active';

	/** State: the client is refused until the connection is resumed. */
	public const PAUSED = 'paused';

	/** State: the connection has ended and cannot be resumed. */
	public const REVOKED = 'revoked';

	/**
	 * @param int                          $id           Id in the database.
	 * @param string                       $name         Name that a person gave the connection.
	 * @param string                       $client       Name that the client gave itself. Untrusted.
	 * @param int                          $user         Id of the WordPress user that the client acts as.
	 * @param string                       $preset       Name of the chosen preset, or `custom`.
	 * @param list<string>                 $groups       Permission groups of the connection.
	 * @param string                       $state        One of the constants.
	 * @param int                          $epoch        Counter that revocation increases. Access tokens of an earlier epoch are
	 *                                                   invalid.
	 * @param array{max: int, window: int} $limit        Calls in a rolling window of seconds.
	 * @param int                          $created_at   Unix seconds.
	 * @param int                          $created_by   Id of the user who consented.
	 * @param int                          $last_used_at Unix seconds, 0 for never.
	 * @param string                       $last_used_ip IP address, or '' for never.
	 * @param int                          $ended_at     Unix seconds, 0 if the connection is not revoked.
	 * @param string                       $ended_reason `admin`, `client`, or the reason code that ended the connection; '' if it is
	 *                                                   not revoked.
	 */
	public function __construct(
		public readonly int $id,
		public readonly string $name,
		public readonly string $client,
		public readonly int $user,
		public readonly string $preset,
		public readonly array $groups,
		public readonly string $state,
		public readonly int $epoch,
		public readonly array $limit,
		public readonly int $created_at,
		public readonly int $created_by,
		public readonly int $last_used_at,
		public readonly string $last_used_ip,
		public readonly int $ended_at,
		public readonly string $ended_reason,
	) {}

	/**
	 * Returns the connection of a table row. Both names are cleaned again, because an earlier version may have stored them.
	 *
	 * @param array<string, mixed> $row Column => value.
	 */
	public static function from_row( array $row ): self {
		$name = Names::clean( (string) $row['name'] );
		return new self(
			(int) $row['id'],
			/* translators: %d: id of a connection. */
			'' === $name ? sprintf( __( 'Connection %d', 'countersign' ), (int) $row['id'] ) : $name,
			Names::clean( (string) $row['client'] ),
			(int) $row['user_id'],
			(string) $row['preset'],
			array_values( array_filter( Json::decode( (string) $row['permissions'] ), is_string( ... ) ) ),
			(string) $row['state'],
			(int) $row['epoch'],
			[
				'max'    => (int) $row['limit_max'],
				'window' => (int) $row['limit_window'],
			],
			(int) $row['created_at'],
			(int) $row['created_by'],
			(int) $row['last_used_at'],
			(string) $row['last_used_ip'],
			(int) $row['ended_at'],
			(string) $row['ended_reason'],
		);
	}

	/** Returns the facts that the extension decides on, as the JSON that {@see \Countersign\McpRequest::authorize()} takes. */
	public function to_json(): string {
		return Json::encode(
			[
				'id'     => $this->id,
				'name'   => $this->name,
				'client' => $this->client,
				'user'   => $this->user,
				'state'  => $this->state,
				'groups' => $this->groups,
				'epoch'  => $this->epoch,
				'limit'  => $this->limit,
			]
		);
	}

	/** Tells whether the connection has ended. */
	public function is_revoked(): bool {
		return self::REVOKED === $this->state;
	}

	/** Returns how audit entries name the connection, such as `connection:7`. */
	public function target(): string {
		return 'connection:' . $this->id;
	}
}

<?php

declare(strict_types=1);

namespace Countersign\Plugin\Connections;

use Countersign\Plugin\Site\Json;

/** One client's connection to the site, as the database has it. Immutable. */
final class Connection {

	public const ACTIVE = 'active';
	public const PAUSED = 'paused';
	public const REVOKED = 'revoked';

	/**
	 * @param string                         $client       What the client calls itself: untrusted text.
	 * @param int                            $user         The WordPress user it acts as.
	 * @param string                         $preset       The preset chosen, or `custom`.
	 * @param list<string>                   $groups       The groups it has.
	 * @param int                            $epoch        Revocation counter: tokens of an earlier epoch are dead.
	 * @param array{max: int, window: int}   $limit        Calls in a rolling window of seconds.
	 * @param int                            $last_used_at Unix seconds, 0 for never.
	 * @param int                            $ended_at     When it was revoked, 0 while it lives.
	 * @param string                         $ended_reason `admin`, `client`, or the reason code that ended it.
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

	/** @param array<string, mixed> $row As the table has it. */
	public static function from_row( array $row ): self {
		return new self(
			(int) $row['id'],
			(string) $row['name'],
			(string) $row['client'],
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

	/** The facts the extension decides on. */
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

	public function is_revoked(): bool {
		return self::REVOKED === $this->state;
	}

	/** Its name in audit entries. */
	public function target(): string {
		return 'connection:' . $this->id;
	}
}

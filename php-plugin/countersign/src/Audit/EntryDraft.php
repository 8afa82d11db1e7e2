<?php

declare(strict_types=1);

namespace Countersign\Plugin\Audit;

use Countersign\Plugin\Site\Json;

defined( 'ABSPATH' ) || exit;

/**
 * A draft of an audit entry that the plugin records itself: what people do in the dashboard. The extension makes those of
 * what agents and clients do. {@see Log} adds the address of the client. The extension removes control characters, limits
 * the length of every text, and redacts what looks like a secret.
 */
final class EntryDraft {

	/** @param array<string, mixed> $change What was changed. */
	private function __construct(
		private readonly string $actor,
		private readonly ?int $connection,
		private readonly ?int $user,
		private readonly string $kind,
		private readonly string $action,
		private readonly ?string $target,
		private readonly array $change,
		private readonly ?string $reason,
		private readonly ?string $correlation = null,
		private readonly bool $has_failed = false,
	) {}

	/**
	 * Returns the draft of something that the current user did. Without a current user, as on the command line, the actor
	 * is the site.
	 *
	 * @param string               $kind   Kind of entry: `connection`, `grant`, `revoke`, `setting`, `kill_switch`, `system` or `refusal`.
	 * @param string               $action Such as `connection.paused`.
	 * @param string|null          $target Such as `connection:7`.
	 * @param array<string, mixed> $change What was changed. Must hold no secret.
	 * @param string|null          $reason Reason code if the user refused something, else null.
	 */
	public static function admin( string $kind, string $action, ?string $target = null, array $change = [], ?string $reason = null ): self {
		$user = get_current_user_id();
		return new self( $user ? 'admin' : 'system', null, $user ?: null, $kind, $action, $target, $change, $reason );
	}

	/**
	 * Returns the draft of something that an agent left behind for later, or that happens to it later.
	 *
	 * @param string               $kind        Kind of entry, `system` or `refusal`.
	 * @param string               $action      Such as `schedule.owned`.
	 * @param int                  $connection  Id of the connection.
	 * @param int|null             $user        Id of the user that it acts as, or null if nobody acts now.
	 * @param string|null          $target      Such as `post:7`.
	 * @param array<string, mixed> $change      What was changed. Must hold no secret.
	 * @param string|null          $reason      Reason code if it is refused, else null.
	 * @param string|null          $correlation Correlation of the call, or null outside of one.
	 */
	public static function agent( string $kind, string $action, int $connection, ?int $user, ?string $target = null, array $change = [], ?string $reason = null, ?string $correlation = null ): self {
		return new self( 'agent', $connection, $user, $kind, $action, $target, $change, $reason, $correlation );
	}

	/**
	 * Returns the draft of a refused act of somebody without an account.
	 *
	 * @param string      $action Such as `upload_session.opened`.
	 * @param string|null $target Such as `upload_session:0123`.
	 * @param string      $reason Reason code.
	 */
	public static function visitor( string $action, ?string $target, string $reason ): self {
		return new self( 'anonymous', null, null, 'refusal', $action, $target, [], $reason );
	}

	/**
	 * Returns the draft of the same act, which was refused.
	 *
	 * @param string $reason Reason code.
	 */
	public function denied( string $reason ): self {
		return new self( $this->actor, $this->connection, $this->user, $this->kind, $this->action, $this->target, $this->change, $reason, $this->correlation );
	}

	/**
	 * Returns the draft of the same act, which was tried and did not succeed.
	 *
	 * @param string $reason Reason code.
	 */
	public function failed( string $reason ): self {
		return new self( $this->actor, $this->connection, $this->user, $this->kind, $this->action, $this->target, $this->change, $reason, $this->correlation, true );
	}

	/**
	 * Returns the draft as JSON, in the form that {@see \Countersign\AuditLog::append()} describes.
	 *
	 * @param string $ip Address of the client, or '' if there is none.
	 */
	public function to_json( string $ip ): string {
		return Json::encode(
			[
				'kind'        => $this->kind,
				'actor'       => [
					'kind'       => $this->actor,
					'connection' => $this->connection,
					'user'       => $this->user,
					'ip'         => '' === $ip ? null : $ip,
				],
				'action'      => $this->action,
				'target'      => $this->target,
				'change'      => [] === $this->change ? null : (object) $this->change,
				'outcome'     => match ( true ) {
					$this->has_failed      => 'failed',
					null === $this->reason => 'ok',
					default                => 'denied',
				},
				'reason'      => $this->reason,
				'correlation' => $this->correlation,
			]
		);
	}
}

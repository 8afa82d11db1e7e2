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
		private readonly int $user,
		private readonly string $kind,
		private readonly string $action,
		private readonly ?string $target,
		private readonly array $change,
		private readonly ?string $reason,
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
		return new self( get_current_user_id(), $kind, $action, $target, $change, $reason );
	}

	/**
	 * Returns the draft as JSON, in the form that {@see \Countersign\AuditLog::append()} describes.
	 *
	 * @param string $ip Address of the client, or '' if there is none.
	 */
	public function to_json( string $ip ): string {
		return Json::encode(
			[
				'kind'    => $this->kind,
				'actor'   => [
					'kind' => $this->user ? 'admin' : 'system',
					'user' => $this->user ?: null,
					'ip'   => '' === $ip ? null : $ip,
				],
				'action'  => $this->action,
				'target'  => $this->target,
				'change'  => [] === $this->change ? null : (object) $this->change,
				'outcome' => null === $this->reason ? 'ok' : 'denied',
				'reason'  => $this->reason,
			]
		);
	}
}

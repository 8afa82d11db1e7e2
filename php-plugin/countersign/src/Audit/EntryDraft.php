<?php

declare(strict_types=1);

namespace Countersign\Plugin\Audit;

use Countersign\Plugin\Http\Request;
use Countersign\Plugin\Site\Json;

defined( 'ABSPATH' ) || exit;

/**
 * Drafts of audit entries that the plugin records itself: what people do in the dashboard. The extension makes those of
 * what agents and clients do. A draft is JSON, in the form that {@see \Countersign\AuditLog::append()} describes. The extension
 * removes control characters, limits the length of every text, and redacts what looks like a secret.
 */
final class EntryDraft {

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
	public static function admin( string $kind, string $action, ?string $target = null, array $change = [], ?string $reason = null ): string {
		$user = get_current_user_id();
		return Json::encode(
			[
				'kind'    => $kind,
				'actor'   => [
					'kind' => $user ? 'admin' : 'system',
					'user' => $user ?: null,
					'ip'   => Request::ip() ?: null,
				],
				'action'  => $action,
				'target'  => $target,
				'change'  => [] === $change ? null : (object) $change,
				'outcome' => null === $reason ? 'ok' : 'denied',
				'reason'  => $reason,
			]
		);
	}
}

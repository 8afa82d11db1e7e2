<?php

declare(strict_types=1);

namespace Countersign\Plugin\Audit;

use Countersign\Plugin\Http\Request;
use Countersign\Plugin\Site\Json;

defined( 'ABSPATH' ) || exit;

/**
 * Drafts of audit entries that the plugin records itself: what people do in the dashboard, and what clients do at the
 * OAuth endpoints. A draft is JSON, in the form that {@see \Countersign\AuditLog::append()} describes. The extension
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
		return self::encode(
			$kind,
			[
				'kind' => $user ? 'admin' : 'system',
				'user' => $user ?: null,
				'ip'   => Request::ip() ?: null,
			],
			$action,
			$target,
			$change,
			null === $reason ? 'ok' : 'denied',
			$reason
		);
	}

	/**
	 * Returns the draft of something that a connected client did outside of a call, at the OAuth endpoints.
	 *
	 * @param string               $kind    Kind of entry: `oauth`, `revoke` or `refusal`.
	 * @param int                  $id      Id of the connection.
	 * @param string               $client  Name that the client gave itself.
	 * @param string               $action  Such as `oauth.code_redeemed`.
	 * @param string               $outcome `ok` or `denied`.
	 * @param string|null          $reason  Reason code if the outcome is `denied`, else null.
	 * @param array<string, mixed> $change  Facts. Must hold no secret.
	 */
	public static function agent( string $kind, int $id, string $client, string $action, string $outcome, ?string $reason = null, array $change = [] ): string {
		return self::encode(
			$kind,
			[
				'kind'       => 'agent',
				'connection' => $id,
				'client'     => $client,
				'ip'         => Request::ip() ?: null,
			],
			$action,
			'connection:' . $id,
			$change,
			$outcome,
			$reason
		);
	}

	/**
	 * Returns the draft of something that an unauthenticated client did.
	 *
	 * @param string               $kind    Kind of entry.
	 * @param string               $action  Such as `oauth.token`.
	 * @param string               $outcome `ok` or `denied`.
	 * @param string|null          $reason  Reason code if the outcome is `denied`, else null.
	 * @param array<string, mixed> $change  Facts. Must hold no secret.
	 */
	public static function anonymous( string $kind, string $action, string $outcome, ?string $reason = null, array $change = [] ): string {
		return self::encode(
			$kind,
			[
				'kind' => 'anonymous',
				'ip'   => Request::ip() ?: null,
			],
			$action,
			null,
			$change,
			$outcome,
			$reason
		);
	}

	/**
	 * @param array<string, mixed> $actor
	 * @param array<string, mixed> $change
	 */
	private static function encode( string $kind, array $actor, string $action, ?string $target, array $change, ?string $outcome, ?string $reason = null ): string {
		return Json::encode(
			[
				'kind'    => $kind,
				'actor'   => $actor,
				'action'  => $action,
				'target'  => $target,
				'change'  => [] === $change ? null : (object) $change,
				'outcome' => $outcome,
				'reason'  => $reason,
			]
		);
	}
}

<?php

declare(strict_types=1);

namespace Countersign\Plugin\Audit;

use Countersign\Plugin\Http\Request;
use Countersign\Plugin\Site\Json;

/**
 * What the plugin itself records: what people do in the administration, and what the OAuth server does. The extension
 * cleans and bounds every text and redacts what looks like a token.
 */
final class Draft {

	/**
	 * The person who is logged in did something.
	 *
	 * @param string               $kind   Kind of entry: `connection`, `grant`, `revoke`, `setting`, `kill_switch`, `system`.
	 * @param string               $action For instance `connection.paused`.
	 * @param string|null          $target For instance `connection:7`.
	 * @param array<string, mixed> $change What was changed, without secrets.
	 * @param string|null          $reason Reason code, where the person refused something.
	 */
	public static function admin( string $kind, string $action, ?string $target = null, array $change = [], ?string $reason = null ): string {
		$user = get_current_user_id();
		return self::make(
			$kind,
			[
				// Nobody is logged in on the command line: then it was the site itself.
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
	 * An agent's connection was met outside of a call: at the OAuth server.
	 *
	 * @param string               $kind    Kind of entry.
	 * @param int                  $id      The connection.
	 * @param string               $client  What the client calls itself.
	 * @param string               $action  For instance `oauth.refresh`.
	 * @param string               $outcome `ok` or `denied`.
	 * @param string|null          $reason  Reason code.
	 * @param array<string, mixed> $change  Facts, without secrets.
	 */
	public static function agent( string $kind, int $id, string $client, string $action, string $outcome, ?string $reason = null, array $change = [] ): string {
		return self::make(
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
	 * Somebody who proved nothing.
	 *
	 * @param array<string, mixed> $change Facts, without secrets.
	 */
	public static function anonymous( string $kind, string $action, string $outcome, ?string $reason = null, array $change = [] ): string {
		return self::make(
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
	private static function make( string $kind, array $actor, string $action, ?string $target, array $change, ?string $outcome, ?string $reason = null ): string {
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

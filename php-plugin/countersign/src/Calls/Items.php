<?php

declare(strict_types=1);

namespace Countersign\Plugin\Calls;

use Countersign\Plugin\Site\Denied;
use Countersign\Plugin\Site\ErrorLog;

defined( 'ABSPATH' ) || exit;

/** Runs a call on many items: a refusal of one item does not end the call, and each item has an audit entry. */
final class Items {

	/** Reasons that concern one item only. Every other refusal ends the call, and so does a write that the guard refuses. */
	private const OF_ITEM = [ 'target_not_found', 'capability_denied', 'target_locked', 'target_changed', 'target_state', 'needs_publish', 'confirmation_missing', 'arguments_invalid', 'tool_failed', 'field_denied' ];

	/**
	 * Runs a function for each item, and returns one result for each.
	 *
	 * @param Call                                  $call  The running call.
	 * @param list<int|array<string, mixed>>        $items Ids, or arrays with the id under `id`.
	 * @param callable(mixed): array<string, mixed> $each  Changes one item and returns what the agent learns about it.
	 * @param string                                $type  What audit entries call an item: the `type` of the tool's target.
	 *
	 * @return list<array<string, mixed>> `{id, ok: true, ...}`, or `{id, ok: false, reason, message}` for an item that was refused.
	 *
	 * @throws Denied If the call must end. Items that are done stay done, and have their entries.
	 */
	public static function run( Call $call, array $items, callable $each, string $type = 'post' ): array {
		$results = [];
		foreach ( $items as $item ) {
			$id     = (int) ( is_array( $item ) ? $item['id'] : $item );
			$target = "$type:$id";
			try {
				$results[] = [
					'id' => $id,
					'ok' => true,
				] + $each( $item );
				$call->end_item( $target );
			} catch ( InputRequired $needed ) {
				throw $needed;
			} catch ( \Throwable $error ) {
				$denied = $error instanceof Denied ? $error : self::failure( $call, $error );
				$message = $call->end_item( $target, $denied );
				if ( $call->is_refused() || ! in_array( $denied->reason, self::OF_ITEM, true ) ) {
					throw $error;
				}
				$results[] = [
					'id'      => $id,
					'ok'      => false,
					'reason'  => $denied->reason,
					'message' => $message,
				];
			}
			$call->progress( count( $results ), count( $items ) );
		}
		return $results;
	}

	/** Writes the place of an error to the site's error log. The agent learns only that the item failed. */
	private static function failure( Call $call, \Throwable $error ): Denied {
		ErrorLog::failure( sprintf( 'tool "%s" failed for an item', ErrorLog::name( $call->name() ) ), $error );
		return new Denied( 'tool_failed' );
	}
}

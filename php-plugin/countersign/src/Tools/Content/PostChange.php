<?php

declare(strict_types=1);

namespace Countersign\Plugin\Tools\Content;

use Countersign\Plugin\Calls\Call;
use Countersign\Plugin\Site\Denied;
use Countersign\Plugin\Targets\EditLock;
use Countersign\Plugin\Targets\ExactWrite;
use Countersign\Plugin\Targets\StateBefore;
use Countersign\Plugin\Targets\StoredPost;
use Countersign\Plugin\Targets\TrashMarks;

defined( 'ABSPATH' ) || exit;

/**
 * Changes a post: while its edit lock is held, if it is still what was reviewed or read, and only in the intended columns.
 */
final class PostChange {

	/**
	 * Runs a function that changes a post.
	 *
	 * @param int               $id      Id of the post.
	 * @param list<string>      $columns Columns that may change.
	 * @param callable(): mixed $act     Changes the post.
	 * @param bool              $keep    Whether the state before is kept as a revision.
	 * @param array<string, string> $exact Column => bytes that are stored instead of what WordPress makes of the column.
	 * @param list<string>      $meta    Metadata that the change concerns.
	 *
	 * @return int|null Id of the revision with the state before.
	 *
	 * @throws Denied `target_locked`, `target_changed`, `needs_publish`, `confirmation_missing`, or what `$act` throws.
	 */
	public static function run( Call $call, int $id, array $columns, callable $act, bool $keep = false, array $exact = [], array $meta = [] ): ?int {
		return EditLock::hold(
			$id,
			static function ( EditLock $lock ) use ( $call, $id, $columns, $act, $keep, $exact, $meta ): ?int {
				$call->ensure_live();
				$stored = StoredPost::read( $id ) ?? throw new Denied( 'target_not_found', null, Posts::target( $id ) ); // phpcs:ignore WordPress.Security.EscapeOutput.ExceptionNotEscaped -- Sent as JSON.
				// Checked once more by ExactWrite. A change that is found here leaves no trace.
				$call->check_target( $stored, $meta );
				$before = $keep ? StateBefore::keep( $stored ) : null;
				$marks  = TrashMarks::of( $stored );
				try {
					ExactWrite::run( $id, $columns, static fn( StoredPost $now ) => $call->check_target( $now->before_trashing( $stored ), $meta ), $act, $lock, $exact );
				} catch ( Denied $denied ) {
					if ( $before && $before['is_new'] ) {
						wp_delete_post_revision( $before['id'] );
					}
					$marks->restore();
					throw $denied;
				}
				$call->record_target( StoredPost::read( $id ) ?? throw new Denied( 'tool_failed', 'The item was deleted while it was being changed.', Posts::target( $id ) ), $before['id'] ?? null, $meta ); // phpcs:ignore WordPress.Security.EscapeOutput.ExceptionNotEscaped -- Sent as JSON.
				return $before['id'] ?? null;
			}
		);
	}
}

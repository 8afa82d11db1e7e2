<?php

declare(strict_types=1);

namespace Countersign\Plugin\Audit;

use Countersign\AuditAppend;

defined( 'ABSPATH' ) || exit;

/**
 * Stores the rows and the head of the log. An implementation uses a database connection of its own, so that an append is
 * not part of a transaction of WordPress or of another plugin.
 */
interface Storage {

	/**
	 * Locks and reads the head, makes the changes, and stores what is computed from the head, in one transaction.
	 *
	 * @param callable(?string): AuditAppend $compute    Computes the append from the stored head. If it throws, nothing is stored.
	 * @param callable(string): string       $checkpoint Signs a head and returns the checkpoint.
	 * @param Change                         ...$changes  Changes of the plugin's tables.
	 *
	 * @return AuditAppend|null What was stored. Null if the first change found no row to change; then nothing was stored.
	 *
	 * @throws \Throwable If nothing was stored: what `$compute` threw, {@see ChangeFailed}, or an error of the database.
	 */
	public function append( callable $compute, callable $checkpoint, Change ...$changes ): ?AuditAppend;
}

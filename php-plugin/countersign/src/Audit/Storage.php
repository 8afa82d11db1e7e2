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
	 * Locks and reads the head, makes the changes, and stores what is computed from the head, in one transaction. The entries
	 * are computed first, because a change can depend on them.
	 *
	 * @param callable(?string): AuditAppend $compute    Computes the append from the stored head. If it throws, nothing is stored.
	 * @param callable(string): string       $checkpoint Signs a head and returns the checkpoint.
	 * @param Change                         ...$changes  Changes of the plugin's tables.
	 *
	 * @return AuditAppend|null What was stored. Null if one of the changes found no row to change; then nothing was stored.
	 *
	 * @throws \Throwable If nothing was stored: what `$compute` threw, {@see ChangeFailed}, or an error of the database.
	 */
	public function append( callable $compute, callable $checkpoint, Change ...$changes ): ?AuditAppend;

	/**
	 * Reads a row past every cache and every replica of the database.
	 *
	 * @param string           $sql    A SELECT of one row, with a question mark for each value and none elsewhere.
	 * @param list<int|string> $values The values.
	 *
	 * @return array<string, mixed>|null Column => value. Null if there is no such row.
	 *
	 * @throws \Throwable If the row cannot be read.
	 */
	public function primary_row( string $sql, array $values ): ?array;
}

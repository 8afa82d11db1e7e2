<?php

declare(strict_types=1);

namespace Countersign\Plugin\Audit;

use Countersign\AuditAppend;

/**
 * Where the log's rows and head are kept: a database connection of its own, so that the log neither joins nor
 * disturbs a transaction of WordPress or of another plugin.
 */
interface Storage {

	/**
	 * In one transaction: locks and reads the head, stores what is computed from it.
	 *
	 * @param callable(?string): AuditAppend $compute    From the head as stored, what to store. May throw: then
	 *                                                   nothing is stored.
	 * @param callable(string): string       $checkpoint Signs a head.
	 *
	 * @throws \RuntimeException When it was not stored.
	 */
	public function append( callable $compute, callable $checkpoint ): AuditAppend;
}

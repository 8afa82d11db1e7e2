<?php

declare(strict_types=1);

namespace Countersign\Plugin\Audit;

/** The log's head as stored. */
final class Head {

	/**
	 * @param string|null $text The extension's own text; null for an empty log.
	 * @param int         $size Number of entries.
	 */
	public function __construct(
		public readonly ?string $text,
		public readonly int $size,
	) {}
}

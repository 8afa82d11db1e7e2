<?php

declare(strict_types=1);

namespace Countersign\Plugin\Audit;

defined( 'ABSPATH' ) || exit;

/** The head of the log, as stored in the database. */
final class Head {

	/**
	 * @param string|null $text The head in the extension's own format, or null if the log is empty.
	 * @param int         $size Number of entries in the log.
	 */
	public function __construct(
		public readonly ?string $text,
		public readonly int $size,
	) {}
}

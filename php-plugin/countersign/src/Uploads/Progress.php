<?php

declare(strict_types=1);

namespace Countersign\Plugin\Uploads;

defined( 'ABSPATH' ) || exit;

/** How far an upload in parts has come. */
final class Progress {

	/**
	 * @param string               $upload The handle of the upload.
	 * @param int                  $parts  How many parts it has.
	 * @param list<int>            $missing The numbers of the parts that have not come yet, from 1.
	 * @param int                  $bytes  How many bytes have come.
	 * @param array<string, mixed> $about  What was passed to {@see Parts::begin()}.
	 * @param int|null             $result What {@see Parts::finish()} has made of it, such as the id of an attachment.
	 */
	public function __construct(
		public readonly string $upload,
		public readonly int $parts,
		public readonly array $missing,
		public readonly int $bytes,
		public readonly array $about,
		public readonly ?int $result,
	) {}

	/** Tells whether all parts have come. */
	public function is_complete(): bool {
		return [] === $this->missing;
	}

	/** Returns the number of the part that should come next, or null if all have come. */
	public function next(): ?int {
		return $this->missing[0] ?? null;
	}
}

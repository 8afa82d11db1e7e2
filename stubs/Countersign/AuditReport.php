<?php

namespace Countersign;

/** What a verification found. */
final class AuditReport
{
    private function __construct() {}

    /** `ok`, `entry_modified`, `missing_range`, `inserted`, `truncated_tail`, `fork`, `index_column_mismatch`, `head_mismatch`, `unknown_key`,
     * `checkpoint_invalid`. */
    public function verdict(): string {}

    public function isOk(): bool {}

    /** The first bad entry's sequence number; null when none or when it is no single one. */
    public function firstBad(): ?int {}

    /** Where the finding ends: the first entry behind it that is not concerned. */
    public function until(): ?int {}

    /** @return list<array{verdict: string, first_bad: ?int, until: ?int}> At most 64, in the order they were found. */
    public function findings(): array {}

    /** Entries with an earlier time than the one before: clocks were set back. Not a fault of the log. */
    public function clockRegressions(): int {}

    /** Entries in the tree that was built. */
    public function size(): int {}

    /** Number of entries checked. */
    public function checked(): int {}

    /** The log agrees with a root kept outside the database up to this size; what comes after rests on the database alone. */
    public function vouched(): int {}

    /** Root of the tree over the entries fed, 64 hex digits. */
    public function root(): string {}
}

<?php

namespace Countersign;

/** The result of a verification. */
final class AuditReport
{
    private function __construct() {}

    /**
     * Returns `ok`, or the gravest finding: `entry_modified`, `text_modified`, `missing_range`, `inserted`, `truncated_tail`, `fork`,
     * `index_column_mismatch`, `head_mismatch`, `unknown_key` or `checkpoint_invalid`.
     */
    public function verdict(): string {}

    /** Returns whether nothing is wrong. */
    public function isOk(): bool {}

    /** Returns the position of the first bad entry, or null if it is not about a single entry. */
    public function firstBad(): ?int {}

    /** Returns where the finding ends: the first position after it that is not concerned. */
    public function until(): ?int {}

    /**
     * Returns the findings.
     *
     * @return list<array{verdict: string, first_bad: ?int, until: ?int}> At most 64, in the order in which they were found.
     */
    public function findings(): array {}

    /** Returns how many entries have an earlier time than the entry before: a clock was set back. The log is not wrong then. */
    public function clockRegressions(): int {}

    /** Returns the number of entries in the tree that was built. */
    public function size(): int {}

    /** Returns the number of entries that were checked. */
    public function checked(): int {}

    /**
     * Returns up to which size the log agrees with a root that was kept outside the database. Only the database speaks for
     * the entries after that.
     */
    public function vouched(): int {}

    /** Returns the root of the tree over the entries that were fed, 64 lower-case hexadecimal digits. */
    public function root(): string {}
}

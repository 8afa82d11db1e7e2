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

    /** Number of entries checked. */
    public function checked(): int {}

    /** The log agrees with a root kept outside the database up to this size; what comes after rests on the database alone. */
    public function vouched(): int {}

    /** Root of the tree over the entries fed, 64 hex digits. */
    public function root(): string {}
}

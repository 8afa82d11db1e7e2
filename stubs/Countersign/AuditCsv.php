<?php

namespace Countersign;

/**
 * Writes the log as a table for people to read: RFC 4180, UTF-8, with a stable header row. An apostrophe is put in front of a
 * cell that a spreadsheet would run as a formula. The table cannot be verified: use `seq` and `leaf` to find an entry in the
 * exported file.
 */
final class AuditCsv
{
    /** Begins a table. */
    public function __construct() {}

    /**
     * Adds a row.
     *
     * @param array<string, mixed> $row `seq`, `leaf`, `body` and `texts`, as {@see AuditExport::row()} takes them.
     *
     * @throws Exception `misuse` for a row without `seq` or `leaf`.
     */
    public function row(array $row): void {}

    /** Returns what was written since the last call. The first call includes the header row. */
    public function take(): string {}
}

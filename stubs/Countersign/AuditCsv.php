<?php

namespace Countersign;

/**
 * Writes the log as a table for people: RFC 4180, UTF-8, a stable header row. Cells that a spreadsheet would run as a formula get an
 * apostrophe in front. Not verifiable: `seq` and `leaf` only help to find an entry in the file that is.
 */
final class AuditCsv
{
    public function __construct() {}

    /** @param array<string, mixed> $row `seq`, `leaf` and `body`, as {@see AuditExport::row()} takes them. */
    public function row(array $row): void {}

    /** What was written since the last call; the header row comes with the first. */
    public function take(): string {}
}

<?php

namespace Countersign;

/**
 * Writes the log as a file that somebody without the site's keys or database can verify. Made by {@see AuditLog::export()}.
 *
 * Give it every row of the log in order, wanted or not: what is not wanted goes in by its hash. It copies what the table holds,
 * sound or not. Memory stays constant; send what {@see take()} gives after each page of rows.
 */
final class AuditExport
{
    private function __construct() {}

    /**
     * The next row.
     *
     * @param array<string, mixed> $row    `seq`, `leaf` (32 raw bytes) and `body`; `body` null where it was pruned. An unwanted row
     *                                     may come without `body`.
     * @param bool                 $wanted Whether the filter picks it.
     *
     * @throws Exception `misuse` for a row before its place or beyond the head, or a body that holds a newline.
     */
    public function row(array $row, bool $wanted = true): void {}

    /** A checkpoint about the log up to here: {@see position()} is its size. */
    public function checkpoint(string $note): void {}

    /** A seal about the log up to here, as {@see AuditSeals::due()} gave it. */
    public function seal(string $seal): void {}

    /** How many entries have been given. */
    public function position(): int {}

    /** What was written since the last call. */
    public function take(): string {}

    /** The rest of the file, signed. Nothing can be added afterwards. */
    public function finish(): string {}
}

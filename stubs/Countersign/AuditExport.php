<?php

namespace Countersign;

/**
 * Writes the log as a file that can be verified without the keys or the database of the site. Made by
 * {@see AuditLog::export()}.
 *
 * Give it every row of the log in order, wanted or not: a row that is not wanted is written as its hash. The export copies the
 * table without judging it. It needs constant memory: send the result of {@see take()} after each page of rows.
 */
final class AuditExport
{
    private function __construct() {}

    /**
     * Adds the next row.
     *
     * @param array<string, mixed> $row    `seq`, `leaf` (32 raw bytes) and `body`. `body` is null if it was pruned, and may be
     *                                     missing from a row that is not wanted. `texts` is the list of those rows of
     *                                     {@see AuditAppend::texts()} that are still there.
     * @param bool                 $wanted Whether the filter selects the row.
     *
     * @throws Exception `misuse` for a row out of order or beyond the head, for a body with a newline, and after
     *                   {@see finish()}.
     */
    public function row(array $row, bool $wanted = true): void {}

    /**
     * Adds a checkpoint of the log up to here. Its size is {@see position()}.
     *
     * @param string $note The signed note, as {@see AuditLog::checkpoint()} returned it.
     *
     * @throws Exception `misuse` for text that is not a signed note, and after {@see finish()}.
     */
    public function checkpoint(string $note): void {}

    /**
     * Adds a seal of the log up to here.
     *
     * @param string $seal The seal, as {@see AuditSeals::due()} returned it.
     *
     * @throws Exception `misuse` for text that is not a seal, and after {@see finish()}.
     */
    public function seal(string $seal): void {}

    /**
     * Returns how many entries were given.
     *
     * @throws Exception `misuse` after {@see finish()}.
     */
    public function position(): int {}

    /**
     * Returns what was written since the last call.
     *
     * @throws Exception `misuse` after {@see finish()}.
     */
    public function take(): string {}

    /**
     * Returns the rest of the file, with the signature. Nothing can be added after that.
     *
     * @throws Exception `misuse` when the export is already finished or rows are missing.
     */
    public function finish(): string {}
}

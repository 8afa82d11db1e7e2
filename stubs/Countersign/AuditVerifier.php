<?php

namespace Countersign;

/** Verifies a log of any size in constant memory. Can be put aside and taken up again. */
final class AuditVerifier
{
    private function __construct() {}

    /**
     * Takes the next row as stored.
     *
     * @param array<string, mixed> $row With the keys of {@see AuditAppend::rows()}; integers may be strings of digits.
     */
    public function feed(array $row): void {}

    /** The state between two rows, text, for another request to go on with. */
    public function suspend(): string {}

    /** Goes on from {@see suspend()}. Whoever can write that text can falsify the result: keep it server-side. */
    public function resume(string $state): void {}

    /** The verdict over all rows fed, against the head as stored. */
    public function finish(?string $head = null): AuditReport {}
}

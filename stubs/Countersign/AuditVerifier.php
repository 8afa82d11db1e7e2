<?php

namespace Countersign;

/** Verifies a log of any size in constant memory. It can be suspended and resumed. */
final class AuditVerifier
{
    private function __construct() {}

    /**
     * Takes the next row as it is stored.
     *
     * @param array<string, mixed> $row The columns of {@see AuditAppend::rows()}. Integers may be strings of digits. `texts` is
     *                                  the list of those rows of {@see AuditAppend::texts()} that are still there. If it is
     *                                  missing, texts are not checked.
     *
     * @throws Exception `misuse` for a row without `seq`, `leaf` or `body`.
     */
    public function feed(array $row): void {}

    /** Returns the state between two rows as text, with which another request can continue. */
    public function suspend(): string {}

    /**
     * Continues a verification.
     *
     * @param string $state The text of {@see suspend()}. It is authenticated, but an older one is accepted too: keep it on the
     *                      server.
     *
     * @throws Exception `audit_unavailable` for any other text.
     */
    public function resume(string $state): void {}

    /**
     * Returns the report on all rows that were fed, compared with the stored head.
     *
     * @param string|null $head The stored head, or null for an empty log.
     *
     * @throws Exception `audit_unavailable` for a damaged head.
     */
    public function finish(?string $head = null): AuditReport {}
}

<?php

namespace Countersign;

/**
 * Computes the audit log; the caller stores it. Entries are leaves of an RFC 6962 Merkle tree; the exact bytes of
 * `body` are what was hashed and must be stored and returned untouched.
 *
 * Appending: lock the head row, `append()`, insert the rows, update the head row, commit.
 */
final class AuditLog
{
    /**
     * @param string $host   Host name, with its port if it has one: names the log in its checkpoints,
     *                       `<host>/<site id>/audit`.
     * @param Store  $store  Keeps the high-water mark, outside the database.
     */
    public function __construct(Keyring $keyring, Store $store, string $host) {}

    /**
     * @param string|null  $head   The head as stored, null for an empty log.
     * @param list<string> $drafts Each a JSON object, see docs/audit.md: `{kind, actor: {kind, connection, user, client, ip},
     *                             action, target, change, outcome, reason, approval, correlation}`. Strings are cut to
     *                             their bounds, stripped of control characters, and anything like a token is redacted.
     *
     * @throws Exception `audit_rollback` when the head is behind the high-water mark, `misuse` for a malformed
     *                   draft, `audit_unavailable` for a damaged head.
     */
    public function append(?string $head, array $drafts): AuditAppend {}

    /**
     * Records that the head was committed: call after the transaction. Cheap; never throws for a mark already further.
     */
    public function committed(string $head): void {}

    /** Takes a shorter log as the true one, after an administrator said so (restored from a backup). */
    public function acknowledgeRollback(?string $head = null): void {}

    /** A signed checkpoint of the head: C2SP signed note, text. */
    public function checkpoint(string $head): string {}

    /** The key that checks checkpoints, in the form of C2SP signed-note: `name+hash+base64`. */
    public function verifierKey(): string {}

    /**
     * Starts a verification; feed it every row in order. Holds the log against the mark outside the database and against
     * the checkpoints given.
     *
     * @param list<string>|null $checkpoints Signed notes.
     */
    public function verifier(?array $checkpoints = null): AuditVerifier {}
}

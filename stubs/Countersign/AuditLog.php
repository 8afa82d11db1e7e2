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

    /**
     * A signed checkpoint of the head: C2SP signed note, text.
     *
     * @throws Exception `audit_rollback` when the head is behind the high-water mark, or another one of its size: what somebody
     *                   put into the database is not signed. A longer log is: the transaction may have just ended.
     */
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

    /**
     * Begins the export of the log under `$head` as a file that an outsider can verify.
     *
     * @param int|null    $from   First entry wanted, from 0.
     * @param int|null    $until  The entry behind the last one wanted; the size unless given.
     * @param string|null $filter What the entries are picked by, in words for the reader, when not all are; at most 1,024 bytes.
     *
     * @throws Exception `misuse` for a range beyond the head.
     */
    public function export(?string $head, ?int $from = null, ?int $until = null, ?string $filter = null): AuditExport {}

    /**
     * Begins the proof that this log continues the one of `$size` entries with `$root`, which somebody hands back.
     *
     * @param string $root 64 hexadecimal digits.
     */
    public function proveContinued(?string $head, int $size, string $root): AuditProof {}

    /**
     * Begins the proof that an entry is in this log.
     *
     * @param string $leaf The entry's leaf hash, 32 raw bytes.
     *
     * @throws Exception `misuse` when there is no entry `$seq`.
     */
    public function proveEntry(string $head, int $seq, string $leaf): AuditProof {}

    /**
     * The draft of the entry that records that the bodies of all entries before `$until` are pruned. Append it first, then delete the
     * bodies and keep `seq` and `leaf`: without it a verifier says `missing_range`.
     */
    public function pruningDraft(int $until): string {}
}

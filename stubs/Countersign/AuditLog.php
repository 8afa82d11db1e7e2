<?php

namespace Countersign;

/**
 * Computes the audit log; the caller stores it. Entries are leaves of a Merkle tree (RFC 6962). The tree is built over the
 * exact bytes of `body`, so store and return them unchanged.
 *
 * To append: lock the head row, call `append()`, insert the rows, update the head row, commit, and call `committed()`.
 */
final class AuditLog
{
    /**
     * @param Keyring $keyring The keys of the site, with which checkpoints and exports are signed.
     * @param Store   $store   Keeps the high-water mark outside the database.
     * @param string  $host    Host name, with its port if it has one. Checkpoints name the log `<host>/<site id>/audit`.
     *
     * @throws Exception `misuse` when the host is not a host name.
     */
    public function __construct(Keyring $keyring, Store $store, string $host) {}

    /**
     * Appends entries: all of them or none.
     *
     * @param string|null  $head   The stored head, or null for an empty log.
     * @param list<string> $drafts JSON objects, see docs/audit.md: `{kind, actor: {kind, connection, user, client, ip},
     *                             action, target, change, outcome, reason, approval, correlation}`. Strings are cut to their
     *                             maximum length, control characters are removed, and anything that looks like a secret is
     *                             redacted.
     *
     * @throws Exception      `audit_rollback` when the head is behind the high-water mark; `misuse` for a malformed draft;
     *                        `audit_unavailable` for a damaged head or a full log.
     * @throws StoreException When the high-water mark cannot be read.
     */
    public function append(?string $head, array $drafts): AuditAppend {}

    /**
     * Records that the head was committed. Call it after the transaction. A mark that is already further stays as it is.
     *
     * @param string $head The head that was committed.
     *
     * @throws Exception      `audit_unavailable` for a damaged head.
     * @throws StoreException When the mark cannot be written. The log is sound then.
     */
    public function committed(string $head): void {}

    /**
     * Accepts a shorter log as the true one. Call it after an administrator has confirmed that, for example after a backup was
     * restored.
     *
     * @param string|null $head The stored head, or null for an empty log.
     *
     * @throws Exception      `audit_unavailable` for a damaged head.
     * @throws StoreException When the mark cannot be written.
     * @throws Exception `agent_at_work` after {@see McpCall::begin()}.
     */
    public function acknowledgeRollback(?string $head = null): void {}

    /**
     * Returns a signed checkpoint of the head, the text of a C2SP signed note.
     *
     * A head that is behind the mark is not signed, because an attacker may have written it into the database. A longer log is
     * signed, because its transaction may just have ended.
     *
     * @param string $head The stored head.
     *
     * @throws Exception      `audit_rollback` when the head is behind the high-water mark, or another head of the same size;
     *                        `audit_unavailable` for a damaged head.
     * @throws StoreException When the mark cannot be read.
     */
    public function checkpoint(string $head): string {}

    /**
     * Returns the key that verifies checkpoints, in the form of C2SP signed-note: `name+hash+base64`.
     *
     * @throws Exception `misuse` when a note cannot carry the host name.
     */
    public function verifierKey(): string {}

    /**
     * Begins a verification. Feed it every row in order. It compares the log with the mark outside the database and with the
     * checkpoints given.
     *
     * @param list<string>|null $checkpoints Signed notes that were kept elsewhere.
     *
     * @throws Exception      `misuse` for a list of anything but strings.
     * @throws StoreException When the mark cannot be read.
     */
    public function verifier(?array $checkpoints = null): AuditVerifier {}

    /**
     * Begins an export of the log under `$head`, as a file that can be verified without the site.
     *
     * @param string|null $head   The stored head, or null for an empty log.
     * @param int|null    $from   The first position wanted; 0 by default.
     * @param int|null    $until  The position after the last one wanted; the size of the log by default.
     * @param string|null $filter A description of the filter for the reader, at most 1,024 bytes, if not all entries are wanted.
     *
     * @throws Exception `misuse` for a range beyond the head or a description that is too long; `audit_unavailable` for a
     *                   damaged head.
     */
    public function export(?string $head, ?int $from = null, ?int $until = null, ?string $filter = null): AuditExport {}

    /**
     * Begins a proof that this log continues the log of `$size` entries with `$root`.
     *
     * @param string|null $head The stored head, or null for an empty log.
     * @param int         $size Number of entries of the older log.
     * @param string      $root Root of the older log, 64 lower-case hexadecimal digits.
     *
     * @throws Exception `misuse` for a malformed argument; `audit_unavailable` for a damaged head.
     */
    public function proveContinued(?string $head, int $size, string $root): AuditProof {}

    /**
     * Begins a proof that an entry is in this log.
     *
     * @param string $head The stored head.
     * @param int    $seq  Position of the entry.
     * @param string $leaf Leaf hash of the entry, 32 raw bytes.
     *
     * @throws Exception `misuse` when there is no entry at `$seq` or an argument is malformed; `audit_unavailable` for a
     *                   damaged head.
     */
    public function proveEntry(string $head, int $seq, string $leaf): AuditProof {}

    /**
     * Returns the draft of the entry which records that the bodies of all entries before `$until` are pruned. Append it first;
     * then delete the bodies and keep `seq` and `leaf`. Without this entry, a verifier reports `missing_range`.
     *
     * @param int $until The position after the last entry that is pruned.
     *
     * @throws Exception `misuse` for a position that is negative or 0.
     */
    public function pruningDraft(int $until): string {}
}

<?php

namespace Countersign;

/**
 * Seals the log at the end of each epoch with a key that is deleted afterwards. An attacker who takes over the machine today
 * cannot seal yesterday's entries again.
 *
 * The current key is kept in a separate file in the state folder, with mode 0600, which outlives a reboot. Under the lock of the
 * head row and before anything else is appended: call `due()`, store the seals, commit, and call `advance()`.
 */
final class AuditSeals
{
    /**
     * @param Keyring     $keyring The keys of the site that the log belongs to.
     * @param string      $host    The host, as given to {@see AuditLog}.
     * @param string|null $dir     Absolute path of an existing folder for the key's file, as for {@see Store::open()}. Null uses
     *                             the INI entry `countersign.state_dir`.
     *
     * @throws Exception `misuse` when the host is not a host name; `seal_unusable` when the path is not absolute or not within
     *                   `open_basedir`.
     */
    public function __construct(Keyring $keyring, string $host, ?string $dir = null) {}

    /**
     * Begins to seal the log, from now on.
     *
     * @param int $epoch_seconds Length of an epoch, 60 seconds to 31 days.
     *
     * @return string|null The first sealing key. It is returned only this once: keep it outside this machine. Null if the log
     *     is already sealed.
     *
     * @throws Exception `misuse` for another length; `seal_unusable` when the folder or the file cannot be used; `entropy_unavailable`
     *                   when the operating system returns no randomness.
     * @throws Exception `agent_at_work` after {@see McpCall::begin()}.
     */
    public function enroll(int $epoch_seconds = 3600): ?string {}

    /**
     * Returns whether the log is sealed. Makes nothing.
     *
     * @throws Exception `seal_unusable` when the folder is missing or cannot be used, or the file is damaged or open to others.
     */
    public function isEnrolled(): bool {}

    /**
     * Returns the seals of the epochs that have ended since the last one, oldest first, at most 1,024. The list is empty if the
     * log is not sealed or no epoch has ended.
     *
     * @param string|null $head The stored head, or null for an empty log.
     *
     * @return list<string> Texts to store and to export.
     *
     * @throws Exception `seal_unusable` when the file is damaged or open to others; `audit_unavailable` for a damaged head.
     */
    public function due(?string $head = null): array {}

    /**
     * Deletes the keys of seals that were committed. Seals that were passed before change nothing, so after a crash call it
     * again with the newest stored ones.
     *
     * @param list<string> $seals The seals that {@see due()} returned.
     *
     * @throws Exception `seal_unusable` when they are not the next seals; `misuse` for text that is not a seal.
     */
    public function advance(array $seals): void {}
}

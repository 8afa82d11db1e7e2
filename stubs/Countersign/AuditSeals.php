<?php

namespace Countersign;

/**
 * Seals the log at the end of each epoch with a key that is then gone: whoever takes the machine today cannot reseal yesterday.
 *
 * The present key lies in a file of its own in the state folder, mode 0600, which outlives a reboot. Order, under the lock of
 * the head row and before anything else is appended: `due()`, store the seals, commit, `advance()`.
 */
final class AuditSeals
{
    /**
     * @param string      $host As {@see AuditLog} has it.
     * @param string|null $dir  Folder of the key's file; the INI entry `countersign.state_dir` unless given.
     */
    public function __construct(Keyring $keyring, string $host, ?string $dir = null) {}

    /**
     * Begins to seal, now.
     *
     * @param int $epoch_seconds Length of an epoch, 60 seconds to 31 days.
     *
     * @return string|null The first sealing key, shown this once: keep it off this machine. Null when the log is sealed already.
     *
     * @throws Exception `misuse` for another length, `seal_unusable` when the file cannot be written.
     */
    public function enroll(int $epoch_seconds = 3600): ?string {}

    /** @throws Exception `seal_unusable` when the file is damaged or open to others. */
    public function isEnrolled(): bool {}

    /**
     * The seals of the epochs that have ended since, oldest first, at most 1,024: text to store and export. Empty where the log is
     * not sealed or none has ended.
     *
     * @return list<string>
     */
    public function due(?string $head = null): array {}

    /**
     * Goes past seals that were committed: their keys are gone from here on. Seals passed before change nothing, so after a crash
     * hand in the newest stored ones again.
     *
     * @param list<string> $seals
     *
     * @throws Exception `seal_unusable` when they are not the next ones.
     */
    public function advance(array $seals): void {}
}

<?php

namespace Countersign;

/**
 * Verifies an exported file. It uses nothing of the site, only what you know from elsewhere. The memory that it needs does not
 * grow with the file.
 *
 *     $file = new AuditFile( [ $verifier_key ] );
 *     while ( ! feof( $handle ) ) {
 *         $file->push( fread( $handle, 65536 ) );
 *     }
 *     $report = $file->finish();
 */
final class AuditFile
{
    /**
     * @param list<string>|null $verifier_keys Keys as {@see AuditLog::verifierKey()} returns them. Without one, checkpoints and the
     *                                         signature of the file prove nothing.
     *
     * @throws Exception `misuse` for a malformed key.
     */
    public function __construct(?array $verifier_keys = null) {}

    /**
     * Expects the log to have a root that you kept.
     *
     * @param int    $size Number of entries under the root, 0 or more.
     * @param string $root 64 lower-case hexadecimal digits.
     *
     * @throws Exception `misuse` for a malformed argument, and after the first {@see push()}.
     */
    public function expectRoot(int $size, string $root): void {}

    /**
     * Expects the log to continue a checkpoint that you kept.
     *
     * @param string $note The signed note.
     *
     * @throws Exception `misuse` when none of the verifier keys has signed it, and after the first {@see push()}.
     */
    public function expectCheckpoint(string $note): void {}

    /**
     * Expects every epoch of the log to have its seal.
     *
     * @param string   $first_key The text that {@see AuditSeals::enroll()} returned once. It is a secret.
     * @param int|null $taken_at  When the file was taken, in Unix seconds by a clock that you trust. The log must have been
     *                            sealed up to then.
     *
     * @throws Exception `misuse` for a malformed argument, and after the first {@see push()}.
     */
    public function expectSeals(#[\SensitiveParameter] string $first_key, ?int $taken_at = null): void {}

    /**
     * Takes the next bytes of the file. Never throws for their content.
     *
     * @param string $chunk Any number of bytes.
     */
    public function push(string $chunk): void {}

    /** Returns the report on the file. The object can then verify another file, with the same expectations. */
    public function finish(): AuditFileReport {}
}

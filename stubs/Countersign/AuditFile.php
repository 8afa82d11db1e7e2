<?php

namespace Countersign;

/**
 * Verifies an exported file, with nothing of the site but what you know from elsewhere. Memory does not grow with the file.
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
     * @param list<string>|null $verifier_keys As {@see AuditLog::verifierKey()} gives them. Without one, checkpoints and the signature on
     *                                        the file prove nothing.
     *
     * @throws Exception `misuse` for a malformed key.
     */
    public function __construct(?array $verifier_keys = null) {}

    /**
     * Holds the file against a root you kept.
     *
     * @param int    $size Entries it is about.
     * @param string $root 64 hexadecimal digits.
     */
    public function expectRoot(int $size, string $root): void {}

    /**
     * Holds the file against a checkpoint you kept.
     *
     * @throws Exception `misuse` when it is by none of the verifier keys.
     */
    public function expectCheckpoint(string $note): void {}

    /**
     * Holds the file against the seals: every epoch must have its own.
     *
     * @param string   $first_key The text {@see AuditSeals::enroll()} gave once.
     * @param int|null $taken_at  Unix seconds by a clock you trust: the log must have been sealed up to then.
     */
    public function expectSeals(string $first_key, ?int $taken_at = null): void {}

    /** The next bytes of the file, any number. Never throws for what they are. */
    public function push(string $chunk): void {}

    /** The verdict. The object then verifies another file, with the same expectations. */
    public function finish(): AuditFileReport {}
}

<?php

namespace Countersign;

/**
 * Proves that the log still continues a checkpoint that was kept elsewhere, or that an entry is in the log.
 *
 *     $proof = $log->proveContinued( $head, $size, $root );
 *     foreach ( $proof->ranges() as [ $from, $until ] ) {
 *         $proof->feed( $leaves( $from, $until ) );
 *     }
 *     $hashes = $proof->finish();
 */
final class AuditProof
{
    private function __construct() {}

    /**
     * Returns which leaf hashes to feed, in this order.
     *
     * @return list<array{int, int}> For each range, the first position and the position after the last one.
     */
    public function ranges(): array {}

    /**
     * Takes the next leaf hashes, any number at a time.
     *
     * @param list<string> $leaves Leaf hashes of 32 raw bytes each.
     *
     * @throws Exception `misuse` for more hashes than {@see ranges()} asks for, or a hash of another length.
     */
    public function feed(array $leaves): void {}

    /**
     * Returns the proof. It is verified first, so a log that cannot prove the claim says so itself.
     *
     * @return list<string>|Decision The hashes of the proof (RFC 9162), 64 lower-case hexadecimal digits each, or the refusal
     *     `audit_fork` when the claim is wrong.
     *
     * @throws Exception `misuse` when leaves are missing.
     */
    public function finish(): array|Decision {}

    /**
     * Returns whether `$proof` shows that one log continues another. For the side that kept the checkpoint.
     *
     * @param int          $old_size Number of entries of the older log.
     * @param string       $old_root Root of the older log, 64 lower-case hexadecimal digits.
     * @param int          $new_size Number of entries of the newer log.
     * @param string       $new_root Root of the newer log, 64 lower-case hexadecimal digits.
     * @param list<string> $proof    The hashes that {@see finish()} returned.
     *
     * @throws Exception `misuse` for a malformed argument.
     */
    public static function isContinued(int $old_size, string $old_root, int $new_size, string $new_root, array $proof): bool {}

    /**
     * Returns whether `$proof` shows that an entry is in the log.
     *
     * @param int          $seq      Position of the entry.
     * @param string       $leaf     Leaf hash of the entry, 64 lower-case hexadecimal digits: SHA-256 of a zero byte and the
     *                               bytes of the entry.
     * @param int          $new_size Number of entries of the log.
     * @param string       $root     Root of the log, 64 lower-case hexadecimal digits.
     * @param list<string> $proof    The hashes that {@see finish()} returned.
     *
     * @throws Exception `misuse` for a malformed argument.
     */
    public static function isIncluded(int $seq, string $leaf, int $new_size, string $root, array $proof): bool {}
}

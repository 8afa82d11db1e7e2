<?php

namespace Countersign;

/**
 * Proves to somebody who kept a checkpoint that the log still continues it, or that an entry is in the log.
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

    /** @return list<array{int, int}> Which leaf hashes to feed, in this order: from the first entry to before the last. */
    public function ranges(): array {}

    /**
     * The next leaf hashes, any number at a time.
     *
     * @param list<string> $leaves Each 32 raw bytes.
     *
     * @throws Exception `misuse` for more than {@see ranges()} asks for.
     */
    public function feed(array $leaves): void {}

    /**
     * @return list<string>|Decision The hashes of the proof (RFC 9162), 64 hexadecimal digits each; a refusal `audit_fork` when the claim
     *     does not hold: the proof is checked before it is given out.
     *
     * @throws Exception `misuse` while leaves are wanting.
     */
    public function finish(): array|Decision {}

    /**
     * Whether `$proof` shows that the log of `$new_size` entries continues the one of `$old_size`. For the side that kept the checkpoint.
     *
     * @param list<string> $proof
     */
    public static function isContinued(int $old_size, string $old_root, int $new_size, string $new_root, array $proof): bool {}

    /**
     * Whether `$proof` shows that an entry is in the log. `$leaf` is the hash of the entry: SHA-256 of a zero byte and its bytes.
     *
     * @param list<string> $proof
     */
    public static function isIncluded(int $seq, string $leaf, int $new_size, string $root, array $proof): bool {}
}

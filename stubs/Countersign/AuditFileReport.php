<?php

namespace Countersign;

/** What the verification of a file found. Texts from the file are as untrusted as the file. */
final class AuditFileReport
{
    private function __construct() {}

    /**
     * `ok`, or the gravest finding: `entry_modified`, `missing_range`, `inserted`, `truncated_tail`, `fork`, `head_mismatch`, `seal_gap`,
     * `seal_invalid`, `outside_epoch`, `file_malformed`, `header_mismatch`, `checkpoint_invalid`, `unknown_key`. See docs/audit.md.
     */
    public function verdict(): string {}

    /** Nothing is wrong. What was not proved is among the {@see remarks()}. */
    public function isOk(): bool {}

    /**
     * Nothing is wrong, and roots you gave or that your key signed reach to the last entry. Of what the file leaves out this says
     * nothing: see the remarks `selection` and `header_unsigned`, and {@see witnessed()} for a checkpoint you gave.
     */
    public function isProved(): bool {}

    /** The first entry concerned; null when none or when it is no single one. */
    public function firstBad(): ?int {}

    /** The line of the file, from 1, at which it was found. */
    public function line(): ?int {}

    /** The log's name, as the header has it. */
    public function origin(): string {}

    /** What the entries were picked by, in the header's words; null for all. */
    public function filter(): ?string {}

    /** @return array{int, int} The stretch of the log asked for: first entry, and the one behind the last. */
    public function range(): array {}

    /** Entries whose bytes were hashed. */
    public function entries(): int {}

    /** Entries in the tree that was built. */
    public function size(): int {}

    /** Root of that tree, 64 hexadecimal digits. */
    public function root(): string {}

    /** The file agrees up to this size with a root you gave or that your key signed. */
    public function vouched(): int {}

    /** The file agrees up to this size with a root you gave: what even the site's own keys cannot forge. */
    public function witnessed(): int {}

    /** Seals that hold against the sealing key. */
    public function seals(): int {}

    /** @return list<array{verdict: string, first_bad: ?int, until: ?int, line: int}> At most 64, in the order they were found. */
    public function findings(): array {}

    /**
     * @return list<array{remark: string, message: string, first: ?int, until: ?int, count: int}> What is not wrong but must be known: above
     *     all what was not proved.
     */
    public function remarks(): array {}
}

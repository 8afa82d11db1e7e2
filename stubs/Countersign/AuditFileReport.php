<?php

namespace Countersign;

/** The result of the verification of a file. Texts from the file are as untrusted as the file. */
final class AuditFileReport
{
    private function __construct() {}

    /**
     * Returns `ok`, or the gravest finding: `entry_modified`, `text_modified`, `missing_range`, `inserted`, `truncated_tail`, `fork`,
     * `head_mismatch`, `seal_gap`, `seal_invalid`, `outside_epoch`, `file_malformed`, `header_mismatch`, `checkpoint_invalid`
     * or `unknown_key`. See docs/audit.md.
     */
    public function verdict(): string {}

    /** Returns whether nothing is wrong. See {@see remarks()} for what was not proved. */
    public function isOk(): bool {}

    /**
     * Returns whether nothing is wrong and the log is proved up to its last entry, by roots that you gave or that your key
     * signed. This says nothing about what the file leaves out: see the remarks `selection` and `header_unsigned`, and
     * {@see witnessed()} for a checkpoint that you gave.
     */
    public function isProved(): bool {}

    /** Returns the first entry that the finding is about, or null if it is not about a single entry. */
    public function firstBad(): ?int {}

    /** Returns the line of the file at which the finding was made, counted from 1, or null. */
    public function line(): ?int {}

    /** Returns the name of the log from the header of the file. */
    public function origin(): string {}

    /** Returns the description of the filter from the header of the file, or null if all entries are wanted. */
    public function filter(): ?string {}

    /**
     * Returns the part of the log that was exported.
     *
     * @return array{int, int} The first position, and the position after the last one.
     */
    public function range(): array {}

    /** Returns the number of entries whose bytes were hashed. */
    public function entries(): int {}

    /** Returns the number of entries in the tree that was built. */
    public function size(): int {}

    /** Returns the root of that tree, 64 lower-case hexadecimal digits. */
    public function root(): string {}

    /** Returns up to which size the file agrees with a root that you gave or that your key signed. */
    public function vouched(): int {}

    /** Returns up to which size the file agrees with a root that you gave. Even the keys of the site cannot forge this. */
    public function witnessed(): int {}

    /** Returns the number of seals that are valid under the sealing key. */
    public function seals(): int {}

    /**
     * Returns the findings.
     *
     * @return list<array{verdict: string, first_bad: ?int, until: ?int, line: int}> At most 64, in the order in which they were
     *     found.
     */
    public function findings(): array {}

    /**
     * Returns facts that are not faults but limit the result, mainly what was not proved.
     *
     * @return list<array{remark: string, message: string, first: ?int, until: ?int, count: int}>
     */
    public function remarks(): array {}
}

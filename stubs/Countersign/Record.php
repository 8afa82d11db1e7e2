<?php

namespace Countersign;

/**
 * A record that is as it was sealed, and not behind its witness. Only {@see Records::open()} makes such objects.
 */
final class Record
{
    private function __construct() {}

    /**
     * Returns the kind, such as `connection`.
     */
    public function kind(): string {}

    /**
     * Returns the id, 0 for a record of which the site has only one.
     */
    public function id(): int {}

    /**
     * Returns the version, from 1.
     */
    public function version(): int {}

    /**
     * Returns the data: canonical JSON, an object.
     */
    public function data(): string {}

    /**
     * Returns the entry of the audit log that explains the record.
     *
     * @return array{sequence: int, leaf: string} Its position, and its leaf hash of 32 bytes.
     */
    public function entry(): array {}

    /**
     * Returns the epoch of the site when the record was opened.
     */
    public function siteEpoch(): int {}

    /**
     * Returns whether an audit entry is the one that the record names, and explains this version and these data.
     *
     * @param string $entry The stored bytes of the entry.
     */
    public function isExplainedBy(string $entry): bool {}
}

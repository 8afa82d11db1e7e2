<?php

namespace Countersign;

/** What one append has to store, all or nothing. */
final class AuditAppend
{
    private function __construct() {}

    /**
     * @return list<array{seq: int, leaf: string, body: string, time: int, kind: string, actor: string, connection: ?int,
     *     user: ?int, client: ?string, action: string, target: ?string, outcome: ?string, reason: ?string,
     *     correlation: ?string}> `leaf` is 32 raw bytes, `time` milliseconds. All but `seq`, `leaf` and `body` are copies
     *     for filtering.
     */
    public function rows(): array {}

    /** The new head, text; opaque. */
    public function head(): string {}

    /** Number of entries in the log after this. */
    public function size(): int {}
}

<?php

namespace Countersign;

/** The rows and the head that an append has to store, in one transaction. */
final class AuditAppend
{
    private function __construct() {}

    /**
     * Returns the rows to insert.
     *
     * @return list<array{seq: int, leaf: string, body: string, time: int, kind: string, actor: string, connection: ?int,
     *     user: ?int, client: ?string, action: string, target: ?string, outcome: ?string, reason: ?string,
     *     correlation: ?string}> `leaf` is 32 raw bytes and `time` is in milliseconds. All columns except `seq`, `leaf` and
     *     `body` are copies for filtering.
     */
    public function rows(): array {}

    /**
     * Returns the texts of the rows, to insert into a table of their own. The entries hold commitments to them, so a text can
     * be erased later: delete its row, with its salt.
     *
     * @return list<array{seq: int, path: string, salt: string, value: string}> `salt` is 16 raw bytes. `value` is JSON.
     */
    public function texts(): array {}

    /** Returns the new head as text to store. Do not interpret it. */
    public function head(): string {}

    /** Returns the number of entries in the log after the append. */
    public function size(): int {}
}

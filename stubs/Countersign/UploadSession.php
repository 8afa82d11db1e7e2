<?php

namespace Countersign;

/** An upload session that was open when the request began. */
final class UploadSession
{
    private function __construct() {}

    /** Returns the terms as JSON, as {@see UploadSessions::issue()} returned them. */
    public function terms(): string {}

    /**
     * Decides whether the session is still open and its connection may still act. Ask before each write.
     *
     * @param Record|Decision|null $connection  What {@see Records::open()} returns now for the connection.
     * @param bool                 $kill_switch Whether an administrator has stopped all agents.
     *
     * @throws Exception `misuse` for the record of another connection.
     */
    public function mayGoOn(Record|Decision|null $connection, bool $kill_switch): Decision {}

    /**
     * Decides whether an upload may change an item, or make an item what `$target` says: only if visitors do not see it.
     *
     * @param string $target As for {@see McpCall::mayChange()}.
     *
     * @return Decision Denied with `write_refused`.
     *
     * @throws Exception `misuse` if it has another form.
     */
    public function mayChange(string $target): Decision {}

    /** Returns whether no rule of the connection forbids a field. If one does, ask {@see forbids()} before each write. */
    public function mayWriteEveryField(): bool {}

    /**
     * Returns the rule that forbids the connection to write a field, or null if it may.
     *
     * @param string $field As for {@see McpCall::forbids()}.
     */
    public function forbids(string $field): ?string {}

    /**
     * Decides whether a file is accepted.
     *
     * @param int    $size Its size in bytes.
     * @param string $kind Its media type.
     *
     * @return Decision Denied with `upload_file_type` or `upload_file_size`.
     *
     * @throws Exception `misuse` for a negative size.
     */
    public function checkFile(int $size, string $kind): Decision {}

    /**
     * Decides whether a part belongs to a file: each has {@see maxPart()} bytes, and the last one the rest.
     *
     * @param int $size   The size of the file in bytes.
     * @param int $number The number of the part, from 1.
     * @param int $length The length of the part in bytes.
     *
     * @return Decision Denied with `upload_part_unexpected`.
     *
     * @throws Exception `misuse` for a negative number.
     */
    public static function checkPart(int $size, int $number, int $length): Decision {}

    /**
     * Returns how many parts a file has.
     *
     * @param int $size Its size in bytes.
     *
     * @throws Exception `misuse` for a negative size.
     */
    public static function parts(int $size): int {}

    /**
     * Returns the place for a file that is begun: the lowest that is not taken, from 1.
     *
     * @param list<int> $taken    The places that are taken.
     * @param int       $attempts How many files were begun before.
     *
     * @return int|Decision Denied with `upload_session_full` or `upload_attempts`.
     *
     * @throws Exception `misuse` for a negative number.
     */
    public function place(array $taken, int $attempts): int|Decision {}

    /**
     * Engages the ratchet of this process for the connection, as {@see McpCall::begin()} does: until the next request, it can
     * only take rights away.
     */
    public function begin(): void {}

    /** Returns the length of a part, in bytes. */
    public static function maxPart(): int {}
}

<?php

namespace Countersign;

/** Exact rolling-window limits: never more than `max` in any window, across all workers. Refused calls extend nothing. */
final class Limits
{
    public function __construct(Store $store) {}

    /**
     * Checks and counts one call.
     *
     * @param string $key    What is limited, for instance `ip:203.0.113.7`: any bytes.
     * @param int    $max    1 to 256 calls.
     * @param int    $window Seconds, 1 to 86,400.
     *
     * @throws Exception      `misuse` when a number is out of range.
     * @throws StoreException
     */
    public function check(string $key, int $max, int $window): Decision {}

    /**
     * Checks one call under several limits at once, and counts it in all of them or, if one has no room, in none.
     *
     *     $answer = $limits->checkAll( array(
     *         array( 'key' => "ip:$ip", 'max' => 60, 'window' => 60 ),
     *         array( 'key' => "user:$id", 'max' => 200, 'window' => 3600 ),
     *     ) );
     *
     * @param list<array{key: string, max: int, window: int}> $limits 1 to 16, each with a key of its own; ranges as in
     *                                                                {@see check()}.
     *
     * @throws Exception      `misuse` for anything else.
     * @throws StoreException
     */
    public function checkAll(array $limits): Admission {}
}

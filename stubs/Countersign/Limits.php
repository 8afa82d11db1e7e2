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
}

<?php

namespace Countersign;

/**
 * Exact limits over a rolling window: never more than `max` calls in any window, across all workers. A refused call does not
 * extend the wait.
 */
final class Limits
{
    /**
     * @param Store $store Counts the calls.
     */
    public function __construct(Store $store) {}

    /**
     * Returns the key of a limit per address: the address itself, or the /64 network of an IPv6 address, because one host can
     * use as many addresses of its network as it likes.
     *
     * @param string $ip For example `$_SERVER['REMOTE_ADDR']`. All texts that are not an address share the key `ip:unknown`.
     */
    public static function addressKey(string $ip): string {}

    /**
     * Checks and counts a call. The refusal is `rate_limited`.
     *
     * @param string $key    What is limited, in any bytes; for an address use {@see addressKey()}.
     * @param int    $max    The most calls in a window, 1 to 256.
     * @param int    $window Length of the window in seconds, 1 to 2,678,400 (31 days).
     *
     * @throws Exception      `misuse` when a number is out of range.
     * @throws StoreException `store_unavailable` or `store_full` when the store fails.
     */
    public function check(string $key, int $max, int $window): Decision {}

    /**
     * Checks a call under several limits at once. It is counted in all of them, or in none if one has no room.
     *
     *     $answer = $limits->checkAll( array(
     *         array( 'key' => Limits::addressKey( $ip ), 'max' => 60, 'window' => 60 ),
     *         array( 'key' => "user:$id", 'max' => 200, 'window' => 3600 ),
     *     ) );
     *
     * @param list<array{key: string, max: int, window: int}> $limits 1 to 16 limits, each with a different key. The ranges are
     *                                                                those of {@see check()}.
     *
     * @throws Exception      `misuse` for an argument that is malformed or out of range.
     * @throws StoreException `store_unavailable` or `store_full` when the store fails.
     */
    public function checkAll(array $limits): Admission {}
}

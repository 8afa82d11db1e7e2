<?php

namespace Countersign;

/** Exact rolling-window limits: never more than `max` in any window, across all workers. Refused calls extend nothing. */
final class Limits
{
    public function __construct(Store $store) {}

    /**
     * The key of a limit per address: the address itself, or the /64 network of an IPv6 address, in which one host has as many
     * addresses as it likes.
     *
     * @param string $ip For instance `$_SERVER['REMOTE_ADDR']`. What is no address shares one key, `ip:unknown`.
     */
    public static function addressKey(string $ip): string {}

    /**
     * Checks and counts one call.
     *
     * @param string $key    What is limited, any bytes; for an address, {@see addressKey()}.
     * @param int    $max    1 to 256 calls.
     * @param int    $window Seconds, 1 to 2,678,400 (31 days).
     *
     * @throws Exception      `misuse` when a number is out of range.
     * @throws StoreException
     */
    public function check(string $key, int $max, int $window): Decision {}

    /**
     * Checks one call under several limits at once, and counts it in all of them or, if one has no room, in none.
     *
     *     $answer = $limits->checkAll( array(
     *         array( 'key' => Limits::addressKey( $ip ), 'max' => 60, 'window' => 60 ),
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

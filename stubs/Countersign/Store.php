<?php

namespace Countersign;

/**
 * The extension's memory between requests: used nonces, limits, marks. All PHP processes of the host share it, or all web
 * servers if the host configured a Redis server. Every operation is atomic across them.
 */
final class Store
{
    private function __construct() {}

    /**
     * Opens the store that the INI entry `countersign.store` chooses, or the embedded store in `$dir`. A process opens it once;
     * its forked children may use it too. In WebAssembly the store is memory that all instances of PHP share that serve the
     * site. It ends with the site, and `$dir` is only its name.
     *
     * @param string|null $dir Absolute path of an existing folder, within `open_basedir`, outside the web root and on a local
     *                         disk: with mode 0700 and owned by the user that PHP runs as, or with mode 1733 and owned by root.
     *                         Null uses the INI entries of the current request.
     *
     * @throws StoreException `store_unavailable` when the path is not absolute or not within `open_basedir`, or the folder or
     *                        server cannot be used, or another machine or container has the folder open. The message says
     *                        what to repair.
     */
    public static function open(?string $dir = null): Store {}

    /**
     * Records `$id` in `$domain` and decides whether this call was the first. Exactly one caller is allowed, across all
     * processes.
     *
     * @param string $domain     Name of the set that the id belongs to.
     * @param string $id         The id, in any bytes.
     * @param int    $issued_at  When the thing was issued, in Unix seconds. It is refused if that was before the store was last
     *                           reset (with Redis, up to 30 seconds after it).
     * @param int    $expires_at When the thing expires, in Unix seconds. The record outlives that by a minute.
     * @param bool   $remote     Whether another machine stated the times. Its clock may be 30 seconds ahead, so a thing that was
     *                           issued up to 30 seconds after the store was reset is refused too.
     *
     * @throws Exception `misuse` for a negative time.
     */
    public function seenOnce(string $domain, string $id, int $issued_at, int $expires_at, bool $remote = false): Decision {}

    /**
     * Returns the state of the store.
     *
     * @return array{engine: string, started_at: int, entries: int} `engine` is `lmdb`, `redis`, or `memory` in WebAssembly;
     *     `started_at` is in Unix seconds.
     *
     * @throws StoreException `store_unavailable` when the store fails.
     */
    public function status(): array {}
}

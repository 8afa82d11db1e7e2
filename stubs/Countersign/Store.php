<?php

namespace Countersign;

/**
 * What the extension remembers between requests: nonces, limits, marks. Shared by all PHP processes of the host, or of
 * all web heads where the host configured a Redis server; every operation is atomic across them.
 */
final class Store
{
    private function __construct() {}

    /**
     * Opens the store that the INI entry `countersign.store` chooses, or the embedded store in `$dir`; once per process.
     *
     * @param string|null $dir Folder, mode 0700, owned by the user PHP runs as, outside the web root, on a local
     *                         disk. Null: what the INI entries say.
     *
     * @throws StoreException When the folder or server cannot be used; the message says what to mend.
     */
    public static function open(?string $dir = null): Store {}

    /**
     * Records `$id` in `$domain` and says whether this call was the first: exactly one caller wins, across all processes.
     *
     * @param int  $issued_at  Unix seconds; an item issued before the store was last started anew (with Redis, up to 30 seconds after that) is refused.
     * @param int  $expires_at Unix seconds; the record outlives this by a minute and is never dropped earlier.
     * @param bool $remote     Another machine said when, whose clock may be 30 seconds ahead: refused is then what was issued up to 30
     *                         seconds after the store was started, too.
     */
    public function seenOnce(string $domain, string $id, int $issued_at, int $expires_at, bool $remote = false): Decision {}

    /** @return array{engine: string, started_at: int, entries: int} `engine` is `lmdb` or `redis`; `started_at` in Unix seconds. */
    public function status(): array {}
}

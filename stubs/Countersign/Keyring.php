<?php

namespace Countersign;

/**
 * A site's keys, derived from what it keeps secret. Holds key material: cannot be serialised, cloned
 * or dumped, and is wiped when freed.
 */
final class Keyring
{
    private function __construct() {}

    /**
     * @param string        $site_id   16 lower-case hex digits: the site's random identity, made once and kept.
     * @param string        $material At least 32 bytes of key material: `AUTH_KEY . AUTH_SALT`.
     * @param list<string>  $previous Older material that still verifies while a change of keys is under way.
     *
     * @throws KeyException When material is too short or WordPress's placeholder.
     * @throws Exception    `misuse` when the site id is malformed.
     */
    public static function open(
        string $site_id,
        #[\SensitiveParameter] string $material,
        #[\SensitiveParameter] ?array $previous = null,
    ): Keyring {}

    /** 16 lower-case hex digits. */
    public function siteId(): string {}

    /** Names the current key generation, 8 hex digits; tells nothing of the key. */
    public function keyId(): string {}
}

<?php

namespace Countersign;

/**
 * The keys of a site, derived from its secret key material. Holds key material: it cannot be serialised, cloned or dumped, and
 * is wiped when it is freed.
 */
final class Keyring
{
    private function __construct() {}

    /**
     * Derives the keys of a site.
     *
     * @param string            $site_id  16 lower-case hexadecimal digits: the random identity of the site, made once and kept.
     * @param string            $material At least 32 bytes of key material: `AUTH_KEY . AUTH_SALT`.
     * @param list<string>|null $previous Older material that still verifies while the keys are being changed.
     *
     * @throws KeyException `key_unusable` when the material is too short or WordPress's placeholder.
     * @throws Exception    `misuse` when the site id or the list is malformed.
     */
    public static function open(
        string $site_id,
        #[\SensitiveParameter] string $material,
        #[\SensitiveParameter] ?array $previous = null,
    ): Keyring {}

    /** Returns the id of the site, 16 lower-case hexadecimal digits. */
    public function siteId(): string {}

    /** Returns the id of the current keys, 8 lower-case hexadecimal digits. It reveals nothing about them. */
    public function keyId(): string {}
}

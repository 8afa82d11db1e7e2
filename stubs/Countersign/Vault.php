<?php

namespace Countersign;

/**
 * Seals secrets so that whoever has the database has nothing: AES-256-CBC with HMAC-SHA-512 (RFC 7518 `A256CBC-HS512`)
 * under a random data key, which lies wrapped in slots. Holds key material: cannot be serialised, cloned or dumped, and is
 * wiped when freed.
 *
 *     $vault  = Vault::create( $site_id, AUTH_KEY . AUTH_SALT );     // Once. Keep $vault->slots() beside the records.
 *     $sealed = $vault->seal( 'mail/password', $password );
 *     $secret = Vault::open( $site_id, $slots, AUTH_KEY . AUTH_SALT )->unseal( 'mail/password', $sealed );
 *     // A Secret, or a Decision that says why not.
 */
final class Vault
{
    private function __construct() {}

    /**
     * A new vault with one slot, `auth_key`.
     *
     * @param string $site_id  16 lower-case hex digits, as for {@see Keyring::open()}.
     * @param string $material At least 32 bytes: `AUTH_KEY . AUTH_SALT`.
     *
     * @throws KeyException `key_unusable` when material is too short or the placeholder.
     */
    public static function create(string $site_id, #[\SensitiveParameter] string $material): Vault {}

    /**
     * @param string $slots What {@see slots()} gave.
     *
     * @throws KeyException `vault_key_changed`: the slots are whole, but of another key; `vault_damaged`: cut or
     *                      changed; `vault_wrong_site`; `vault_slot_missing`; `key_unusable`.
     */
    public static function open(string $site_id, string $slots, #[\SensitiveParameter] string $material): Vault {}

    /**
     * @param string|null $path Null: the INI entry `countersign.key_file`.
     *
     * @throws KeyException As {@see open()}; `key_file_unusable` when the file is missing, a link, too short, another user's, or
     *                      readable by others. The message says what to mend.
     */
    public static function openWithKeyFile(string $site_id, string $slots, ?string $path = null): Vault {}

    /**
     * @param string $code As typed in: case, spaces and hyphens do not count.
     *
     * @throws KeyException As {@see open()}; `recovery_code_invalid` when it is mistyped.
     */
    public static function openWithRecoveryCode(string $site_id, string $slots, #[\SensitiveParameter] string $code): Vault {}

    /**
     * What to store of the vault, one line of ASCII, after every change of slots or keys. No secret by itself; without it
     * nothing sealed can ever be opened.
     */
    public function slots(): string {}

    /** @return list<string> `auth_key`, `key_file`, `recovery`. */
    public function slotKinds(): array {}

    /** Wraps the slot `auth_key` under new material: after a change of `AUTH_KEY`. Nothing has to be sealed again. */
    public function rewrap(#[\SensitiveParameter] string $material): void {}

    /** Adds the slot `key_file`, or wraps it anew. Arguments and exceptions as {@see openWithKeyFile()}. */
    public function addKeyFile(?string $path = null): void {}

    /** Adds the slot `recovery`, or takes a new code for it. The code, 160 random bits: to be shown once and written down. */
    public function addRecoveryCode(): string {}

    /**
     * Removes a slot; false if there is none.
     *
     * @throws Exception `misuse` for the last one and for an unknown kind.
     */
    public function removeSlot(string $kind): bool {}

    /**
     * Seals a secret as the record of this name. It opens under this name, on this site, alone.
     *
     * @param string        $record 1 to 191 bytes, such as `connector/7/secret`.
     * @param string|Secret $secret At most 65,536 bytes.
     *
     * @return string ASCII, `cse1.<key id>.…`: about 100 characters and a third more than the secret.
     */
    public function seal(string $record, #[\SensitiveParameter] string|Secret $secret): string {}

    /**
     * Opens a record. A `Decision` says why not: `secret_malformed` (cut or overwritten), `secret_unknown_key` (sealed with
     * a key this vault does not hold), `secret_damaged` (changed, or of another record or site).
     */
    public function unseal(string $record, string $sealed): Secret|Decision {}

    /**
     * The record, sealed under the key that seals now: what to store in its place after {@see rotate()}. One that is already
     * so comes back as it is. A `Decision` says why it does not open, as for {@see unseal()}.
     */
    public function reseal(string $record, string $sealed): string|Decision {}

    /** Whether a record names the key that seals now; false: {@see reseal()} it before the old key is retired. */
    public function isCurrent(string $sealed): bool {}

    /** @return list<string> Ids of the data keys, 8 hex digits each; the first one seals. */
    public function keyIds(): array {}

    /**
     * Makes a new data key, which seals from now on; the others still open. Its id.
     *
     * @throws Exception `misuse` when there are eight already.
     */
    public function rotate(): string {}

    /**
     * Forgets an old data key; what is still sealed with it is lost. False if there is none of that id.
     *
     * @throws Exception `misuse` for the key that seals.
     */
    public function retire(string $key_id): bool {}

    /**
     * Whether the site's keys and salts can carry a vault. WordPress takes values from its own database for constants that
     * are missing, doubled or the placeholder: then the key would lie beside what it protects.
     *
     * @param array<string, string|null> $salts The eight constants by name; null for one that is not defined.
     *
     * @return Decision `salt_missing`, `salt_placeholder`, `salt_short`, `salt_monotonous` or `salt_duplicated`.
     */
    public static function checkSalts(#[\SensitiveParameter] array $salts): Decision {}
}

<?php

namespace Countersign;

/**
 * Seals secrets so that a copy of the database reveals none of them: AES-256-CBC with HMAC-SHA-512 (RFC 7518 `A256CBC-HS512`)
 * under a random data key, which is wrapped in slots.
 *
 * Holds key material: it cannot be serialised, cloned or dumped, and is wiped when it is freed.
 *
 *     $vault  = Vault::create( $site_id, AUTH_KEY . AUTH_SALT );     // Once. Store $vault->slots() with the records.
 *     $sealed = $vault->seal( 'mail/password', $password );
 *     $secret = Vault::open( $site_id, $slots, AUTH_KEY . AUTH_SALT )->unseal( 'mail/password', $sealed );
 *     // A Secret, or a Decision with the reason.
 */
final class Vault
{
    private function __construct() {}

    /**
     * Returns a new vault with one slot, `auth_key`.
     *
     * @param string $site_id  16 lower-case hexadecimal digits, as for {@see Keyring::open()}.
     * @param string $material At least 32 bytes: `AUTH_KEY . AUTH_SALT`.
     *
     * @throws KeyException `key_unusable` when the material is too short or the placeholder.
     * @throws Exception    `misuse` when the site id is malformed; `entropy_unavailable` when the operating system returns no
     *                      randomness.
     * @throws Exception `agent_at_work` after {@see McpCall::begin()}.
     */
    public static function create(string $site_id, #[\SensitiveParameter] string $material): Vault {}

    /**
     * Opens a vault with the slot `auth_key`.
     *
     * @param string $site_id  16 lower-case hexadecimal digits, as for {@see create()}.
     * @param string $slots    The text that {@see slots()} returned.
     * @param string $material At least 32 bytes: `AUTH_KEY . AUTH_SALT`.
     *
     * @throws KeyException `vault_key_changed` when the slots are intact but of another key; `vault_damaged` when they were cut or
     *                      changed; `vault_wrong_site`; `vault_slot_missing`; `key_unusable`.
     * @throws Exception    `misuse` when the site id is malformed.
     * @throws Exception `agent_at_work` after {@see McpCall::begin()}.
     */
    public static function open(string $site_id, #[\SensitiveParameter] string $slots, #[\SensitiveParameter] string $material): Vault {}

    /**
     * Opens a vault with the slot `key_file`.
     *
     * @param string      $site_id 16 lower-case hexadecimal digits, as for {@see create()}.
     * @param string      $slots   The text that {@see slots()} returned.
     * @param string|null $path    Absolute path of the key file, within `open_basedir`. Null uses the INI entry
     *                             `countersign.key_file`.
     *
     * @throws KeyException As {@see open()}; `key_file_unusable` when the path is not absolute or not within `open_basedir`, or
     *                      the file is missing, a link, too short, owned by another user, or readable by others. The message
     *                      says what to repair.
     * @throws Exception    `misuse` when the site id is malformed.
     * @throws Exception `agent_at_work` after {@see McpCall::begin()}.
     */
    public static function openWithKeyFile(string $site_id, #[\SensitiveParameter] string $slots, ?string $path = null): Vault {}

    /**
     * Opens a vault with the slot `recovery`.
     *
     * @param string $site_id 16 lower-case hexadecimal digits, as for {@see create()}.
     * @param string $slots   The text that {@see slots()} returned.
     * @param string $code    The recovery code as typed: case, spaces and hyphens do not matter.
     *
     * @throws KeyException As {@see open()}; `recovery_code_invalid` when the code is mistyped.
     * @throws Exception    `misuse` when the site id is malformed.
     * @throws Exception `agent_at_work` after {@see McpCall::begin()}.
     */
    public static function openWithRecoveryCode(string $site_id, #[\SensitiveParameter] string $slots, #[\SensitiveParameter] string $code): Vault {}

    /**
     * Returns the text to store for the vault after every change of slots or keys: one line of ASCII. It is not a secret by
     * itself. Without it, no sealed record can be opened.
     *
     * @throws Exception `entropy_unavailable` when the operating system returns no randomness.
     * @throws Exception `agent_at_work` after {@see McpCall::begin()}.
     */
    public function slots(): string {}

    /**
     * Returns the kinds of slots that the vault has.
     *
     * @return list<string> `auth_key`, `key_file`, `recovery`.
     */
    public function slotKinds(): array {}

    /**
     * Wraps the slot `auth_key` under new material, after a change of `AUTH_KEY`. No record has to be sealed again.
     *
     * @param string $material At least 32 bytes: the new `AUTH_KEY . AUTH_SALT`.
     *
     * @throws KeyException `key_unusable` when the material is too short or the placeholder.
     * @throws Exception    `entropy_unavailable` when the operating system returns no randomness.
     * @throws Exception `agent_at_work` after {@see McpCall::begin()}.
     */
    public function rewrap(#[\SensitiveParameter] string $material): void {}

    /**
     * Adds the slot `key_file`, or wraps it again.
     *
     * @param string|null $path Absolute path of the key file, within `open_basedir`. Null uses the INI entry
     *                          `countersign.key_file`.
     *
     * @throws KeyException `key_file_unusable` as for {@see openWithKeyFile()}.
     * @throws Exception    `entropy_unavailable` when the operating system returns no randomness.
     * @throws Exception `agent_at_work` after {@see McpCall::begin()}.
     */
    public function addKeyFile(?string $path = null): void {}

    /**
     * Adds the slot `recovery`, or replaces its code. Returns the code, 160 random bits: show it once, to be written down.
     *
     * @throws Exception `entropy_unavailable` when the operating system returns no randomness.
     * @throws Exception `agent_at_work` after {@see McpCall::begin()}.
     */
    public function addRecoveryCode(): string {}

    /**
     * Removes a slot. Returns false if the vault has no such slot.
     *
     * @param string $kind `auth_key`, `key_file` or `recovery`.
     *
     * @throws Exception `misuse` for the last slot and for an unknown kind.
     * @throws Exception `agent_at_work` after {@see McpCall::begin()}.
     */
    public function removeSlot(string $kind): bool {}

    /**
     * Seals a secret as the record with this name. It can be opened only under this name and on this site.
     *
     * @param string        $record Name of the record, 1 to 191 bytes, such as `connector/7/secret`.
     * @param string|Secret $secret At most 65,536 bytes.
     *
     * @return string ASCII, `cse1.<key id>.…`: about 100 characters and a third more than the secret.
     *
     * @throws Exception `misuse` for a name or secret of another length or type; `entropy_unavailable` when the operating system
     *                   returns no randomness.
     * @throws Exception `agent_at_work` for a secret that the call did not declare, after {@see McpCall::begin()}.
     */
    public function seal(string $record, #[\SensitiveParameter] string|Secret $secret): string {}

    /**
     * Opens a record. A refusal is `secret_malformed` (cut or overwritten), `secret_unknown_key` (sealed with a key that this
     * vault does not hold) or `secret_damaged` (changed, or of another record or site).
     *
     * @param string $record Name of the record, as given to {@see seal()}.
     * @param string $sealed The text that {@see seal()} returned.
     *
     * @throws Exception `misuse` for a name of another length.
     * @throws Exception `agent_at_work` for a secret that the call did not declare, after {@see McpCall::begin()}.
     */
    public function unseal(string $record, string $sealed): Secret|Decision {}

    /**
     * Seals a record again under the current key. Store the result in its place after {@see rotate()}. A record that already
     * has the current key is returned unchanged. The refusals are those of {@see unseal()}.
     *
     * @param string $record Name of the record, as given to {@see seal()}.
     * @param string $sealed The text that {@see seal()} returned.
     *
     * @throws Exception `misuse` for a name of another length; `entropy_unavailable` when the operating system returns no
     *                   randomness.
     * @throws Exception `agent_at_work` for a secret that the call did not declare, after {@see McpCall::begin()}.
     */
    public function reseal(string $record, string $sealed): string|Decision {}

    /**
     * Returns whether a record is sealed with the current key. If not, {@see reseal()} it before the old key is retired.
     *
     * @param string $sealed The text that {@see seal()} returned.
     */
    public function isCurrent(string $sealed): bool {}

    /**
     * Returns the ids of the data keys.
     *
     * @return list<string> 8 lower-case hexadecimal digits each. The first key seals.
     */
    public function keyIds(): array {}

    /**
     * Makes a new data key, which seals from now on, and returns its id. The older keys still open records.
     *
     * @throws Exception `misuse` when there are already eight keys; `entropy_unavailable` when the operating system returns no
     *                   randomness.
     * @throws Exception `agent_at_work` after {@see McpCall::begin()}.
     */
    public function rotate(): string {}

    /**
     * Deletes an old data key. Records that are still sealed with it are lost. Returns false if there is no key with this id.
     *
     * @param string $key_id 8 lower-case hexadecimal digits, as {@see keyIds()} returns them.
     *
     * @throws Exception `misuse` for the current key and for a malformed id.
     * @throws Exception `agent_at_work` after {@see McpCall::begin()}.
     */
    public function retire(string $key_id): bool {}

    /**
     * Decides whether the keys and salts of the site are strong enough for a vault. WordPress takes values from its own
     * database for constants that are missing, duplicated or the placeholder. The key would then be stored with the data that it protects.
     *
     * @param array<string, string|null> $salts The eight constants by name; null for one that is not defined.
     *
     * @return Decision The refusal is `salt_missing`, `salt_placeholder`, `salt_short`, `salt_monotonous` or `salt_duplicated`.
     *
     * @throws Exception `misuse` for a value that is neither a string nor null.
     */
    public static function checkSalts(#[\SensitiveParameter] array $salts): Decision {}
}

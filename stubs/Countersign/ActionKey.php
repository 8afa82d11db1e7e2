<?php

namespace Countersign;

/**
 * A key that signs or verifies actions and heartbeats. The key decides the algorithm: a message only names its key.
 *
 * Holds key material: it cannot be serialised, cloned or dumped, and is wiped when it is freed.
 *
 *     $operator = ActionKey::generate();                                  // The operator keeps this key.
 *     $known    = ActionKey::ed25519Public( $operator->publicKey() );     // The site keeps this one.
 */
final class ActionKey
{
    private function __construct() {}

    /**
     * Returns a key for HMAC-SHA256 with a secret that both sides hold. Use a different secret for each site.
     *
     * @param Secret|string $secret At least 32 random bytes. The signing key is derived from it for each site and direction.
     *
     * @throws KeyException `action_key_unusable` when the secret is too short.
     * @throws Exception    `misuse` for a value of another type.
     */
    public static function hmac(#[\SensitiveParameter] Secret|string $secret): ActionKey {}

    /**
     * Returns an Ed25519 key that signs and verifies.
     *
     * @param Secret|string $seed Exactly 32 random bytes.
     *
     * @throws KeyException `action_key_unusable` when the seed has another length.
     * @throws Exception    `misuse` for a value of another type.
     */
    public static function ed25519(#[\SensitiveParameter] Secret|string $seed): ActionKey {}

    /**
     * Returns an Ed25519 key that only verifies. A copy of it cannot forge anything.
     *
     * @param string $public_key Exactly 32 bytes, as {@see ActionKey::publicKey()} returns them.
     *
     * @throws KeyException `action_key_unusable` when the key has another length, or is a weak key.
     */
    public static function ed25519Public(string $public_key): ActionKey {}

    /**
     * Returns a new Ed25519 key. Keep its {@see ActionKey::seed()} sealed.
     *
     * @throws Exception `entropy_unavailable` when the operating system returns no randomness.
     * @throws Exception `agent_at_work` after {@see McpCall::begin()}.
     */
    public static function generate(): ActionKey {}

    /**
     * Returns the id of the key and its algorithm, 32 lower-case hexadecimal digits. It reveals nothing about a secret. The
     * private and the public form of an Ed25519 key have the same id.
     */
    public function keyId(): string {}

    /** Returns the algorithm: `hmac-sha256` or `ed25519`. */
    public function algorithm(): string {}

    /** Returns whether the key can sign. Only a public key cannot. */
    public function canSign(): bool {}

    /** Returns the 32 bytes of the Ed25519 public key, or null for HMAC. */
    public function publicKey(): ?string {}

    /**
     * Returns the seed of an Ed25519 key that signs, or null for any other key.
     *
     * @throws Exception `agent_at_work` after {@see McpCall::begin()}.
     */
    public function seed(): ?Secret {}
}

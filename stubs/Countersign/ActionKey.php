<?php

namespace Countersign;

/**
 * A key that signs or verifies actions and heartbeats. It decides the algorithm: a message names a key by its id and
 * chooses nothing. Holds key material: cannot be serialised, cloned or dumped, and is wiped when freed.
 *
 *     $operator = ActionKey::generate();                                  // Kept by who signs.
 *     $known    = ActionKey::ed25519Public( $operator->publicKey() );     // Kept by who verifies.
 */
final class ActionKey
{
    private function __construct() {}

    /**
     * HMAC-SHA256 with a secret that both sides hold: one of its own for each site.
     *
     * @param Secret|string $secret At least 32 random bytes. What signs is derived from it, for each site and direction.
     *
     * @throws KeyException `action_key_unusable` when it is too short.
     */
    public static function hmac(#[\SensitiveParameter] Secret|string $secret): ActionKey {}

    /**
     * Ed25519 from its seed: signs and verifies.
     *
     * @param Secret|string $seed Exactly 32 random bytes.
     *
     * @throws KeyException `action_key_unusable` when it is of another length.
     */
    public static function ed25519(#[\SensitiveParameter] Secret|string $seed): ActionKey {}

    /**
     * Ed25519 from its public key: verifies only, so a copy of it forges nothing.
     *
     * @param string $public_key Exactly 32 bytes, as {@see ActionKey::publicKey()} gives them.
     *
     * @throws KeyException `action_key_unusable` when it is of another length, or a key under which signatures prove nothing.
     */
    public static function ed25519Public(string $public_key): ActionKey {}

    /** A new Ed25519 key. Keep its {@see ActionKey::seed()} sealed. */
    public static function generate(): ActionKey {}

    /** Names key and algorithm, 32 hex digits; tells nothing of a secret. Both halves of an Ed25519 key have the same. */
    public function keyId(): string {}

    /** `hmac-sha256` or `ed25519`. */
    public function algorithm(): string {}

    /** Whether it can sign: all but a public key can. */
    public function canSign(): bool {}

    /** The 32 bytes of an Ed25519 public key; null for HMAC. */
    public function publicKey(): ?string {}

    /** The seed of an Ed25519 key that signs; null for others. */
    public function seed(): ?Secret {}
}

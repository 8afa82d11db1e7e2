<?php

namespace Countersign;

/** An action whose signature, body and times hold, and that this caller alone may do. Immutable. */
final class Action
{
    private function __construct() {}

    /** 32 hex digits. */
    public function id(): string {}

    /** The word it was signed with, such as `update_plugin`. */
    public function type(): string {}

    /** Id of the snapshot it relies on. */
    public function snapshot(): ?string {}

    /** The key that signed it, see {@see ActionKey::keyId()}. */
    public function keyId(): string {}

    /** Unix time in seconds, by the signer's clock. */
    public function issuedAt(): int {}

    /** Unix time in seconds. */
    public function expiresAt(): int {}

    /** SHA-256 of the body, 64 hex digits: for a log. */
    public function bodyDigest(): string {}
}

<?php

namespace Countersign;

/** An action whose signature, body and times are valid, and that only this caller may run. Immutable. */
final class Action
{
    private function __construct() {}

    /** Returns the id, 32 lower-case hexadecimal digits. */
    public function id(): string {}

    /** Returns the type with which the action was signed, such as `update_plugin`. */
    public function type(): string {}

    /** Returns the id of the snapshot that the action relies on, or null if it names none. */
    public function snapshot(): ?string {}

    /** Returns the id of the key that signed the action: see {@see ActionKey::keyId()}. */
    public function keyId(): string {}

    /** Returns when the action was signed, in Unix seconds by the signer's clock. */
    public function issuedAt(): int {}

    /** Returns when the action expires, in Unix seconds. */
    public function expiresAt(): int {}

    /** Returns the SHA-256 digest of the body for a log, 64 lower-case hexadecimal digits. */
    public function bodyDigest(): string {}
}

<?php

namespace Countersign;

/** A heartbeat whose signature, body and times are valid, and that was received for the first time. Immutable. */
final class Heartbeat
{
    private function __construct() {}

    /** Returns the id, 32 lower-case hexadecimal digits. */
    public function id(): string {}

    /** Returns the id of the site that sent it, 16 lower-case hexadecimal digits. */
    public function siteId(): string {}

    /** Returns the id of the key that signed it: see {@see ActionKey::keyId()}. */
    public function keyId(): string {}

    /** Returns when it was signed, in Unix seconds by the site's clock. */
    public function issuedAt(): int {}
}

<?php

namespace Countersign;

/** A heartbeat whose signature, body and times hold, heard for the first time. Immutable. */
final class Heartbeat
{
    private function __construct() {}

    /** 32 hex digits. */
    public function id(): string {}

    /** The site it is from, 16 hex digits. */
    public function siteId(): string {}

    /** The key that signed it, see {@see ActionKey::keyId()}. */
    public function keyId(): string {}

    /** Unix time in seconds, by the site's clock. */
    public function issuedAt(): int {}
}

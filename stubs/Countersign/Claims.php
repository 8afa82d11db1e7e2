<?php

namespace Countersign;

/** What a verified token says. Immutable. */
final class Claims
{
    private function __construct() {}

    public function kind(): TokenKind {}

    /** The token's own id, 24 hex digits. */
    public function id(): string {}

    public function subject(): int {}

    public function epoch(): int {}

    /** Unix time in seconds. */
    public function issuedAt(): int {}

    /** The first Unix second at which the token is no longer good. */
    public function expiresAt(): int {}
}

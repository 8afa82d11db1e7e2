<?php

namespace Countersign;

/** The content of a verified token. Immutable. */
final class Claims
{
    private function __construct() {}

    /** Returns what the token is for. */
    public function kind(): TokenKind {}

    /** Returns the token's own id, 24 lower-case hexadecimal digits. */
    public function id(): string {}

    /** Returns the subject that the token was issued for. */
    public function subject(): int {}

    /** Returns the revocation counter that the token was issued with. Compare it with the subject's current one. */
    public function epoch(): int {}

    /** Returns when the token was issued, in Unix seconds. */
    public function issuedAt(): int {}

    /** Returns the first Unix second at which the token is no longer valid. */
    public function expiresAt(): int {}
}

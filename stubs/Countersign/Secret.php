<?php

namespace Countersign;

/**
 * Secret bytes that PHP holds a handle of: they live in the extension, cannot be dumped, serialised or cloned, and are
 * wiped when the last handle is gone.
 *
 *     $secret = Secret::of( $bytes );
 *     $secret->equals( $claimed );    // In constant time.
 */
final class Secret
{
    private function __construct() {}

    /** Takes a copy of `$bytes`; the string itself stays PHP's, so let it go out of scope. */
    public static function of(#[\SensitiveParameter] string $bytes): Secret {}

    /**
     * A new secret that PHP never sees.
     *
     * @param int $length 16 to 65,536 bytes.
     *
     * @throws Exception `misuse` for another length.
     */
    public static function random(int $length = 32): Secret {}

    /** Number of bytes. */
    public function length(): int {}

    /**
     * Whether `$other` is the same bytes, in a time that depends on the lengths alone. To `==` a handle is
     * equal to itself alone.
     */
    public function equals(#[\SensitiveParameter] string|Secret $other): bool {}

    /**
     * The bytes as a PHP string, which nobody wipes: only for what takes nothing else, such as the header of an HTTP
     * request, and as late as possible. Classes of the extension take the handle.
     */
    public function expose(): string {}
}

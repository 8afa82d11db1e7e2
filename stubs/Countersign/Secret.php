<?php

namespace Countersign;

/**
 * Secret bytes that PHP only holds a handle of. They live in the extension, cannot be dumped, serialised or cloned, and are
 * wiped when the last handle is freed.
 *
 *     $secret = Secret::of( $bytes );
 *     $secret->equals( $claimed );    // In constant time.
 */
final class Secret
{
    private function __construct() {}

    /**
     * Returns a secret with a copy of `$bytes`. PHP still holds the string itself, so let it go out of scope.
     *
     * @param string $bytes The secret, any number of bytes.
     */
    public static function of(#[\SensitiveParameter] string $bytes): Secret {}

    /**
     * Returns a new random secret, which PHP never sees.
     *
     * @param int $length Number of bytes, 16 to 65,536.
     *
     * @throws Exception `misuse` for another length; `entropy_unavailable` when the operating system returns no randomness.
     */
    public static function random(int $length = 32): Secret {}

    /** Returns the number of bytes. */
    public function length(): int {}

    /**
     * Returns whether the bytes are the same, in a time that depends only on the lengths. Do not use `==`: a handle equals only
     * itself.
     *
     * @param string|Secret $other The bytes to compare with.
     *
     * @throws Exception `misuse` for a value of another type.
     */
    public function equals(#[\SensitiveParameter] string|Secret $other): bool {}

    /**
     * Returns the bytes as a PHP string, which is not wiped. Use it only where a string is needed, such as the header of an HTTP
     * request, and as late as possible. The classes of the extension accept the handle.
     */
    public function expose(): string {}
}

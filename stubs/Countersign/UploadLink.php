<?php

namespace Countersign;

/** A genuine link of an upload session that has not expired. The session may be closed. Immutable. */
final class UploadLink
{
    private function __construct() {}

    /** Returns the id of the session, 24 lower-case hexadecimal digits. */
    public function id(): string {}

    /** Returns the id of the connection that the session belongs to. */
    public function connection(): int {}

    /** Returns the first Unix second at which the session is over. */
    public function expiresAt(): int {}
}

<?php

namespace Countersign;

/** Permission, or a refusal with its reason. Immutable. */
final class Decision
{
    private function __construct() {}

    /** Returns whether the request is allowed. */
    public function isAllowed(): bool {}

    /** Returns the stable reason code of a refusal, one of the keys of {@see reasons()}, or null for permission. */
    public function reason(): ?string {}

    /** Returns one English sentence for a person, or null for permission. */
    public function message(): ?string {}

    /** Returns the seconds after which the same request may succeed, or null if that is not known. */
    public function retryAfter(): ?int {}
}

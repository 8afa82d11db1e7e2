<?php

namespace Countersign;

/** Yes, or no with a reason. Immutable. */
final class Decision
{
    private function __construct() {}

    public function isAllowed(): bool {}

    /** The stable reason code of a no; null for a yes. */
    public function reason(): ?string {}

    /** One English sentence for a person; null for a yes. */
    public function message(): ?string {}

    /** Seconds after which the same request may succeed, where that is known. */
    public function retryAfter(): ?int {}
}

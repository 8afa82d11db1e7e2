<?php

namespace Countersign;

/** The answer of several limits to a call, with the values for `RateLimit-*` headers. Immutable. */
final class Admission
{
    private function __construct() {}

    /** Returns permission, or the refusal `rate_limited` with the seconds to wait. */
    public function decision(): Decision {}

    /**
     * Returns the index of the limit that refused the call, or null if it was admitted. If several limits refused it, this is
     * the one that takes longest to recover.
     */
    public function index(): ?int {}

    /**
     * Returns the maximum of the tightest limit. That is the limit that refused the call, or else the one with the fewest
     * calls left.
     */
    public function limit(): int {}

    /** Returns how many more calls the tightest limit would admit now. */
    public function remaining(): int {}

    /** Returns the seconds, rounded up, until the tightest limit admits one more call than now. */
    public function reset(): int {}

    /** Returns true for the first refusal of a burst and limit only. Write a log entry for that one. */
    public function isFirstOfBurst(): bool {}
}

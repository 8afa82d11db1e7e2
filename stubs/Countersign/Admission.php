<?php

namespace Countersign;

/** What several limits said to a call, and what `RateLimit-*` headers need. Immutable. */
final class Admission
{
    private function __construct() {}

    /** Yes, or `rate_limited` with the seconds to wait. */
    public function decision(): Decision {}

    /** Which of the limits refused: of those without room, the one that takes longest to recover. Null for a yes. */
    public function index(): ?int {}

    /** The most calls of the tightest limit: the one that refused, or else the one with the fewest calls left. */
    public function limit(): int {}

    /** How many more calls the tightest limit would admit now. */
    public function remaining(): int {}

    /** Seconds, rounded up, until the tightest limit has room for one call more than now. */
    public function reset(): int {}

    /** True for one refusal per burst and limit, and for no yes: the one that is worth a line in a log. */
    public function isFirstOfBurst(): bool {}
}

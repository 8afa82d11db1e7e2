<?php

namespace Countersign;

/** What the budgets said to a call, and where they stand. */
final class Spending
{
    private function __construct() {}

    /**
     * Yes, or `budget_calls_spent` or `budget_cost_spent` with the seconds until the next period begins; without them, if
     * the call would not fit into an empty period either.
     */
    public function decision(): Decision {}

    /** Which of the budgets refused: of those without room, the one that has none for the longest. Null for a yes. */
    public function index(): ?int {}

    /**
     * The budgets, in the order they were given. Keep `period`, `used` and `told` in your database, and bring them with
     * the next call: the store may be started anew, empty.
     *
     * `period` is `2026-11-24` or `2026-11`; `announce` is true for one refusal per budget and period: tell people then.
     *
     * @return list<array{period: string, used: int, told: bool, remaining: int, announce: bool}>
     */
    public function budgets(): array {}
}

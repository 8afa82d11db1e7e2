<?php

namespace Countersign;

/** The answer of the budgets to a call, and their state after it. */
final class Spending
{
    private function __construct() {}

    /**
     * Returns permission, or the refusal `budget_calls_spent` or `budget_cost_spent` with the seconds until the next period
     * begins. The seconds are missing if the call would not fit into an empty period either.
     */
    public function decision(): Decision {}

    /**
     * Returns the index of the budget that refused the call, or null if it was counted. If several budgets refused it, this is
     * the one that has no room for the longest time.
     */
    public function index(): ?int {}

    /**
     * Returns the budgets after the call, in the order in which they were given. Keep `period`, `used` and `told` in your
     * database, and pass them with the next call: the store may be reset and is then empty.
     *
     * `period` is `2026-11-24` or `2026-11`. `announce` is true for the first refusal of a budget in a period: notify people
     * then.
     *
     * @return list<array{period: string, used: int, told: bool, remaining: int, announce: bool}>
     */
    public function budgets(): array {}
}

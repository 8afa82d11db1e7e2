<?php

namespace Countersign;

/**
 * Caps on the calls of a calendar day or month, or on their cost. The cap holds across all workers. Only a call that costs
 * more than was estimated can pass it.
 *
 *     $budgets  = new Budgets( Store::open() );
 *     $spending = $budgets->spend( array( array( 'key' => 'connection:7', 'every' => 'day', 'of' => 'cost', 'cap' => 5_000_000 ) ), cost: 40_000 );
 *     if ( $spending->decision()->isAllowed() ) { $budgets->report( $spending, make_the_image() ); }
 */
final class Budgets
{
    /**
     * @param Store $store Counts the calls and costs.
     */
    public function __construct(Store $store) {}

    /**
     * Counts a call in all budgets before it is made, or refuses it and counts it in none.
     *
     * @param list<array{key: string, every: 'day'|'month', of: 'calls'|'cost', cap: int, period?: ?string, used?: int, told?: bool}> $budgets
     *                        1 to 16 budgets. `cap` is in calls, or in millionths of a unit of money, 0 to 10^15. `period`,
     *                        `used` and `told` are what you kept of the last {@see Spending::budgets()}: the larger of your
     *                        count and the store's applies.
     * @param int $cost       Estimated cost of the call in millionths, 0 to 10^15.
     * @param int $utc_offset How many seconds the site's time zone is ahead of UTC now. It decides when a day begins.
     *
     * @throws Exception      `misuse` for an argument that is malformed or out of range.
     * @throws StoreException `store_unavailable` or `store_full` when the store fails.
     */
    public function spend(array $budgets, int $cost = 0, int $utc_offset = 0): Spending {}

    /**
     * Replaces the estimate of a call by its real cost, once. The real cost may pass the cap; the next call is refused then. If
     * the period is over, only what exceeds the estimate is counted, in the current period.
     *
     * @param Spending $spending The result of {@see spend()} for the call.
     * @param int      $cost     Real cost in millionths, 0 to 10^15.
     *
     * @return list<array{period: string, used: int, told: bool, remaining: int, announce: bool}> As {@see Spending::budgets()}.
     *
     * @throws Exception      `misuse` for a call that was refused or already reported, or a cost out of range.
     * @throws StoreException `store_unavailable` or `store_full` when the store fails. Report the cost again then.
     */
    public function report(Spending $spending, int $cost): array {}
}

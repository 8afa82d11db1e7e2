<?php

namespace Countersign;

/**
 * Caps on the calls of a calendar day or month, or on what they cost: never more than the cap, across all workers, but for
 * a call that cost more than was estimated.
 *
 *     $budgets  = new Budgets( Store::open() );
 *     $spending = $budgets->spend( array( array( 'key' => 'connection:7', 'every' => 'day', 'of' => 'cost', 'cap' => 5_000_000 ) ), cost: 40_000 );
 *     if ( $spending->decision()->isAllowed() ) { $budgets->report( $spending, make_the_image() ); }
 */
final class Budgets
{
    public function __construct(Store $store) {}

    /**
     * Counts one call in all budgets, before it is made, or refuses it and counts it in none.
     *
     * @param list<array{key: string, every: 'day'|'month', of: 'calls'|'cost', cap: int, period?: ?string, used?: int, told?: bool}> $budgets
     *                        1 to 16. `cap`: calls, or millionths of a unit of money, 0 to 10^15. `period`, `used` and `told`
     *                        are what you kept of the last {@see Spending::budgets()}; of what is stored and what you
     *                        bring, the larger count holds.
     * @param int $cost       What the call is estimated to cost, in millionths, 0 to 10^15.
     * @param int $utc_offset How far the site's clock is ahead of UTC now, in seconds: decides when a day begins.
     *
     * @throws Exception      `misuse` for anything else.
     * @throws StoreException
     */
    public function spend(array $budgets, int $cost = 0, int $utc_offset = 0): Spending {}

    /**
     * Puts what a call cost in the place of its estimate, once. It may pass the cap; the next call is refused then. If the
     * period is over, only what it cost more is counted, in the present one.
     *
     * @param int $cost In millionths, 0 to 10^15.
     *
     * @return list<array{period: string, used: int, told: bool, remaining: int, announce: bool}> As {@see Spending::budgets()}.
     *
     * @throws Exception      `misuse` for a call that was refused or already reported, or another cost.
     * @throws StoreException
     */
    public function report(Spending $spending, int $cost): array {}
}

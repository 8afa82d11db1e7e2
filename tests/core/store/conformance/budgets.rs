//! Budgets: counting calls and costs per period.

use super::*;

const HOUR: u64 = 3_600_000;
/// Milliseconds from START, which is 2027-01-15T08:00:00Z, to midnight.
const MIDNIGHT: u64 = 16 * HOUR;
const UTC: i32 = 0;

fn offset(seconds: i32) -> UtcOffset {
    UtcOffset::new(seconds).unwrap()
}

fn budget(n: u64, every: PeriodUnit, measure: Measure, cap: u64) -> Budget {
    Budget::new(&n.to_be_bytes(), every, measure, cap, None).unwrap()
}

fn calls(n: u64, cap: u64) -> Budget {
    budget(n, PeriodUnit::Day, Measure::Calls, cap)
}

fn cost(n: u64, cap: u64) -> Budget {
    budget(n, PeriodUnit::Day, Measure::Cost, cap)
}

fn spend(store: &dyn Store, budgets: &[Budget], cost: u64, ms: u64) -> Spending {
    store.spend(budgets, cost, offset(UTC), at(ms)).unwrap()
}

/// Returns the count of each budget.
fn used(spending: &Spending) -> Vec<u64> {
    let standings = spending.standings.iter();
    standings.map(|standing| standing.tally.used).collect()
}

fn announced(spending: &Spending) -> Vec<bool> {
    let standings = spending.standings.iter();
    standings.map(|standing| standing.announce).collect()
}

pub(super) fn threads_share_one_budget<E: Engine>() {
    let Subject { store, _folder } = E::ample();
    let (counted, told) = (AtomicUsize::new(0), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for n in 0..50 {
                    let spending = spend(&*store, &[calls(1, 500), cost(1, 700)], 7, n);
                    if spending.refused.is_none() {
                        counted.fetch_add(1, Ordering::Relaxed);
                    }
                    for announce in announced(&spending) {
                        told.fetch_add(usize::from(announce), Ordering::Relaxed);
                    }
                }
            });
        }
    });
    assert_eq!((counted.into_inner(), told.into_inner()), (100, 1));
    let end = spend(&*store, &[calls(1, 500), cost(1, 700)], 7, 60);
    assert_eq!(used(&end), [100, 700]);
}

pub(super) fn budgets_count_together_or_not_at_all<E: Engine>() {
    let Subject { store, _folder } = E::ample();
    let budgets = [
        calls(1, 10),
        cost(1, 100),
        budget(1, PeriodUnit::Month, Measure::Calls, 3),
        budget(1, PeriodUnit::Month, Measure::Cost, 1000),
    ];
    for n in 1..=3 {
        let spending = spend(&*store, &budgets, 30, 5);
        assert_eq!(spending.refused, None);
        assert_eq!(used(&spending), [n, 30 * n, n, 30 * n]);
        let left: Vec<u64> = spending.standings.iter().map(|one| one.remaining).collect();
        assert_eq!(left, [10 - n, 100 - 30 * n, 3 - n, 1000 - 30 * n]);
    }
    for _ in 0..5 {
        // 90 of 100 are used, so 10 fit, but the month has no call left.
        let spending = spend(&*store, &budgets, 10, 6);
        assert_eq!(spending.refused.unwrap().index, 2);
        assert_eq!(used(&spending), [3, 90, 3, 90]);
        let refused: Vec<bool> = spending.standings.iter().map(|one| one.refused).collect();
        assert_eq!(refused, [false, false, true, false]);
    }
    // A raised or lowered cap applies to the current count.
    let raised = budget(1, PeriodUnit::Month, Measure::Calls, 4);
    let spending = spend(&*store, &[raised, cost(1, 100)], 10, 7);
    assert_eq!((spending.refused, used(&spending)), (None, vec![4, 100]));
    let lowered = spend(&*store, &[cost(1, 50)], 0, 7);
    assert_eq!(lowered.standings[0].remaining, 0);
    assert!(lowered.refused.is_some());
}

pub(super) fn a_used_up_budget_is_announced_once_per_period<E: Engine>() {
    let Subject { store, _folder } = E::ample();
    for (day, midnight) in [(0, MIDNIGHT), (MIDNIGHT, MIDNIGHT + 24 * HOUR)] {
        let budgets = [calls(1, 2), cost(1, 10)];
        assert_eq!(used(&spend(&*store, &budgets, 9, day)), [1, 9]);
        // A call that does not fit is announced. A smaller call that fits is still counted.
        let large = spend(&*store, &budgets, 2, day + 1);
        assert_eq!(announced(&large), [false, true]);
        assert_eq!(announced(&spend(&*store, &budgets, 2, day + 1)), [false; 2]);
        assert_eq!(used(&spend(&*store, &budgets, 1, day + 2)), [2, 10]);
        let both = spend(&*store, &budgets, 0, day + 3);
        assert_eq!(announced(&both), [true, false]);
        assert!(
            both.standings
                .iter()
                .all(|one| one.refused && one.tally.told)
        );
        for n in 4..9 {
            let again = spend(&*store, &budgets, 1, midnight - n);
            assert_eq!(
                (announced(&again), used(&again)),
                (vec![false; 2], vec![2, 10])
            );
        }
    }
}

pub(super) fn the_budget_that_refuses_for_the_longest_time_is_reported<E: Engine>() {
    let Subject { store, _folder } = E::ample();
    let budgets = [
        calls(1, 1),
        budget(1, PeriodUnit::Month, Measure::Calls, 1),
        cost(1, 9),
    ];
    assert_eq!(spend(&*store, &budgets, 9, 0).refused, None);
    let now = MIDNIGHT - 1500;
    let month = BudgetRefusal {
        index: 1,
        retry_after: Some(16 * 24 * 3600 + 2),
    };
    assert_eq!(spend(&*store, &budgets, 9, now).refused, Some(month));
    let day = BudgetRefusal {
        index: 1,
        retry_after: Some(2),
    };
    let without = [budgets[2], budgets[0]];
    let refused = spend(&*store, &without, 9, now).refused;
    assert_eq!(refused, Some(BudgetRefusal { index: 0, ..day }));
    // One hour east it is after midnight; one hour west midnight is more than an hour away.
    let west = store
        .spend(&[calls(1, 1)], 0, offset(-3600), at(now))
        .unwrap();
    assert_eq!(west.refused.unwrap().retry_after, Some(3602));
    let east = store
        .spend(&[calls(1, 1)], 0, offset(3600), at(now))
        .unwrap();
    assert_eq!(east.refused, None);
}

pub(super) fn a_call_that_never_fits_has_no_waiting_time<E: Engine>() {
    let Subject { store, _folder } = E::ample();
    for (budget, price) in [(cost(1, 10), 11), (cost(2, 0), 0), (calls(3, 0), 5)] {
        let spending = spend(&*store, &[calls(9, 100), budget], price, 0);
        let never = BudgetRefusal {
            index: 1,
            retry_after: None,
        };
        assert_eq!(spending.refused, Some(never), "{price}");
        assert_eq!(used(&spending), [0, 0]);
    }
    // Too little is left today, and there will be enough tomorrow.
    assert_eq!(spend(&*store, &[cost(1, 10)], 1, 0).refused, None);
    let spending = spend(&*store, &[cost(1, 10)], 10, 0);
    assert_eq!(spending.refused.unwrap().retry_after, Some(16 * 3600));
}

pub(super) fn a_kept_tally_survives_a_restart_of_the_store<E: Engine>() {
    let (first, second) = (E::ample(), E::ample());
    let mut kept = None;
    for n in 1..=7 {
        let spending = spend(&*first.store, &[cost(1, 10)], 1, n);
        kept = Some(spending.standings[0].tally);
    }
    let kept = kept.unwrap();
    assert_eq!(kept.period.to_string(), "2027-01-15");
    // The second store is empty, as after a reboot.
    let known = cost(1, 10).with_known(kept);
    assert_eq!(used(&spend(&*second.store, &[known], 1, 20)), [8]);
    // The same tally again has no effect, since the stored count is larger.
    assert_eq!(used(&spend(&*second.store, &[known], 1, 21)), [9]);
    // A caller with a larger tally.
    let more = Tally { used: 10, ..kept };
    let refused = spend(&*second.store, &[known.with_known(more)], 1, 22);
    assert_eq!(
        (used(&refused), announced(&refused)),
        (vec![10], vec![true])
    );
    assert!(refused.standings[0].tally.told);
    // A refusal that was announced before the restart is not announced again. A call that is refused because of the
    // caller's tally stores nothing.
    let third = E::ample();
    let told = Tally { told: true, ..more };
    let refused = spend(&*third.store, &[known.with_known(told)], 1, 23);
    assert_eq!(
        (used(&refused), announced(&refused)),
        (vec![10], vec![false])
    );
    assert_eq!(used(&spend(&*third.store, &[cost(1, 10)], 1, 24)), [1]);
    // A tally of yesterday has no effect.
    let tomorrow = spend(&*third.store, &[known.with_known(told)], 1, MIDNIGHT);
    assert_eq!(
        (used(&tomorrow), announced(&tomorrow)),
        (vec![1], vec![false])
    );
    // The tally of a month applies to that month.
    let month = Tally {
        period: Period::parse(PeriodUnit::Month, "2027-01").unwrap(),
        ..more
    };
    let monthly = budget(1, PeriodUnit::Month, Measure::Cost, 10).with_known(month);
    assert!(spend(&*third.store, &[monthly], 1, 25).refused.is_some());
}

pub(super) fn a_period_never_reopens<E: Engine>() {
    let Subject { store, _folder } = E::ample();
    let budgets = [calls(1, 3), budget(1, PeriodUnit::Month, Measure::Calls, 5)];
    let run = |seconds: i32, ms: u64| {
        let spending = store.spend(&budgets, 0, offset(seconds), at(ms)).unwrap();
        let [day, _] = &spending.standings[..] else {
            panic!("two budgets")
        };
        let period = day.tally.period.to_string();
        (spending.refused.is_none(), period, day.tally.used)
    };
    let day = |n: u32| format!("2027-01-{n}");
    assert_eq!(run(3600, MIDNIGHT - HOUR - 1), (true, day(15), 1));
    // Half past midnight in summer time. Then summer time ends, and local time is in the previous day again.
    assert_eq!(run(3600, MIDNIGHT - HOUR / 2), (true, day(16), 1));
    assert_eq!(run(0, MIDNIGHT - HOUR / 3), (true, day(16), 2));
    // The clock of the machine is set back across midnight.
    assert_eq!(run(0, MIDNIGHT + 1), (true, day(16), 3));
    assert_eq!(run(0, MIDNIGHT - 2), (false, day(16), 3));
    assert_eq!(run(0, MIDNIGHT + 24 * HOUR - 1), (false, day(16), 3));
    // Four calls were counted in the month.
    assert_eq!(run(0, MIDNIGHT + 24 * HOUR), (true, day(17), 1));
    assert_eq!(run(0, MIDNIGHT + 24 * HOUR), (false, day(17), 1));
    // The same applies after a restart, if the caller has kept the later period.
    let other = E::ample();
    let kept = Tally {
        period: Period::parse(PeriodUnit::Day, "2027-01-16").unwrap(),
        used: 3,
        told: false,
    };
    let refused = spend(
        &*other.store,
        &[calls(1, 3).with_known(kept)],
        0,
        MIDNIGHT - 5,
    );
    assert_eq!(used(&refused), [3]);
    let until = refused.refused.unwrap().retry_after;
    assert_eq!(until, Some(24 * 3600 + 1));
    // Of a stored and a known tally, the one of the later period applies.
    let Subject { store, _folder } = E::ample();
    assert_eq!(used(&spend(&*store, &[calls(2, 9)], 0, 0)), [1]);
    let ahead = calls(2, 9).with_known(Tally { used: 5, ..kept });
    assert_eq!(used(&spend(&*store, &[ahead], 0, 1)), [6]);
    let behind = Tally {
        period: Period::parse(PeriodUnit::Day, "2027-01-15").unwrap(),
        used: 8,
        ..kept
    };
    let behind = calls(2, 9).with_known(behind);
    assert_eq!(used(&spend(&*store, &[behind], 0, 2)), [7]);
}

pub(super) fn a_count_of_a_clock_that_was_far_ahead_moves_to_the_current_period<E: Engine>() {
    let Subject { store, _folder } = E::ample();
    let year = 365 * 24 * HOUR;
    let budgets = [calls(1, 2), budget(1, PeriodUnit::Month, Measure::Calls, 9)];
    assert_eq!(used(&spend(&*store, &budgets, 0, year)), [1, 1]);
    assert_eq!(used(&spend(&*store, &budgets, 0, year)), [2, 2]);
    // The clock is right again: the count is kept and moved to the current period.
    let refused = spend(&*store, &budgets, 0, 0);
    assert_eq!(used(&refused), [2, 2]);
    assert_eq!(refused.standings[0].tally.period.to_string(), "2027-01-15");
    assert_eq!(refused.refused.unwrap().retry_after, Some(16 * 3600));
    let tomorrow = spend(&*store, &budgets, 0, MIDNIGHT);
    assert_eq!((tomorrow.refused, used(&tomorrow)), (None, vec![1, 3]));
    // The same if the refusal was already announced, so that nothing else would be written.
    let told = [calls(2, 1)];
    assert_eq!(used(&spend(&*store, &told, 0, year)), [1]);
    assert_eq!(announced(&spend(&*store, &told, 0, year)), [true]);
    assert_eq!(announced(&spend(&*store, &told, 0, 0)), [false]);
    assert_eq!(spend(&*store, &told, 0, MIDNIGHT).refused, None);
}

pub(super) fn the_real_cost_replaces_the_estimate<E: Engine>() {
    let Subject { store, _folder } = E::ample();
    let budgets = [
        calls(1, 100),
        cost(1, 100),
        budget(1, PeriodUnit::Month, Measure::Cost, 1000),
    ];
    let counted = |estimate| {
        let spending = spend(&*store, &budgets, estimate, 5);
        assert_eq!(spending.refused, None);
        let standings = budgets.iter().zip(&spending.standings);
        standings
            .map(|(budget, standing)| budget.with_known(standing.tally))
            .collect::<Vec<Budget>>()
    };
    let correct = |counted: &[Budget], estimate, cost| {
        let standings = store
            .correct(counted, estimate, cost, offset(UTC), at(6))
            .unwrap();
        assert!(standings.iter().all(|one| !one.refused && !one.announce));
        let used: Vec<u64> = standings.iter().map(|one| one.tally.used).collect();
        used
    };
    // Two concurrent calls: the correction of one does not undo that of the other.
    let (a, b) = (counted(10), counted(10));
    assert_eq!(correct(&a, 10, 0), [2, 10, 10]);
    assert_eq!(correct(&b, 10, 5), [2, 5, 5]);
    let c = counted(0);
    assert_eq!(correct(&c, 0, 7), [3, 12, 12]);
    // A call that cost more than estimated exceeds the cap once. Then the budget refuses.
    let d = counted(80);
    assert_eq!(correct(&d, 80, 200), [4, 212, 212]);
    let refused = spend(&*store, &budgets, 0, 7);
    assert_eq!(refused.refused.unwrap().index, 1);
    assert_eq!(refused.standings[1].remaining, 0);
    assert_eq!(announced(&refused), [false, true, false]);
    // A correction keeps the note that the refusal was announced.
    assert_eq!(correct(&d, 80, 90), [4, 222, 222]);
    assert_eq!(announced(&spend(&*store, &budgets, 0, 8)), [false; 3]);
    // A count never exceeds the largest amount.
    let e = cost(2, MAX_AMOUNT);
    let spending = spend(&*store, &[e], MAX_AMOUNT, 9);
    let e = e.with_known(spending.standings[0].tally);
    assert_eq!(correct(&[e], 0, MAX_AMOUNT), [MAX_AMOUNT]);
}

pub(super) fn a_correction_after_the_period_gives_nothing_back<E: Engine>() {
    let Subject { store, _folder } = E::ample();
    for (n, (cost_in_the_end, expected)) in [(5, 3), (20, 3), (25, 8)].into_iter().enumerate() {
        let one = cost(n as u64, 100);
        let spending = spend(&*store, &[one], 20, 5);
        let counted = one.with_known(spending.standings[0].tally);
        assert_eq!(used(&spend(&*store, &[one], 3, MIDNIGHT + 1)), [3]);
        let standings = store
            .correct(
                &[counted],
                20,
                cost_in_the_end,
                offset(UTC),
                at(MIDNIGHT + 2),
            )
            .unwrap();
        assert_eq!(standings[0].tally.used, expected);
        assert_eq!(standings[0].tally.period.to_string(), "2027-01-16");
        assert_eq!(
            used(&spend(&*store, &[one], 1, MIDNIGHT + 3)),
            [expected + 1]
        );
    }
}

pub(super) fn a_correction_after_a_restart_continues_from_the_known_tally<E: Engine>() {
    let (first, second) = (E::ample(), E::ample());
    assert_eq!(used(&spend(&*first.store, &[cost(1, 100)], 30, 5)), [30]);
    let spending = spend(&*first.store, &[cost(1, 100)], 20, 5);
    let counted = cost(1, 100).with_known(spending.standings[0].tally);
    let standings = second
        .store
        .correct(&[counted], 20, 25, offset(UTC), at(6))
        .unwrap();
    assert_eq!(standings[0].tally.used, 55);
    assert_eq!(used(&spend(&*second.store, &[cost(1, 100)], 1, 7)), [56]);
}

pub(super) fn budgets_differ_by_name_period_and_measure<E: Engine>() {
    let Subject { store, _folder } = E::ample();
    let mut all = Vec::new();
    for n in [1, 2] {
        for every in [PeriodUnit::Day, PeriodUnit::Month] {
            for measure in [Measure::Calls, Measure::Cost] {
                all.push(budget(n, every, measure, 1000));
            }
        }
    }
    for (n, one) in all.iter().enumerate() {
        for _ in 0..=n {
            let _ = spend(&*store, &[*one], 1, 5);
        }
    }
    let end = spend(&*store, &all, 0, 6);
    assert_eq!(used(&end), [2, 2, 4, 4, 6, 6, 8, 8]);
    assert_eq!(store.status().unwrap().budgets, 8);
}

pub(super) fn invalid_budgets_are_misuse<E: Engine>() {
    let Subject { store, _folder } = E::ample();
    let misuse = |budgets: &[Budget], cost| {
        let spending = store.spend(budgets, cost, offset(UTC), at(5));
        assert_eq!(spending, Err(StoreError::Misuse));
    };
    let many: Vec<Budget> = (0..=MAX_BUDGETS as u64).map(|n| calls(n, 5)).collect();
    misuse(&[], 1);
    misuse(&many, 1);
    misuse(&[calls(1, 5), cost(1, 5), calls(1, 6)], 1);
    misuse(&[cost(1, 5)], MAX_AMOUNT + 1);
    assert!(store.spend(&many[1..], 1, offset(UTC), at(5)).is_ok());
    let known = spend(&*store, &[cost(1, 5)], 1, 5).standings[0].tally;
    let counted = cost(1, 5).with_known(known);
    for (budgets, estimated, price) in [
        (&[][..], 1, 1),
        (&[cost(1, 5)], 1, 1),
        (&[counted, counted], 1, 1),
        (&[counted], MAX_AMOUNT + 1, 1),
        (&[counted], 1, MAX_AMOUNT + 1),
    ] {
        let corrected = store.correct(budgets, estimated, price, offset(UTC), at(5));
        assert_eq!(corrected, Err(StoreError::Misuse));
    }
    assert_eq!(used(&spend(&*store, &[cost(1, 5)], 0, 6)), [1]);
    let large = Tally {
        used: MAX_AMOUNT + 1,
        ..known
    };
    let of = |every, cap, known| Budget::new(b"a", every, Measure::Cost, cap, known);
    assert_eq!(
        of(PeriodUnit::Day, 1, Some(large)),
        Err(BudgetError::Amount)
    );
    assert_eq!(
        of(PeriodUnit::Day, MAX_AMOUNT + 1, None),
        Err(BudgetError::Amount)
    );
    assert_eq!(
        of(PeriodUnit::Month, 1, Some(known)),
        Err(BudgetError::Period)
    );
}

pub(super) fn counts_of_past_periods_are_pruned<E: Engine>() {
    let Subject { store, _folder } = E::ample();
    for n in 1..3000 {
        let spending = spend(&*store, &[calls(n, 5)], 0, n * HOUR);
        assert_eq!(spending.refused, None);
    }
    let budgets = store.status().unwrap().budgets;
    assert!((24..200).contains(&budgets), "{budgets}");
}

pub(super) fn a_flood_of_budgets_takes_no_room_from_others<E: Engine>() {
    let Subject { store, _folder } = E::small();
    let full = (0..100_000).find_map(|n| {
        let spending = store.spend(&[calls(n, 5)], 0, offset(UTC), at(40_000));
        spending.err()
    });
    assert_eq!(full, Some(StoreError::Full));
    // Budgets with a stored count still work.
    assert_eq!(used(&spend(&*store, &[calls(0, 5)], 0, 40_001)), [2]);
    for n in 0..150 {
        let once = OneTimeUse {
            issued: at(35_000),
            ..once(n, 100_000)
        };
        assert_eq!(store.insert_once(&once, at(40_002)), Ok(true), "{n}");
    }
    assert!(
        store
            .admit(&[limit(1, 5, 1000)], at(40_003))
            .unwrap()
            .is_admitted()
    );
    // Days later there is room for new budgets.
    for n in 200_000..200_020 {
        let other = store.spend(&[calls(n, 5)], 0, offset(UTC), at(96 * HOUR));
        assert_eq!(other.unwrap().refused, None, "{n}");
    }
}

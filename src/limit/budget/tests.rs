use rand::rngs::Xoshiro256PlusPlus;
use rand::{RngExt as _, SeedableRng as _};

use super::super::period::{Period, PeriodUnit, UtcOffset};
use super::spending::refusal;
use super::*;
use crate::clock::Timestamp;
use crate::decision::{Decision, Denial};
use crate::reason::Reason;

const DAY: u64 = 86_400_000;
/// 2027-01-15T00:00:00Z, in milliseconds.
const START: u64 = 20_833 * DAY;

fn at(ms: u64) -> Timestamp {
    Timestamp::from_millis(START + ms)
}

fn budget(measure: Measure, cap: u64) -> Budget {
    Budget::new(b"name", PeriodUnit::Day, measure, cap, None).unwrap()
}

fn tally(day: u32, used: u64) -> Tally {
    Tally {
        period: Period::from_number(PeriodUnit::Day, 20_833 + day),
        used,
        told: false,
    }
}

fn read(bytes: &Option<Vec<u8>>) -> Option<TallyRecord> {
    bytes
        .as_deref()
        .map(|bytes| TallyRecord::from_bytes(bytes).unwrap())
}

/// Runs a call under one budget through the stored bytes, as a store does.
fn call(bytes: &mut Option<Vec<u8>>, budget: Budget, cost: u64, now: u64) -> Standing {
    let zone = UtcOffset::default();
    let mut accounts = [Account::new(budget, read(bytes), zone, at(now))];
    let spending = spend(&mut accounts, cost, zone, at(now));
    if accounts[0].changed {
        *bytes = Some(TallyRecord::bytes_of(&accounts[0].tally));
    }
    spending.standings[0]
}

/// Runs a correction of one budget through the stored bytes.
fn settle(bytes: &mut Option<Vec<u8>>, budget: Budget, amounts: [u64; 2], now: u64) -> Standing {
    let stored = read(bytes);
    let zone = UtcOffset::default();
    let mut accounts = [Account::to_correct(budget, stored, zone, at(now))];
    let standings = correct(&mut accounts, amounts[0], amounts[1]);
    if accounts[0].changed {
        *bytes = Some(TallyRecord::bytes_of(&accounts[0].tally));
    }
    standings[0]
}

/// The reference is a log of every counted call, each with the day in which it was counted.
#[test]
fn twenty_thousand_random_schedules_agree_with_a_log() {
    for schedule in 1..=20_000_u64 {
        let mut random = Xoshiro256PlusPlus::seed_from_u64(schedule);
        let measure = [Measure::Calls, Measure::Cost][usize::from(schedule % 2 == 0)];
        let (mut cap, mut now, mut bytes) = (random.random_range(0..12), 50 * DAY, None);
        let mut log: Vec<(u64, u64)> = Vec::new();
        let mut told: Option<u64> = None;
        for step in 0..20 {
            match random.random_range(0..10) {
                0 => now -= random.random_range(0..3 * DAY),
                1 => now += random.random_range(0..3 * DAY),
                2 => cap = random.random_range(0..12),
                _ => now += random.random_range(0..DAY / 5),
            }
            let today = now / DAY;
            // A day after tomorrow means that the clock was wrong: the count is moved to today.
            for day in log.iter_mut().map(|(day, _)| day).chain(told.as_mut()) {
                if *day > today + 1 {
                    *day = today;
                }
            }
            let days = log.iter().map(|(day, _)| *day).chain(told);
            let day = days.max().map_or(today, |day| day.max(today));
            let used: u64 = log
                .iter()
                .filter(|(of, _)| *of == day)
                .map(|(_, n)| n)
                .sum();
            let cost = random.random_range(0..5);
            let amount = if measure == Measure::Calls { 1 } else { cost };
            let fits = used < cap && used + amount <= cap;
            let announce = !fits && told != Some(day);
            if fits {
                log.push((day, amount));
            } else if announce {
                told = Some(day);
            }
            if fits || announce {
                // A period that has begun ends the earlier ones, even if the clock is set back later.
                log.retain(|(of, _)| *of == day);
                told = told.filter(|of| *of == day);
            }
            let standing = call(&mut bytes, budget(measure, cap), cost, now);
            let place = format!("schedule {schedule}, step {step}");
            assert_eq!(standing.refused, !fits, "{place}");
            assert_eq!(standing.announce, announce, "{place}");
            assert_eq!(standing.tally.told, told == Some(day), "{place}");
            let used = used + if fits { amount } else { 0 };
            assert_eq!(standing.tally.used, used, "{place}");
            assert_eq!(standing.remaining, cap.saturating_sub(used), "{place}");
            let number = u64::from(standing.tally.period.number());
            assert_eq!(number, 20_833 + day, "{place}");
        }
    }
}

#[test]
fn the_later_period_and_the_larger_count_of_stored_and_known_tally_hold() {
    let one = budget(Measure::Cost, 100);
    for (stored, known, now, day, used) in [
        (None, tally(0, 7), 0, 0, 8),
        (Some(tally(0, 5)), tally(0, 7), 0, 0, 8),
        (Some(tally(0, 7)), tally(0, 5), 0, 0, 8),
        (Some(tally(0, 7)), tally(1, 5), 0, 1, 6),
        (Some(tally(1, 5)), tally(0, 7), 0, 1, 6),
        (Some(tally(0, 7)), tally(0, 7), DAY, 1, 1),
        (Some(tally(2, 5)), tally(0, 7), 0, 0, 8),
        (Some(tally(0, 5)), tally(2, 7), 0, 0, 8),
        (Some(tally(2, 5)), tally(9, 7), DAY, 2, 6),
    ] {
        let mut bytes = stored.as_ref().map(TallyRecord::bytes_of);
        let standing = call(&mut bytes, one.with_known(known), 1, now);
        let place = format!("{stored:?} {known:?} {now}");
        assert_eq!(standing.tally, tally(day, used), "{place}");
    }
    let told = Tally {
        told: true,
        ..tally(0, 100)
    };
    for (stored, known) in [(told, tally(0, 100)), (tally(0, 100), told)] {
        let mut bytes = Some(TallyRecord::bytes_of(&stored));
        let standing = call(&mut bytes, one.with_known(known), 1, 0);
        assert!(standing.refused && !standing.announce && standing.tally.told);
    }
}

#[test]
fn a_correction_applies_to_the_period_of_its_call() {
    let one = budget(Measure::Cost, 100);
    for (stored, known, now, day, used) in [
        // The stored tally is newer than the one that the call knew.
        (Some(tally(0, 15)), tally(0, 20), 0, 0, 8),
        (Some(tally(0, 30)), tally(0, 20), 0, 0, 23),
        (None, tally(0, 20), 0, 0, 13),
        // The stored tally is of an earlier period.
        (Some(tally(0, 50)), tally(1, 20), 0, 1, 13),
        // The period is over and the call cost less than estimated: nothing is counted.
        (Some(tally(1, 30)), tally(0, 20), DAY, 1, 30),
        (Some(tally(1, 30)), tally(0, 20), 0, 1, 30),
        (None, tally(0, 20), DAY, 1, 0),
        // The count never becomes negative.
        (Some(tally(0, 4)), tally(0, 20), 0, 0, 3),
    ] {
        let mut bytes = stored.as_ref().map(TallyRecord::bytes_of);
        let standing = settle(&mut bytes, one.with_known(known), [10, 3], now);
        let place = format!("{stored:?} {known:?} {now}");
        assert_eq!(standing.tally, tally(day, used), "{place}");
        assert!(!standing.refused && !standing.announce);
        assert_eq!(read(&bytes).unwrap().of(PeriodUnit::Day), tally(day, used));
    }
    let mut bytes = Some(TallyRecord::bytes_of(&tally(1, 30)));
    let more = settle(&mut bytes, one.with_known(tally(0, 20)), [10, 14], DAY);
    assert_eq!(more.tally, tally(1, 34));
    let calls = budget(Measure::Calls, 5).with_known(tally(0, 2));
    let mut bytes = None;
    let left = settle(&mut bytes, calls, [10, 14], 0);
    assert_eq!((left.tally, left.remaining, bytes), (tally(0, 2), 3, None));
    let mut bytes = None;
    let most = settle(&mut bytes, one.with_known(tally(0, 9)), [0, MAX_AMOUNT], 0);
    assert_eq!((most.tally.used, most.remaining), (MAX_AMOUNT, 0));
}

#[test]
fn a_refused_call_writes_only_that_the_refusal_was_announced() {
    let mut bytes = None;
    let one = budget(Measure::Calls, 1);
    assert!(!call(&mut bytes, one, 0, 0).refused);
    let counted = bytes.clone();
    assert!(call(&mut bytes, one, 0, 1).announce);
    assert_ne!(bytes, counted);
    let told = bytes.clone();
    // A refused call does not store the tally that the caller knew.
    assert!(call(&mut bytes, one.with_known(tally(0, 9)), 0, 2).refused);
    assert_eq!(bytes, told);
}

#[test]
fn a_refusal_by_one_budget_leaves_the_counts_unchanged() {
    let zone = UtcOffset::default();
    for caps in [[9, 1], [1, 9], [1, 1]] {
        let account = |cap| Account::new(budget(Measure::Cost, cap), None, zone, at(0));
        let mut accounts = caps.map(account);
        let spending = spend(&mut accounts, 2, zone, at(0));
        assert!(spending.refused.is_some());
        for (cap, (account, standing)) in caps.iter().zip(accounts.iter().zip(&spending.standings))
        {
            let refused = *cap < 2;
            assert_eq!((standing.refused, standing.announce), (refused, refused));
            assert_eq!((account.tally.used, standing.tally.used), (0, 0));
            assert_eq!(account.changed, refused);
        }
    }
}

#[test]
fn the_waiting_time_ends_with_the_last_period_that_refuses() {
    let day = budget(Measure::Cost, 5);
    let month = Budget::new(b"m", PeriodUnit::Month, Measure::Calls, 5, None).unwrap();
    let ends = [
        DAY / 1000,      // until the day ends
        17 * DAY / 1000, // until the month ends
    ];
    let standing = |budget: &Budget, refused| {
        let zone = UtcOffset::default();
        Account::new(*budget, None, zone, at(0)).standing(refused, false)
    };
    let told = |budgets: &[Budget], refused: &[bool], cost, now| {
        let pairs = budgets.iter().zip(refused);
        let standings: Vec<Standing> = pairs.map(|(one, no)| standing(one, *no)).collect();
        let refusal = refusal(budgets, &standings, cost, UtcOffset::default(), at(now));
        refusal.map(|refusal| (refusal.index, refusal.retry_after.map(u64::from)))
    };
    let (both, yes, no) = ([day, month], true, false);
    assert_eq!(told(&both, &[no, no], 1, 0), None);
    assert_eq!(told(&both, &[yes, no], 1, 0), Some((0, Some(ends[0]))));
    assert_eq!(told(&both, &[yes, yes], 1, 0), Some((1, Some(ends[1]))));
    assert_eq!(
        told(&[month, day], &[yes, yes], 1, 0),
        Some((0, Some(ends[1])))
    );
    assert_eq!(
        told(&[day, day], &[yes, yes], 1, 0),
        Some((0, Some(ends[0])))
    );
    // The waiting time is rounded up and at least one second.
    assert_eq!(told(&both, &[yes, no], 1, 1), Some((0, Some(ends[0]))));
    assert_eq!(
        told(&both, &[yes, no], 1, 1000),
        Some((0, Some(ends[0] - 1)))
    );
    assert_eq!(told(&both, &[yes, no], 1, DAY), Some((0, Some(1))));
    // An amount of five fits into an unused day and six does not; the month counts calls.
    assert_eq!(told(&both, &[yes, yes], 5, 0), Some((1, Some(ends[1]))));
    assert_eq!(told(&both, &[yes, yes], 6, 0), Some((0, None)));
    let nothing = budget(Measure::Cost, 0);
    assert_eq!(told(&[month, nothing], &[yes, yes], 0, 0), Some((1, None)));
}

#[test]
fn written_bytes_are_read_back_and_other_bytes_are_refused() {
    for told in [false, true] {
        let tally = Tally {
            told,
            ..tally(3, MAX_AMOUNT)
        };
        let bytes = TallyRecord::bytes_of(&tally);
        assert_eq!(
            TallyRecord::from_bytes(&bytes).unwrap().of(PeriodUnit::Day),
            tally
        );
        // The day is over in every zone 14 hours after it is over in UTC.
        let end = 4 * DAY + 14 * 3_600_000;
        assert!(!TallyRecord::is_forgotten(&bytes, at(end - 1)));
        assert!(TallyRecord::is_forgotten(&bytes, at(end)));
        for length in 0..bytes.len() {
            assert_eq!(TallyRecord::from_bytes(&bytes[..length]), None, "{length}");
        }
        let longer = [&bytes[..], &[0]].concat();
        assert_eq!(TallyRecord::from_bytes(&longer), None);
        let mut strange = bytes.clone();
        strange[20] = 2;
        assert_eq!(TallyRecord::from_bytes(&strange), None);
        let mut larger = bytes.clone();
        larger[19] += 1;
        assert_eq!(TallyRecord::from_bytes(&larger), None);
    }
    assert!(TallyRecord::is_forgotten(b"", at(0)));
}

#[test]
fn the_decision_names_the_measure_that_is_used_up() {
    let budgets = [budget(Measure::Calls, 1), budget(Measure::Cost, 1)];
    let answer = |refused: Option<usize>| {
        let refused = refused.map(|index| BudgetRefusal {
            index,
            retry_after: Some(7),
        });
        let standings = Vec::new();
        Spending { standings, refused }.decision(&budgets)
    };
    assert_eq!(answer(None), Decision::Allow);
    for (index, reason) in [(0, Reason::BudgetCallsSpent), (1, Reason::BudgetCostSpent)] {
        let denial = Denial {
            reason,
            retry_after: Some(7),
        };
        assert_eq!(answer(Some(index)), Decision::Deny(denial));
    }
}

#[test]
fn a_measure_is_read_from_its_word_only() {
    assert_eq!(Measure::from_word("calls"), Some(Measure::Calls));
    assert_eq!(Measure::from_word("cost"), Some(Measure::Cost));
    for word in ["", "Calls", "call", "costs"] {
        assert_eq!(Measure::from_word(word), None, "{word}");
    }
}

#[test]
fn a_budget_returns_its_parts_and_refuses_values_out_of_range() {
    for (measure, cap, known) in [
        (Measure::Calls, 7, None),
        (Measure::Cost, MAX_AMOUNT, Some(tally(0, MAX_AMOUNT))),
    ] {
        let budget = Budget::new(b"name", PeriodUnit::Day, measure, cap, known).unwrap();
        assert_eq!(budget.every(), PeriodUnit::Day);
        assert_eq!((budget.measure(), budget.cap()), (measure, cap));
        assert_eq!(budget.known(), known);
    }
    let new = |cap, known| Budget::new(b"name", PeriodUnit::Month, Measure::Cost, cap, known);
    assert_eq!(new(MAX_AMOUNT + 1, None), Err(BudgetError::Amount));
    let month = |used| Tally {
        period: Period::from_number(PeriodUnit::Month, 9),
        used,
        told: false,
    };
    assert!(new(0, Some(month(1))).is_ok());
    let above = Some(month(MAX_AMOUNT + 1));
    assert_eq!(new(0, above), Err(BudgetError::Amount));
    assert_eq!(new(0, Some(tally(0, 1))), Err(BudgetError::Period));
}

#[test]
fn counted_returns_the_budgets_with_their_new_tallies() {
    let zone = UtcOffset::default();
    let budgets = [budget(Measure::Calls, 5), budget(Measure::Cost, 50)];
    let mut accounts = budgets.map(|budget| Account::new(budget, None, zone, at(0)));
    let spending = spend(&mut accounts, 20, zone, at(0));
    let counted = [
        budgets[0].with_known(tally(0, 1)),
        budgets[1].with_known(tally(0, 20)),
    ];
    assert_eq!(spending.counted(&budgets), counted);
}

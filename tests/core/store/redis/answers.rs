//! The scripts give the same answers as the core, by the clock of the server.
//!
//! The algorithms of limits and budgets are implemented twice: in Rust, and in Lua because a script must run inside the
//! server. These tests compare both on random schedules.

use super::*;

use rand::rngs::Xoshiro256PlusPlus;
use rand::{RngExt as _, SeedableRng as _};

#[test]
fn the_script_admits_calls_like_the_core_on_random_schedules() {
    let server = Server::start(&[]);
    let start = base();
    let redis = server.store(BYTES, start);
    for schedule in 1..=300_u64 {
        let mut random = Xoshiro256PlusPlus::seed_from_u64(schedule);
        let memory = MemoryStore::new(start);
        let count = 1 + random.random_range(0..3);
        let deep = random.random_range(0..8) == 0;
        let mut limits: Vec<(u64, u64)> = (0..count)
            .map(|_| {
                (
                    1 + random.random_range(0..6),
                    1 + random.random_range(0..10_000),
                )
            })
            .collect();
        let mut now = start.plus_seconds(100_000).millis();
        for step in 0..if deep { 300 } else { 20 } {
            let at = usize::try_from(random.random_range(0..count)).unwrap();
            match random.random_range(0..16) {
                0 => now -= random.random_range(0..15_000),
                1 => now += random.random_range(0..25_000),
                2 => limits[at].0 = 1 + random.random_range(0..if deep { 256 } else { 6 }),
                3 => limits[at].1 = 1 + random.random_range(0..15_000),
                4 => {}
                _ if deep => now += random.random_range(0..20),
                _ => now += random.random_range(0..limits[at].1 / 2 + 2),
            }
            let limits: Vec<Limit> = limits
                .iter()
                .zip(0_u64..)
                .map(|((max, window), n)| {
                    let key = sha256(&(schedule * 10 + n).to_be_bytes());
                    Limit::new(key, u16::try_from(*max).unwrap(), *window).unwrap()
                })
                .collect();
            let now = Timestamp::from_millis(now);
            let (expected, got) = (memory.admit(&limits, now), redis.admit(&limits, now));
            assert_eq!(got, expected, "schedule {schedule}, step {step}");
        }
    }
}

#[test]
fn the_script_counts_budgets_like_the_core_on_random_schedules() {
    let server = Server::start(&[]);
    let start = base();
    let redis = server.store(BYTES, start);
    let kinds = [
        (PeriodUnit::Day, Measure::Calls),
        (PeriodUnit::Day, Measure::Cost),
        (PeriodUnit::Month, Measure::Calls),
        (PeriodUnit::Month, Measure::Cost),
    ];
    let hour = 3_600_000_u64;
    for schedule in 1..=300_u64 {
        let mut random = Xoshiro256PlusPlus::seed_from_u64(schedule);
        let memory = MemoryStore::new(start);
        let mut now =
            start.plus_seconds(100_000_000).millis() + random.random_range(0..9000) * hour;
        let mut zone = 0_i32;
        let mut kept: [Option<Tally>; 4] = [None; 4];
        let mut counted: Option<(Vec<Budget>, u64)> = None;
        // An engine may remove the count of a past period whenever it starts a new count, so engines may differ after
        // the clock was set back. Therefore either the clock is never set back, or all counts exist from the start.
        let back = schedule % 2 == 0;
        if back {
            let all = kinds.map(|(every, measure)| {
                Budget::new(&schedule.to_be_bytes(), every, measure, 40, None).unwrap()
            });
            let (zone, now) = (UtcOffset::new(zone).unwrap(), Timestamp::from_millis(now));
            let begun = memory.spend(&all, 0, zone, now);
            assert!(begun.as_ref().unwrap().refused.is_none());
            assert_eq!(redis.spend(&all, 0, zone, now), begun);
        }
        for step in 0..30 {
            match random.random_range(0..12) {
                0 if back => now -= random.random_range(0..30) * hour,
                1 => now += random.random_range(0..90 * 24) * hour,
                2 if back => now -= random.random_range(0..60 * 24) * hour,
                3 => zone = random.random_range(0..29) * 3600 - 50_400,
                _ => now += random.random_range(0..5 * hour),
            }
            let mut budgets = Vec::new();
            for (kind, kept) in kinds.iter().zip(&kept) {
                if random.random_range(0..4) > 0 {
                    let known = kept
                        .filter(|_| random.random_range(0..3) == 0)
                        .map(|tally| Tally {
                            used: tally.used + random.random_range(0..3),
                            ..tally
                        });
                    let cap = random.random_range(0..40);
                    let name = schedule.to_be_bytes();
                    budgets.push(Budget::new(&name, kind.0, kind.1, cap, known).unwrap());
                }
            }
            let (zone, now) = (UtcOffset::new(zone).unwrap(), Timestamp::from_millis(now));
            let place = format!("schedule {schedule}, step {step}");
            if let Some((budgets, estimated)) = counted.take_if(|_| random.random_range(0..3) == 0)
            {
                let cost = random.random_range(0..20);
                let expected = memory.correct(&budgets, estimated, cost, zone, now);
                let got = redis.correct(&budgets, estimated, cost, zone, now);
                assert!(expected.is_ok());
                assert_eq!(got, expected, "{place}");
                continue;
            }
            let cost = random.random_range(0..12);
            let expected = memory.spend(&budgets, cost, zone, now);
            assert_eq!(redis.spend(&budgets, cost, zone, now), expected, "{place}");
            let Ok(expected) = expected else { continue };
            let mut now_known = Vec::new();
            for (budget, standing) in budgets.iter().zip(&expected.standings) {
                let kind = (budget.every(), budget.measure());
                kept[kinds.iter().position(|one| *one == kind).unwrap()] = Some(standing.tally);
                now_known.push(budget.with_known(standing.tally));
            }
            if expected.refused.is_none() {
                counted = Some((now_known, cost));
            }
        }
    }
}

#[test]
fn the_clock_of_the_server_is_used() {
    let server = Server::start(&[]);
    let store = open(&server.url()).unwrap();
    let limits = [Limit::new([1; 32], 1, 60_000).unwrap()];
    // The clock of the caller has no effect.
    for (now, admitted) in [(0, true), (u64::MAX / 2, false), (1, false)] {
        let decided = store.admit(&limits, Timestamp::from_millis(now)).unwrap();
        assert_eq!(decided.is_admitted(), admitted, "{now}");
    }
    let opened = store.status().unwrap().opened_at;
    let real = SystemClock.now();
    assert!(opened <= real && real.millis_since(opened) < 60_000);
}

#[test]
fn a_web_server_whose_clock_differs_too_much_is_refused() {
    let server = Server::start(&[]);
    let store = open(&server.url()).unwrap();
    let real = SystemClock.now();
    let wrong = SKEW_MS + 10_000;
    for now in [
        real.plus_millis(wrong),
        Timestamp::from_millis(real.millis() - wrong),
    ] {
        let item = OneTimeUse {
            issued: real.plus_seconds(3600),
            ..once(1, real.plus_seconds(3600))
        };
        assert_eq!(
            store.insert_once(&item, now),
            Err(RedisFault::ClocksApart.into())
        );
    }
    assert_eq!(insert(&store, 1, real), Err(StoreError::Restarted));
    let item = once(1, real.plus_seconds(3600));
    assert_eq!(store.insert_once(&item, real), Ok(true));
    assert_eq!(store.insert_once(&item, real), Ok(false));
}
